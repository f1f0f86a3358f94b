import numpy as np
import pytest

from svertka.data.rasters import plain
from svertka.data.strips import Form
from svertka.data.strips.whole import WholeRows
from svertka.filtering.slabs import MIB, Slab, gathered, read_slab, slabs
from svertka.ops import BORDERS, pad

PLANE, VOLUME = Form(1, (20, 30), np.dtype("u1"), "grey"), Form(2, (9, 20, 30), np.dtype("u1"), "channels")


@pytest.mark.parametrize("memory", [1e-6, 0.01, 0.05, 1])
@pytest.mark.parametrize(("form", "deep", "length"), [(PLANE, False, 20), (VOLUME, False, 20), (VOLUME, True, 9)])
def test_slabs_follow_one_another_and_leave_nothing_out(memory, form, deep, length):
    found = list(slabs(form, (1, 1), deep=deep, memory=memory))
    pages = [None] if deep else list(range(form.pages))
    assert [(slab.page, row) for slab in found for row in range(slab.start, slab.stop)] == [
        (page, row) for page in pages for row in range(length)
    ]


def test_slabs_keep_to_their_memory():
    form = Form(3, (10**6, 2000), np.dtype("f8"), "channels")
    slab = next(slabs(form, (40, 40), deep=False, memory=64))
    assert 0.5 * 64 * MIB < (slab.stop - slab.start + 80) * 3 * 2000 * 8 * 8 <= 64 * MIB


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("margin", [(0, 0), (2, 3), (9, 9), (25, 0)])
@pytest.mark.parametrize("step", [1, 3, 20])
def test_a_slab_with_its_margin_is_cut_from_the_padded_image(border, margin, step, rng):
    image = rng.integers(0, 256, (2, 7, 5)).astype(np.uint8)
    source, whole = WholeRows(plain(image)), pad(image, [margin, (0, 0)], border)
    for start in range(0, 7, step):
        slab = Slab(0, start, min(start + step, 7))
        np.testing.assert_array_equal(
            read_slab(source, slab, margin, border), whole[:, start : slab.stop + sum(margin)]
        )


@pytest.mark.parametrize("border", BORDERS)
def test_a_slab_of_pages_too(border, rng):
    volume = rng.integers(0, 256, (2, 5, 4, 3)).astype(np.uint8)
    whole = pad(volume, [(3, 3), (0, 0), (0, 0)], border)
    found = read_slab(WholeRows(plain(volume)), Slab(None, 1, 3), (3, 3), border)
    np.testing.assert_array_equal(found, whole[:, 1:9])


def test_neighbours_are_read_at_once():
    asked = []

    def read(start, stop):
        asked.append((start, stop))
        return np.arange(start, stop)[None]

    assert gathered(read, np.array([8, 9, 0, 1, 2, -1, 1])).tolist() == [[8, 9, 0, 1, 2, 0, 1]]
    assert asked == [(0, 3), (8, 10)]
