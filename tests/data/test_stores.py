import numpy as np
import pytest

from svertka import DataError
from svertka.data.preprocess import Preprocess
from svertka.data.samples import Arrays
from svertka.data.stores import Decoded, OnDemand, Resident, blocks, decode, digest, readable, silent


def preprocess(**changes):
    plain = {
        "colour": "grey", "channels": 1, "model": "keep", "dtype": "float", "fill": None, "pages": "auto",
        "sizes": (4, 4), "resize": "cover", "scale": 1.0, "mean": (0.0,), "deviation": (1.0,),
    }  # fmt: skip
    return Preprocess(**plain | changes)


def source(images, **changes):
    return OnDemand(Arrays({"x": images}, "NHW"), preprocess(**changes))


@pytest.fixture
def images(rng):
    return rng.random((700, 4, 4)).astype(np.float32)


def decoded(found: OnDemand, *, training=None, cache=1.0, skip_bad=False, progress=silent) -> Decoded:
    training = np.ones(len(found.samples), bool) if training is None else training
    return decode(found, training=training, cache=cache, skip_bad=skip_bad, progress=progress)


@pytest.mark.parametrize("places", [[0], [3, 4, 5], [5, 3, 5, 0]])
def test_pixels_come_in_the_order_that_is_asked_for(images, places):
    for store in (Resident(images[:, None]), source(images)):
        np.testing.assert_array_equal(store.take(np.array(places)), images[places][:, None])


def test_some_samples_are_a_store_of_their_own(images):
    for store in (Resident(images[:, None]), source(images)):
        some = store.chosen(np.array([9, 2, 7]))
        np.testing.assert_array_equal(some.take(np.array([2, 0])), images[[7, 9]][:, None])


def test_images_are_made_ready_one_by_one_as_at_once(rng):
    images = rng.random((6, 7, 5)).astype(np.float32)
    store = source(images)
    at_once = store.take(np.arange(6))
    one_by_one = np.stack([store.one(place) for place in range(6)])
    np.testing.assert_allclose(at_once, one_by_one, rtol=1e-6)


def test_what_is_wrong_with_an_image_is_said_with_its_name(images):
    images[5, 1, 1] = np.nan
    with pytest.raises(DataError, match=r"x\[5\]: 1 of its pixels are NaN"):
        source(images).take(np.arange(10))


@pytest.mark.parametrize("cache", [1.0, 0.0])
def test_the_training_part_is_measured_and_the_rest_is_not(images, cache):
    training = np.arange(700) % 3 == 0
    found = decoded(source(images), training=training, cache=cache)
    assert found.moments.mean[0] == pytest.approx(images[training].mean(), rel=1e-6)
    assert found.moments.deviation[0] == pytest.approx(images[training].std(), rel=1e-6)
    assert found.moments.count == training.sum() * 16


def test_what_fits_is_kept_in_memory_and_what_does_not_is_read_again(images):
    size = images.nbytes / 2**30
    assert isinstance(decoded(source(images), cache=size * 1.01).store, Resident)
    assert isinstance(decoded(source(images), cache=size * 0.99).store, OnDemand)
    for cache in (1.0, 0.0):
        places = np.array([699, 0, 300])
        np.testing.assert_array_equal(decoded(source(images), cache=cache).store.take(places), images[places][:, None])


def test_digests_tell_images_apart_and_copies_alike(images):
    images[10] = images[600]
    found = decoded(source(images)).digests
    assert len(found) == 700
    assert found[10] == found[600] == digest(images[600][None])
    assert len(set(found)) == 699


def test_bad_images_are_noted_and_do_not_count(images):
    images[[3, 650]] = np.inf
    good = np.isfinite(images).all((1, 2))
    found = decoded(source(images), skip_bad=True)
    assert sorted(found.faults) == [3, 650]
    assert "x[650]: 16 of its pixels" in found.faults[650]
    assert found.moments.mean[0] == pytest.approx(images[good].mean(), rel=1e-6)
    with pytest.raises(DataError, match=r"x\[3\]"):
        decoded(source(images))


def test_bad_images_are_blank(images):
    images[1] = np.nan
    faults = {}
    found = readable(source(images), np.array([0, 1]), faults)
    np.testing.assert_array_equal(found[0, 0], images[0])
    assert not found[1].any()
    assert list(faults) == [1]


def test_progress_is_told_to_the_end(images):
    told = []
    decoded(source(images), progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (700, 700)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_blocks_are_smaller_where_images_are_large():
    assert [len(block) for block in blocks(600, preprocess())] == [256, 256, 88]
    large = preprocess(sizes=(4096, 4096))
    assert [block.tolist() for block in blocks(6, large)] == [[0, 1, 2, 3], [4, 5]]
    huge = preprocess(sizes=(20000, 20000))
    assert [len(block) for block in blocks(2, huge)] == [1, 1]
