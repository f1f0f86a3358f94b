import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.cases import generators
from svertka.geometry import windows
from svertka.ops import BORDERS
from svertka.ops.direct import direct
from svertka.ops.exactness import planned
from svertka.ops.separable import separable
from svertka.ops.sliding import Sliding

compiled = pytest.importorskip("svertka.ops.compiled", exc_type=ImportError)

TYPES = ["uint8", "int8", "uint16", "int16", "int32", "bool", "float32", "float64"]


@st.composite
def cases(draw):
    """Maps of one channel, kernels for them, and how these slide."""
    rng, rank = draw(generators()), draw(st.integers(1, 2))
    lengths = draw(st.tuples(*[st.integers(1, 11)] * rank))
    margins = tuple(draw(st.tuples(st.integers(0, 6), st.integers(0, 6))) for _ in range(rank))
    dilation, stride = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    spans = [dilation * (length - 1) + 1 for length in lengths]
    least = [max(1, span - sum(margin)) for span, margin in zip(spans, margins, strict=True)]
    sizes = [low + draw(st.integers(0, 9)) for low in least]
    dtype = draw(st.sampled_from(TYPES))
    top = 2 if dtype == "bool" else 100
    x = torch.tensor(rng.integers(0, top, (draw(st.integers(1, 2)), 1, *sizes)).astype(dtype))
    lines = [torch.tensor(rng.integers(-3, 4, length)) for length in lengths]
    product = lines[0] if rank == 1 else torch.outer(*lines)
    outputs = draw(st.integers(1, 2))
    kernel = torch.stack([product * (place + 1) for place in range(outputs)])[:, None]
    kernel = kernel if draw(st.booleans()) else kernel.double() / 3
    slides = windows(lengths, stride=stride, padding=margins, dilation=dilation)
    plan = planned(x, kernel, None, draw(st.sampled_from([None, "uint8", "int16", "float32", "int64"])))
    return x, kernel, Sliding(slides, draw(st.sampled_from(BORDERS)), 1, plan)


def agree(found, wanted, how):
    assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
    apart = (found.double() - wanted.double()).abs().max().item()
    if how.plan.exact:
        assert apart == 0
    else:  # a sum of up to 121 products in 32 bits; an exact half may be rounded either way
        assert apart <= (1e-2 if how.plan.outer.is_floating_point else 1)


@settings(max_examples=200)
@given(cases())
def test_twins_are_the_readable_ways(case):
    x, kernel, how = case
    assert compiled.knows(x, kernel, how)
    wanted = direct(x, kernel, how)
    agree(compiled.direct(x, kernel, how), wanted, how)
    agree(compiled.separable(x, kernel, how), wanted, how)
    agree(separable(x, kernel, how), wanted, how)


def test_wide_planes_are_worked_on_in_bands(rng, monkeypatch):
    monkeypatch.setattr(compiled, "BAND", (16, 16))
    x, kernel = torch.tensor(rng.standard_normal((1, 1, 40, 101))), torch.tensor(rng.standard_normal((1, 1, 5, 7)))
    how = Sliding(windows((5, 7), padding="same"), "circular", 1, planned(x, kernel, None, None))
    torch.testing.assert_close(compiled.direct(x, kernel, how), direct(x, kernel, how))


def test_what_is_not_finite_stays_where_it_is(rng):
    x = torch.tensor(rng.standard_normal((1, 1, 30, 30)))
    x[0, 0, 10, 10] = torch.nan
    kernel = torch.ones(1, 1, 3, 3, dtype=torch.float64)
    how = Sliding(windows((3, 3), padding="same"), "reflect", 1, planned(x, kernel, None, None))
    for twin in compiled.METHODS.values():
        assert int(twin(x, kernel, how).isnan().sum()) == 9


def test_derivatives_and_channels_are_left_to_torch():
    x, kernel = torch.zeros(1, 1, 9, 9), torch.ones(1, 1, 3, 3, requires_grad=True)
    how = Sliding(windows((3, 3)), "zeros", 1, planned(x, kernel, None, None))
    assert not compiled.knows(x, kernel, how)
    assert compiled.knows(x, kernel.detach(), how)
    assert not compiled.knows(torch.zeros(1, 2, 9, 9), torch.ones(1, 2, 3, 3), how)
    assert np.isfinite(compiled.direct(x, kernel.detach(), how).numpy()).all()
