import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.cases import generators
from reference.gradients import agrees_with_differences
from svertka import geometry, reference
from svertka.errors import ShapeError

SPHERE, ROTATIONS = 2, 3
CORRELATE = {SPHERE: reference.s2_correlate, ROTATIONS: reference.so3_correlate}
BACKWARD = {SPHERE: reference.s2_correlate_backward, ROTATIONS: reference.so3_correlate_backward}
ROTATE = {SPHERE: reference.s2_rotate, ROTATIONS: reference.so3_rotate}


@st.composite
def cases(draw, largest=2):
    """The axes of a space, with signals and filters on it, of any values: also such as exceed the bandwidth."""
    axes, rng, b = draw(st.sampled_from([SPHERE, ROTATIONS])), draw(generators()), draw(st.integers(1, largest))
    batch, cin, cout = (draw(st.integers(1, 2)) for _ in range(3))
    return (
        axes,
        rng.standard_normal((batch, cin, *[2 * b] * axes)),
        rng.standard_normal((cout, cin, *[2 * b] * axes)),
        rng,
    )


def limited(axes, x):
    """What a signal has below its bandwidth."""
    return ROTATE[axes](x, (0.0, 0.0, 0.0))


@settings(max_examples=200)
@given(cases())
def test_gradients_are_those_of_differences(case):
    axes, f, psi, rng = case
    agrees_with_differences(CORRELATE[axes], BACKWARD[axes], f, psi, rng=rng)


@settings(max_examples=200)
@given(cases())
def test_the_fourier_theorem(case):
    """On the sphere `ẑ^l_mn = f̂^l_m conj ψ̂^l_n`, on SO(3) `ẑ^l = f̂^l (ψ̂^l)†`, where `f` has nothing above `b`."""
    axes, f, psi, _ = case
    if axes == SPHERE:
        pairs = zip(reference.s2_analyse(f), reference.s2_analyse(psi), strict=True)
        wanted = [np.einsum("bim,oin->bomn", one, other.conj()) for one, other in pairs]
    else:
        pairs = zip(reference.so3_analyse(f), reference.so3_analyse(psi), strict=True)
        wanted = [np.einsum("bimk,oink->bomn", one, other.conj()) for one, other in pairs]
    np.testing.assert_allclose(CORRELATE[axes](f, psi), reference.so3_synthesise(wanted).real, atol=1e-10)


@settings(max_examples=40)
@given(cases(largest=3))
def test_a_turned_signal_gives_the_turned_answer(case):
    axes, f, psi, rng = case
    f, angles = limited(axes, f), [one[0] for one in geometry.random_rotations(1, rng)]
    turned = CORRELATE[axes](ROTATE[axes](f, angles), psi)
    np.testing.assert_allclose(turned, reference.so3_rotate(CORRELATE[axes](f, psi), angles), atol=1e-10)


@given(generators())
def test_with_a_filter_that_is_known_everywhere_it_is_the_plain_integral(rng):
    """`Σ_x w_x f(x) ψ(R⁻¹x)` with `ψ(x) = (a·x)(c·x) + d·x`, at every `R` of the grid."""
    b, (a, c, d) = 3, rng.standard_normal((3, 3))
    beta, alpha = geometry.sphere_grid(b)
    x = geometry.rotation_matrix(alpha, beta[:, None], 0.0)[..., 2]
    f = rng.standard_normal((2 * b, 2 * b))
    beta, alpha, gamma = geometry.rotation_grid(b)
    rotations = geometry.rotation_matrix(alpha[:, None], beta[:, None, None], gamma)
    back = np.einsum("...yx,pqy->...pqx", rotations, x)
    wanted = np.einsum("pq,p,...pq->...", f, geometry.sphere_weights(b), (back @ a) * (back @ c) + back @ d)
    found = reference.s2_correlate(f[None, None], ((x @ a) * (x @ c) + x @ d)[None, None])
    np.testing.assert_allclose(found[0, 0], wanted, atol=1e-12)


def test_the_greatest_likeness_is_where_the_filter_was_turned_to():
    rng = np.random.default_rng(3)
    psi = limited(SPHERE, rng.standard_normal((8, 8)))
    grid = geometry.rotation_grid(4)
    place = (2, 5, 1)  # β, α, γ
    f = reference.s2_rotate(psi, (grid[1][5], grid[0][2], grid[2][1]))
    found = reference.s2_correlate(f[None, None], psi[None, None])[0, 0]
    assert np.unravel_index(found.argmax(), found.shape) == place


@pytest.mark.parametrize("axes", [SPHERE, ROTATIONS])
def test_shapes_that_do_not_fit(axes):
    one = np.ones((1, 2, *[4] * axes))
    with pytest.raises(ShapeError, match="wants signals"):
        CORRELATE[axes](one, one[:, :1])
    with pytest.raises(ShapeError, match="wants signals"):
        CORRELATE[axes](one, one[..., :2, :2] if axes == 2 else one[..., :2, :2, :2])
    with pytest.raises(ShapeError, match="gradient has shape"):
        BACKWARD[axes](np.ones((1, 1, 2, 2, 2)), one, one)
