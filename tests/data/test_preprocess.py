import numpy as np
import pytest
import torch
from pydantic import ValidationError

from reference.kinds import preprocess
from reference.resample import scaled
from svertka import DataError
from svertka.data.preprocess import Preprocess, scale_of
from svertka.data.rasters import Raster
from svertka.data.spheres.planes import from_plane
from svertka.data.spheres.turning import own_turn, turned

GREY = {"colour": "grey", "channels": 1, "mean": (0.5,), "deviation": (0.2,)}
FLOAT = {**GREY, "dtype": "float", "scale": 1.0}


def photo(rng, *sizes):
    return Raster(rng.integers(0, 256, (3, *sizes)).astype(np.uint8), "rgb")


def test_an_image_of_the_right_size_is_ready_as_it_is(rng):
    image = photo(rng, 8, 8)
    np.testing.assert_array_equal(preprocess().ready(image), image.pixels)


@pytest.mark.parametrize(
    ("resize", "expected"),
    [
        ("cover", lambda pixels: scaled(pixels, (8, 16))[:, :, 4:12]),
        ("stretch", lambda pixels: scaled(pixels, (8, 8))),
        ("pad", lambda pixels: np.pad(pixels[:, :, 1:9], [(0, 0), (1, 2), (0, 0)])),
    ],
)
def test_an_image_of_another_size_is_scaled_stretched_or_padded(rng, resize, expected):
    image = photo(rng, 5, 10)
    found = preprocess(resize=resize).ready(image)
    assert found.dtype == np.uint8
    np.testing.assert_allclose(found, expected(image.pixels), atol=1.01)


def test_numbers_are_the_formula(rng):
    known = preprocess()
    pixels = rng.integers(0, 256, (4, 3, 8, 8)).astype(np.uint8)
    mean, deviation = np.reshape(known.mean, (3, 1, 1)), np.reshape(known.deviation, (3, 1, 1))
    np.testing.assert_allclose(
        known.normal(torch.from_numpy(pixels)).numpy(), (pixels / 255 - mean) / deviation, rtol=1e-5, atol=1e-5
    )


