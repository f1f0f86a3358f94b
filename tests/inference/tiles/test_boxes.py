from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svertka.inference.tiles.boxes import even, holds, hull, lengths, merged, slices, tiles, volume, whole

spans = st.integers(0, 12).flatmap(lambda low: st.integers(low + 1, low + 9).map(lambda high: (low, high)))
boxes = st.lists(st.tuples(spans, spans), min_size=1, max_size=6)


def places(box):
    return set(product(*[range(*span) for span in box]))


@given(boxes)
def test_merged_boxes_hold_all_places_and_every_box_in_one_piece(found):
    made = merged(found)
    assert len(made) <= len(found)
    assert all(any(holds(outer, box) for outer in made) for box in found)
    assert sum(map(volume, made)) <= sum(map(volume, found))


@given(boxes)
def test_a_hull_is_the_least_box_around_two(found):
    around = hull(found[0], found[-1])
    inside = places(found[0]) | places(found[-1])
    assert inside <= places(around)
    for axis in (0, 1):
        assert {min(place[axis] for place in inside), max(place[axis] for place in inside) + 1} == set(around[axis])


@given(st.tuples(st.integers(1, 20), st.integers(1, 20)), st.tuples(st.integers(1, 9), st.integers(1, 9)))
def test_tiles_cover_everything_once(sizes, sides):
    cut = tiles(sizes, sides)
    assert sum(map(volume, cut)) == sizes[0] * sizes[1]
    assert set().union(*map(places, cut)) == places(whole(sizes))
    assert all(length <= side for box in cut for length, side in zip(lengths(box), sides, strict=True))


@given(st.integers(1, 5000), st.integers(1, 900), st.integers(1, 64))
def test_even_tiles_are_as_few_as_the_longest_allow_and_aligned(size, longest, step):
    side = even(size, longest, step)
    assert side % step == 0
    assert side <= max(step, longest)
    assert len(tiles([size], [side])) <= len(tiles([size], [max(step, longest // step * step)]))


def test_a_box_is_a_window_of_slices():
    assert slices(((2, 5), (0, 3))) == (slice(2, 5), slice(0, 3))
    assert slices(((2, 5), (4, 6)), (2, 1)) == (slice(0, 3), slice(3, 5))


@pytest.mark.parametrize("far", [((0, 4), (90, 99))])
def test_boxes_far_apart_stay_apart(far):
    assert merged([((0, 4), (0, 9)), far]) == [((0, 4), (0, 9)), far]
