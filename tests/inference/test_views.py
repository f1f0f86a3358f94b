import numpy as np
import pytest
import torch

from svertka import SettingError, UnknownName
from svertka.data.preprocess import Preprocess
from svertka.data.rasters import Raster
from svertka.inference.views import cropped, views_of


def preprocess(sizes=(28, 28), **changes):
    known = {
        "colour": "grey", "channels": 1, "model": "keep", "dtype": "uint8", "fill": None, "pages": "auto",
        "sizes": sizes, "resize": "cover", "scale": 255.0, "mean": (0.5,), "deviation": (0.2,), **changes,
    }  # fmt: skip
    return Preprocess(**known)


def seen(views, pixels):
    """What the network sees of one image `(channels, *sizes)`, view by view."""
    return [view.of(view.preprocess.ready(Raster(pixels, "grey"))[None])[0] for view in views]


def names(text, **changes):
    return [view.name for view in views_of(text, preprocess(**changes))]


def test_without_a_word_there_is_the_plain_view():
    (view,) = views_of("", preprocess())
    assert (view.name, view.preprocess, view.sizes, view.crop) == ("as it is", preprocess(), (28, 28), None)


def test_the_first_of_every_kind_is_the_plain_one_but_for_crops():
    for text in ("mirror", "flips", "dihedral", "multi-scale:1/2"):
        assert views_of(text, preprocess())[0] == views_of("", preprocess())[0]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("mirror", 2), ("flips", 4), ("dihedral", 8), ("five-crop", 5), ("ten-crop", 10), ("multi-scale", 3),
        ("mirror,multi-scale", 6), ("five-crop,mirror", 10), ("ten-crop,mirror", 10), ("ten-crop, flips", 20),
        ("multi-scale:1/1.0", 1),
    ],
)  # fmt: skip
def test_each_view_is_there_once(text, count):
    assert len(names(text)) == len(set(names(text))) == count


@pytest.mark.parametrize(("sizes", "count"), [((30,), 6), ((30, 30), 10), ((30, 30, 30), 18)])
def test_corners_are_counted_at_every_rank(sizes, count):
    assert len(names("ten-crop", sizes=sizes)) == count


@pytest.mark.parametrize("size", [224, 27, 28])
def test_the_ten_crops_are_those_of_torchvision(torchvision, rng, size):
    from torchvision.transforms.v2 import TenCrop

    views = views_of("ten-crop", preprocess(sizes=(size, size)))
    around = views[0].preprocess.sizes
    assert around == (round(size * 8 / 7),) * 2
    image = rng.integers(0, 256, (1, *around)).astype(np.uint8)
    wanted = TenCrop(size)(torch.from_numpy(image))
    order = [view.name for view in views]
    assert order[:5] == ["top left", "top right", "bottom left", "bottom right", "middle"]
    for one, other in zip(seen(views, image), wanted, strict=True):
        np.testing.assert_array_equal(one, other.numpy())


def test_weights_that_come_with_a_margin_are_cropped_from_it():
    (view, *_) = views_of("five-crop", preprocess(sizes=(224, 224), margin=256 / 224))
    assert (view.preprocess.sizes, view.preprocess.margin) == ((256, 256), 1.0)


def test_the_middle_is_rounded_to_even(rng):
    x = rng.random((1, 1, 5, 7))
    np.testing.assert_array_equal(cropped(x, (2, 4), (0.5, 0.5)), x[:, :, 2:4, 2:6])


def test_a_scaled_view_shows_the_whole_image_larger():
    image = np.zeros((1, 40, 40), np.uint8)
    image[:, :, 20:] = 200
    small, plain, large = views_of("multi-scale:0.5/1/1.5", preprocess(sizes=(20, 20)))
    assert (small.sizes, plain.sizes, large.sizes) == ((10, 10), (20, 20), (30, 30))
    for view, pixels in zip((small, plain, large), seen((small, plain, large), image), strict=True):
        assert pixels.shape[1:] == view.sizes
        assert (pixels > 100).mean() == pytest.approx(0.5)


def test_a_turned_view_of_an_oblong_image_is_as_oblong():
    sizes = {view.sizes for view in views_of("dihedral", preprocess(sizes=(20, 30)))}
    assert sizes == {(20, 30), (30, 20)}


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("ten-corp", UnknownName, "no view is called 'ten-corp'; did you mean 'ten-crop'"),
        ("mirror,", UnknownName, "no view is called ''"),
        ("flips:2", SettingError, "only multi-scale takes numbers.* not 'flips:2'"),
        ("mirror,flips", SettingError, "mirror and flips cannot both"),
        ("five-crop,ten-crop", SettingError, "five-crop and ten-crop cannot both"),
        ("multi-scale:big", SettingError, r"factors from 0\.1 to 10, as multi-scale:0\.8/1/1\.25, not 'big'"),
        ("multi-scale:0/1", SettingError, "factors from 0.1 to 10"),
        ("multi-scale:nan", SettingError, "factors from 0.1 to 10"),
    ],
)
def test_what_is_no_view_is_said(text, error, said):
    with pytest.raises(error, match=said):
        views_of(text, preprocess())


def test_images_that_are_padded_are_scaled_by_themselves():
    """What is otherwise as large as it comes is half as large, or twice, in a box that is so as well."""
    image = np.zeros((1, 10, 14), np.uint8)
    image[:, 2:8, 4:10] = 200
    for view, side in zip(views := views_of("multi-scale:0.5/1/2", preprocess(resize="pad")), (3, 6, 12), strict=True):
        (pixels,) = seen([view], image)
        assert pixels.shape[1:] == view.sizes
        assert (pixels > 100).sum() == side * side
    assert [view.sizes for view in views] == [(14, 14), (28, 28), (56, 56)]


def test_spheres_have_no_views():
    with pytest.raises(SettingError, match="projected onto a sphere"):
        views_of("mirror", preprocess(project="sphere"))