@pytest.mark.parametrize("sizes", [(9,), (4, 5, 6)])
def test_signals_and_volumes_likewise(rng, sizes):
    known = preprocess(
        sizes=sizes, channels=2, mean=(1, 2), deviation=(3, 4), colour="channels", dtype="float", scale=1
    )
    images = known.ready(Raster(rng.normal(size=(2, *sizes)), "channels"))[None]
    found = known.normal(torch.from_numpy(images)).numpy()
    np.testing.assert_allclose(found[0, 1], (images[0, 1] - 2) / 4, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", [">u2", "<u2"])
def test_sixteen_bits_stay_sixteen_bits(dtype):
    known = preprocess(**GREY | {"dtype": "uint16", "scale": 65535.0, "sizes": (1, 2)})
    found = known.ready(Raster(np.array([[[1, 65535]]], dtype), "grey"))
    assert (found.dtype, found.ravel().tolist()) == (np.float32, [1, 65535])


def test_what_an_image_is_turned_to_is_turned_for_every_image(rng):
    known = preprocess(model="grey", **GREY)
    image = photo(rng, 8, 8)
    assert known.ready(image).shape == (1, 8, 8)
    assert known.ready(Raster(image.pixels[:1], "grey")).shape == (1, 8, 8)


def test_a_colour_image_is_turned_to_grey_only_when_asked(rng):
    known = preprocess(**GREY)
    with pytest.raises(DataError, match="--colour grey"):
        known.ready(photo(rng, 8, 8))
    assert known.ready(photo(rng, 8, 8), colour="grey").shape == (1, 8, 8)


@pytest.mark.parametrize(
    ("pixels", "said"),
    [
        (np.zeros((3, 8, 8), np.uint16), "its pixels are uint16, but this network was trained on uint8"),
        (np.zeros((3, 8, 8, 8), np.uint8), r"it has 3 axes \(8x8x8\), but wanted are 2"),
        (np.zeros((3, 8), np.uint8), r"it has 1 axes \(8\), but wanted are 2"),
    ],
)
def test_an_image_of_another_kind_is_refused(pixels, said):
    with pytest.raises(DataError, match=said):
        preprocess().ready(Raster(pixels, "rgb"))


def test_gaps_are_refused_and_counted_or_filled():
    pixels = np.array([[[np.nan, 1], [np.inf, -np.inf]]])
    with pytest.raises(DataError, match=r"3 of its pixels are NaN or infinite; put a value there with --fill 0"):
        preprocess(**FLOAT | {"sizes": (2, 2)}).ready(Raster(pixels, "grey"))
    found = preprocess(**FLOAT | {"sizes": (2, 2), "fill": -7.0}).ready(Raster(pixels, "grey"))
    assert found.ravel().tolist() == [-7, 1, -7, -7]


def test_gaps_are_filled_before_they_could_spread():
    pixels = np.ones((1, 16, 16))
    pixels[0, 3, 3] = np.nan
    found = preprocess(**FLOAT | {"fill": 1.0}).ready(Raster(pixels, "grey"))
    np.testing.assert_allclose(found, 1)


def test_numbers_beyond_single_precision_are_refused():
    with pytest.raises(DataError, match=r"beyond the range of float32 \(3\.4e38\)"):
        preprocess(**FLOAT | {"sizes": (1, 1)}).ready(Raster(np.array([[[1e300]]]), "grey"))


@pytest.mark.parametrize(
    ("block", "taken"),
    [
        (np.zeros((2, 1, 9, 9)), True),
        (np.zeros((2, 1, 9, 9), ">f4"), True),
        (np.zeros((2, 3, 9, 9)), False),
        (np.zeros((2, 1, 9, 9), np.uint8), False),
        (np.zeros((2, 1, 9)), False),
        (np.full((2, 1, 9, 9), np.nan), False),
    ],
)
def test_a_block_is_taken_at_once_where_only_its_size_differs(block, taken):
    assert preprocess(**FLOAT).takes(block) is taken
    assert not preprocess(**FLOAT | {"model": "grey"}).takes(block)


@pytest.mark.parametrize("resize", ["cover", "stretch", "pad"])
def test_a_block_is_brought_to_size_as_each_image_alone(rng, resize):
    block = rng.random((3, 1, 6, 11)).astype(np.float32)
    known = preprocess(**FLOAT, resize=resize)
    np.testing.assert_allclose(known.sized(block), [known.sized(image) for image in block], rtol=1e-6)


def test_a_blank_image_is_like_a_ready_one(rng):
    for known, image in (
        (preprocess(), photo(rng, 9, 7)),
        (preprocess(**FLOAT), Raster(rng.random((1, 3, 3)), "grey")),
    ):
        blank, ready = known.blank(), known.ready(image)
        assert (blank.shape, blank.dtype) == (ready.shape, ready.dtype)
        assert not blank.any()


def test_it_survives_its_file_and_knows_no_other_names():
    known = preprocess(mean=(1 / 3, 1e-30, 0.1))
    assert Preprocess.model_validate_json(known.model_dump_json()) == known
    with pytest.raises(ValidationError):
        preprocess(crop=3)


@pytest.mark.parametrize(
    ("dtype", "scale"), [("uint8", 255), ("uint16", 65535), ("float", 1), ("int32", 1), ("uint32", 1)]
)
def test_the_largest_value_counts_as_one(dtype, scale):
    assert scale_of(dtype) == scale


def test_an_image_may_be_brought_onto_the_sphere_and_turned_there(rng):
    known, image = preprocess(project="sphere", sizes=(24, 24)), photo(rng, 28, 28)
    turn = own_turn(0, "x")
    np.testing.assert_array_equal(known.ready(image), from_plane(image.pixels, 12))
    np.testing.assert_array_equal(known.ready(image, turn=turn), from_plane(image.pixels, 12, turn))


def test_what_lies_on_the_sphere_already_is_turned_on_its_grid(rng):
    known, image = preprocess(sizes=(24, 24)), photo(rng, 24, 24)
    turn = own_turn(0, "x")
    np.testing.assert_array_equal(known.ready(image, turn=turn), turned(image.pixels, turn))
