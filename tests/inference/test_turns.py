import numpy as np
import pytest

from svertka.inference.turns import Turn, dihedral, flips, mirror, still

RANKS = [1, 2, 3]
SIZES = (3, 4, 5)


def images(rank, rng):
    return rng.random((2, 3, *SIZES[:rank]))


@pytest.mark.parametrize("rank", RANKS)
def test_there_are_as_many_symmetries_as_a_cube_has(rank):
    assert [len(kind(rank)) for kind in (mirror, flips, dihedral)] == [2, 2**rank, {1: 2, 2: 8, 3: 48}[rank]]


@pytest.mark.parametrize("rank", RANKS)
def test_all_of_them_differ_and_bear_names_of_their_own(rank, rng):
    cube = rng.random((1, 1, *[4] * rank))
    turns = dihedral(rank)
    assert len({turn.of(cube).tobytes() for turn in turns}) == len({turn.name for turn in turns}) == len(turns)


@pytest.mark.parametrize("rank", RANKS)
def test_turning_back_undoes_turning(rank, rng):
    x = images(rank, rng)
    for turn in dihedral(rank):
        assert turn.of(x).shape[2:] == turn.sizes(x.shape[2:])
        np.testing.assert_array_equal(turn.back(turn.of(x)), x)


def test_of_a_plane_they_are_the_quarter_turns_and_their_mirror_images(rng):
    x = images(2, rng)
    quarters = [np.rot90(x, times, axes=(2, 3)) for times in range(4)]
    wanted = {each.tobytes() for quarter in quarters for each in (quarter.copy(), quarter[..., ::-1].copy())}
    assert {turn.of(x).tobytes() for turn in dihedral(2)} == wanted


def test_one_after_another_is_one_of_them_again(rng):
    cube = rng.random((1, 1, 3, 3, 3))
    known = {turn.of(cube).tobytes() for turn in dihedral(3)}
    assert {one.of(other.of(cube)).tobytes() for one in dihedral(3) for other in dihedral(3)} == known


def test_a_mirror_exchanges_left_and_right():
    one, other = mirror(2)
    assert (one, one.name, other.name) == (still(2), "as it is", "mirrored along x")
    np.testing.assert_array_equal(other.of(np.array([[[[1, 2], [3, 4]]]])), [[[[2, 1], [4, 3]]]])


def test_names_say_what_is_done():
    assert Turn((1, 0), (0,)).name == "axes xy, mirrored along y"
    assert Turn((0, 1, 2), (0, 2)).name == "mirrored along z and x"
