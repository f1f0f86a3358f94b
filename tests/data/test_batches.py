import threading
import time
from functools import partial
from itertools import count

import numpy as np
import pytest
import torch

from svertka import DataError
from svertka.data.augment import Augment
from svertka.data.batches import Epochs, Shelf, ahead
from svertka.data.lessons import Answers
from svertka.data.preprocess import Preprocess
from svertka.data.samples import Arrays
from svertka.data.stores import OnDemand, Resident

CPU = torch.device("cpu")
PREPROCESS = Preprocess(
    colour="grey", channels=1, model="keep", dtype="uint8", fill=None, pages="auto", sizes=(4, 4), resize="cover",
    scale=255.0, mean=(0.5,), deviation=(0.25,),
)  # fmt: skip


@pytest.fixture
def pixels(rng):
    return rng.integers(0, 256, (50, 1, 4, 4)).astype(np.uint8)


@pytest.fixture(params=["memory", "disk"])
def shelf(pixels, request):
    on_demand = OnDemand(Arrays({"x": pixels}, "NCHW"), PREPROCESS)
    store = Resident(pixels) if request.param == "memory" else on_demand
    return Shelf(store, Answers(torch.arange(50), 50), PREPROCESS, CPU)


def drawn(batches):
    """The samples of some batches, one after another."""
    return [target for batch in batches for target in batch.targets.tolist()]


def epochs(shelf, *, size=8, seed=0, augment=None, indices=None, weights=None):
    return Epochs(shelf, np.arange(50) if indices is None else indices, size, seed, augment or Augment(), weights)


def test_a_batch_holds_normal_images_with_their_targets(shelf, pixels):
    batch = shelf.batch(np.array([7, 3]))
    expected = (pixels[[7, 3]] / 255 - 0.5) / 0.25
    np.testing.assert_allclose(batch.images.numpy(), expected, atol=1e-6)
    assert (batch.targets.tolist(), batch.indices.tolist(), len(batch)) == ([7, 3], [7, 3], 2)
    assert batch.images.is_contiguous(memory_format=torch.channels_last)


def test_all_come_once_in_order(shelf):
    found = [batch.targets.tolist() for batch in shelf.in_order(np.arange(0, 50, 2), 8)]
    assert [len(each) for each in found] == [8, 8, 8, 1]
    assert [target for each in found for target in each] == list(range(0, 50, 2))


def test_an_epoch_is_a_shuffle_of_whole_batches(shelf):
    made = epochs(shelf)
    assert [len(batch) for batch in made.epoch(0)] == [8] * len(made) == [8] * 6
    assert len(set(drawn(made.epoch(0)))) == 48
    assert drawn(made.epoch(0)) != drawn(made.epoch(1))


def test_every_sample_has_its_turn(shelf):
    made = epochs(shelf)
    assert {target for epoch in range(6) for target in drawn(made.epoch(epoch))} == set(range(50))


def test_only_the_training_part_is_drawn(shelf):
    part = np.array([1, 5, 9, 30, 31])
    made = epochs(shelf, indices=part, size=2)
    assert {target for epoch in range(9) for target in drawn(made.epoch(epoch))} == set(part.tolist())


def test_fewer_samples_than_a_batch_are_one_batch(shelf):
    made = epochs(shelf, indices=np.arange(3), size=8)
    assert len(made) == 1
    assert [len(batch) for batch in made.epoch(0)] == [3]


@pytest.mark.parametrize("start", [0, 1, 4, 5])
def test_an_epoch_that_is_begun_in_the_middle_is_the_same_to_the_last_bit(shelf, start):
    changes = Augment(flip=(-1,), crop=0.25, rotation=15, jitter=0.2, erasing=0.5, mixup=0.3)
    made = epochs(shelf, augment=changes)
    for one, other in zip(list(made.epoch(3))[start:], made.epoch(3, start), strict=True):
        torch.testing.assert_close(one.images, other.images, rtol=0, atol=0)
        torch.testing.assert_close(one.targets, other.targets, rtol=0, atol=0)


def test_memory_and_disk_give_the_same_bits(pixels):
    changes = Augment(crop=0.25, rotation=15)
    stores = Resident(pixels), OnDemand(Arrays({"x": pixels}, "NCHW"), PREPROCESS)
    one, other = (
        epochs(Shelf(store, Answers(torch.arange(50), 50), PREPROCESS, CPU), augment=changes) for store in stores
    )
    for first, second in zip(one.epoch(2), other.epoch(2), strict=True):
        torch.testing.assert_close(first.images, second.images, rtol=0, atol=0)


def test_seed_epoch_and_place_all_matter(shelf):
    def first(seed, epoch, place):
        return next(epochs(shelf, seed=seed, augment=Augment(jitter=0.5)).epoch(epoch, place)).images

    assert not torch.equal(first(0, 0, 0), first(1, 0, 0))
    assert not torch.equal(first(0, 0, 0), first(0, 1, 0))
    assert not torch.equal(first(0, 0, 0), first(0, 0, 1))


def test_weights_say_how_often_each_is_drawn(shelf):
    weights = np.ones(50)
    weights[:10] = 0
    weights[10:20] = 3
    made = epochs(shelf, weights=weights)
    counts = np.bincount([target for epoch in range(100) for target in drawn(made.epoch(epoch))], minlength=50)
    assert not counts[:10].any()
    # 4,800 draws, of which 30 in 60 from ten samples: a binomial deviation is 35.
    assert counts[10:20].sum() == pytest.approx(2400, abs=175)


def test_blended_classes_are_shares(shelf):
    batch = next(epochs(shelf, augment=Augment(cutmix=1.0)).epoch(0))
    assert batch.targets.shape == (8, 50)
    torch.testing.assert_close(batch.targets.sum(1), torch.ones(8))


def test_blended_numbers_stay_numbers(pixels):
    shelf = Shelf(Resident(pixels), Answers(torch.arange(50).float()[:, None], 0), PREPROCESS, CPU)
    batch = next(epochs(shelf, augment=Augment(mixup=1.0)).epoch(0))
    assert batch.targets.shape == (8, 1)
    assert batch.targets.sum().item() == pytest.approx(batch.indices.sum())


@pytest.mark.parametrize("workers", [1, 4])
def test_results_come_in_the_order_of_the_jobs(workers):
    def job(number):
        time.sleep(0.001 * (number % 3))
        return number

    assert list(ahead((partial(job, number) for number in range(30)), workers=workers, depth=5)) == list(range(30))


def test_no_more_is_made_ahead_than_asked():
    begun = []
    stream = ahead((partial(begun.append, number) for number in count()), depth=3)
    for _ in range(10):
        next(stream)
    assert len(begun) <= 10 + 3 + 1
    stream.close()


def test_a_failed_job_fails_where_it_stands_and_no_thread_is_left():
    def job(number):
        if number == 3:
            raise DataError("broken")
        return number

    before, found = threading.active_count(), []
    with pytest.raises(DataError, match="broken"):
        found.extend(each for each in ahead(partial(job, number) for number in range(9)))
    assert threading.active_count() == before
