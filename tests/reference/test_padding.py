import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.cases import BORDERS, generators, per_axis
from reference.gradients import agrees_with_differences, agrees_with_its_matrix, agrees_with_torch
from svertka import reference
from svertka.errors import SettingError, ShapeError, UnknownName


@st.composite
def paddings(draw):
    """An image of rank one to three, how far to continue each side, and how."""
    rank, rng = draw(st.integers(1, 3)), draw(generators())
    sizes = draw(per_axis(rank, 1, 4))
    pairs = tuple(draw(per_axis(2, 0, 9 if rank < 3 else 3)) for _ in sizes)
    return rng.standard_normal((2, 2, *sizes)), pairs, draw(st.sampled_from(sorted(BORDERS))), rng


def operator(pairs, border):
    return lambda x: reference.pad(x, pairs, border), lambda g, x: reference.pad_backward(g, x, pairs, border)


@settings(max_examples=200)
@given(paddings())
def test_values_are_those_of_numpy(case):
    image, pairs, border, _ = case
    wanted = np.pad(image, [(0, 0), (0, 0), *pairs], mode=BORDERS[border])
    np.testing.assert_array_equal(reference.pad(image, pairs, border), wanted)


@settings(max_examples=200)
@given(paddings())
def test_the_gradient_is_the_transposed_matrix_and_the_slope(case):
    image, pairs, border, rng = case
    agrees_with_its_matrix(*operator(pairs, border), image.shape[1:], rng=rng)
    agrees_with_differences(*operator(pairs, border), image, rng=rng)


@settings(max_examples=200)
@given(paddings())
def test_values_and_gradients_are_those_of_torch_where_it_pads(case):
    image, pairs, border, rng = case
    modes = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
    border = "circular" if border == "symmetric" else border
    most = {"reflect": -1, "circular": 0}.get(border, 100)  # how much less than the size torch pads
    pairs = [tuple(min(side, n + most) for side in pair) for pair, n in zip(pairs, image.shape[2:], strict=True)]
    around = [side for pair in reversed(pairs) for side in pair]
    agrees_with_torch(
        *operator(pairs, border), lambda x: torch.nn.functional.pad(x, around, mode=modes[border]), image, rng=rng
    )


@pytest.mark.parametrize(
    ("border", "wanted"),
    [
        ("zeros", [0, 0, 0, 1, 2, 3, 4, 0, 0, 0]),
        ("reflect", [4, 3, 2, 1, 2, 3, 4, 3, 2, 1]),
        ("symmetric", [3, 2, 1, 1, 2, 3, 4, 4, 3, 2]),
        ("replicate", [1, 1, 1, 1, 2, 3, 4, 4, 4, 4]),
        ("circular", [2, 3, 4, 1, 2, 3, 4, 1, 2, 3]),
    ],
)
def test_each_border_is_as_its_name_says(border, wanted):
    assert reference.pad([[[1, 2, 3, 4]]], 3, border)[0, 0].tolist() == wanted


def test_nonsense_is_refused_in_a_line():
    with pytest.raises(UnknownName, match="no border is called 'mirror'"):
        reference.pad(np.ones((1, 1, 3)), 1, "mirror")
    with pytest.raises(SettingError, match="at least 0, not -1"):
        reference.pad(np.ones((1, 1, 3)), -1)
    with pytest.raises(ShapeError, match="an empty axis cannot be continued by 'reflect'"):
        reference.pad(np.ones((1, 1, 0)), 1, "reflect")
    with pytest.raises(ShapeError, match="the gradient has shape"):
        reference.pad_backward(np.ones((1, 1, 3)), np.ones((1, 1, 3)), 1)
