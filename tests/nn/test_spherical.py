import numpy as np
import pytest
import torch

from svertka import nn, ops, reference
from svertka.errors import SettingError, ShapeError, UnknownName
from svertka.nn.sphere_filters import filter_matrix

LAYERS = {"sphere": (nn.SphereConv, 2), "rotations": (nn.RotationConv, 3)}
spaces = pytest.mark.parametrize("space", [*LAYERS])


def noise(*shape, dtype=torch.float64):
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(0))


@spaces
@pytest.mark.parametrize("kind", ["point", "equator", "spectral"])
def test_a_layer_is_the_oracles_correlation_with_its_filters(space, kind):
    make, axes = LAYERS[space]
    names = {"point": "pole" if axes == 2 else "identity"}
    layer = make(2, 3, 2, 2, filter=names.get(kind, kind)).double()
    torch.nn.init.normal_(layer.bias)
    x = noise(2, 2, *[4] * axes)
    spectrum = layer.filter_spectrum().detach() / factors(2, axes)[:, None, None]
    inverse, correlate = [
        (ops.sphere_ifft, reference.s2_correlate), (ops.rotation_ifft, reference.so3_correlate)
    ][axes - 2]  # fmt: skip
    psi = inverse(spectrum.permute(2, 1, 0))
    wanted = correlate(x.numpy(), psi.numpy()) + layer.bias.detach().numpy()[:, None, None, None]
    np.testing.assert_allclose(layer(x).detach().numpy(), wanted, atol=1e-12)


def factors(degrees, axes):
    return torch.cat([torch.full(((2 * l + 1) ** (axes - 1),), 2.0 * l + 1) for l in range(degrees)]).double()


def test_the_mnist_network_has_as_many_parameters_as_published():
    layers = [nn.SphereConv(1, 20, 30, 10), nn.RotationConv(20, 40, 10, 6), torch.nn.Linear(40, 10)]
    assert sum(one.numel() for layer in layers for one in layer.parameters()) == 58_550


@spaces
def test_layers_have_the_derivatives_of_finite_differences(space):
    make, axes = LAYERS[space]
    layer, x = make(2, 1, 3, 2).double(), noise(2, 2, *[6] * axes).requires_grad_()
    names = [name for name, _ in layer.named_parameters()]

    def value(x, *values):
        return torch.func.functional_call(layer, dict(zip(names, values, strict=True)), (x,))

    assert torch.autograd.gradcheck(value, (x, *layer.parameters()), fast_mode=True)


@spaces
def test_an_example_does_not_know_of_others(space):
    make, axes = LAYERS[space]
    layer, x = make(2, 3, 3, 2).double(), noise(4, 2, *[6] * axes)
    torch.testing.assert_close(layer(x)[1:2], layer(x[1:2]), rtol=0, atol=1e-14)


@spaces
def test_the_strides_of_a_signal_do_not_matter(space):
    make, axes = LAYERS[space]
    layer, x = make(2, 3, 3, 2).double(), noise(2, 2, *[6] * axes)
    last = x.movedim((0, 1), (-2, -1)).contiguous().movedim((-2, -1), (0, 1))
    torch.testing.assert_close(layer(last), layer(x), rtol=0, atol=1e-13)


@spaces
def test_kept_filters_follow_the_parameter_and_its_type(space):
    make, axes = LAYERS[space]
    layer, x = make(1, 2, 2, 2).eval(), noise(1, 1, *[4] * axes, dtype=torch.float32)
    with torch.no_grad():
        before, again = layer(x), layer(x)
        layer.kernel.mul_(2)
        after = layer(x)
        doubled = layer.double()(x.double())
    assert torch.equal(before, again)
    torch.testing.assert_close(after, 2 * before)
    torch.testing.assert_close(doubled.float(), after)


@spaces
def test_values_at_points_make_the_filters_of_these_values(space):
    make, axes = LAYERS[space]
    layer = make(2, 3, 6, 5).double()
    values = noise(*layer.kernel.shape)
    layer.set_values(values)
    matrix = filter_matrix(layer.points, 5, torch.float64, torch.device("cpu"))
    wanted = matrix @ values.flatten(0, 1).t() * factors(5, axes)[:, None] * layer.scale() / len(layer.points) ** 0.5
    torch.testing.assert_close(layer.filter_spectrum().flatten(1), wanted, rtol=1e-10, atol=1e-9)


@spaces
def test_values_should_fit_the_points(space):
    make, _ = LAYERS[space]
    with pytest.raises(
        ShapeError, match=r"values at the points of these filters should be \(1, 1, \d\d\), not \(1, 1, 3\)"
    ):
        make(1, 1, 3, 3).set_values(torch.zeros(1, 1, 3))
    with pytest.raises(ShapeError, match="should be points, and have none"):
        make(1, 1, 3, 3, filter="spectral").set_values(torch.zeros(1, 1, 9))


@spaces
def test_layers_can_be_compiled(space):
    make, axes = LAYERS[space]
    layer, x = make(1, 2, 3, 2), noise(2, 1, *[6] * axes, dtype=torch.float32)
    torch.testing.assert_close(torch.compile(layer, backend="eager")(x), layer(x))


def test_a_zonal_layer_is_a_correlation_whose_answer_does_not_turn_with_gamma():
    layer, x = nn.ZonalConv(2, 3, 3, 3).double(), noise(2, 2, 6, 6)
    torch.nn.init.normal_(layer.bias)
    psi = torch.zeros(3, 2, 9, dtype=torch.float64)
    psi[..., [0, 2, 6]] = layer.kernel.detach().transpose(0, 1) * (3 / 2) ** 0.5
    wanted = reference.s2_correlate(x.numpy(), ops.sphere_ifft(psi).numpy())[..., 0]
    found = layer(x).detach().numpy() - layer.bias.detach().numpy()[:, None, None]
    np.testing.assert_allclose(found, wanted, atol=1e-12)


def test_a_zonal_layer_has_the_derivatives_of_finite_differences():
    layer, x = nn.ZonalConv(1, 2, 3, 2).double(), noise(1, 1, 6, 6).requires_grad_()
    assert torch.autograd.gradcheck(layer, x)
    with pytest.raises(ShapeError, match=r"wants signals \(batch, 1, 6, 6\), not \(1, 1, 4, 4\)"):
        layer(noise(1, 1, 4, 4))


def test_signals_should_fit_the_layer():
    with pytest.raises(ShapeError, match=r"wants signals \(batch, 1, 6, 6\) of bandwidth 3, not \(1, 1, 4, 4\)"):
        nn.SphereConv(1, 1, 3, 2)(torch.zeros(1, 1, 4, 4))
    with pytest.raises(SettingError, match=r"signals should be torch.float32 as the layer's filters are, not"):
        nn.SphereConv(1, 1, 2, 2)(noise(1, 1, 4, 4))


def test_settings_should_make_sense():
    with pytest.raises(SettingError, match="b_out = 4 should be at most b_in = 3"):
        nn.RotationConv(1, 1, 3, 4)
    with pytest.raises(SettingError, match="channels and bandwidths should be positive integers"):
        nn.SphereConv(0, 1, 3, 3)
    with pytest.raises(UnknownName, match="no kind of filter is called 'poles'; did you mean 'pole'"):
        nn.SphereConv(1, 1, 3, 3, filter="poles")
    with pytest.raises(ShapeError, match=r"points of a filter should be \(points, 3\) angles, not \(2, 2\)"):
        nn.RotationConv(1, 1, 3, 3, points=[(0, 1), (0, 2)])


@pytest.mark.parametrize(
    ("space", "gain"), [("sphere", 2 * 4 / 2 * (3 * 24) ** 0.5), ("rotations", (4 / 2) ** 1.5 * (3 * 72) ** 0.5)]
)
def test_filters_have_the_scale_of_the_papers_code(space, gain):
    """`2 b_in / b_out` on the sphere and `(b_in / b_out)^(3/2)` on SO(3), over `√(in · points)`, summed."""
    make, axes = LAYERS[space]
    layer = make(3, 1, 4, 2).double()
    layer.set_values(torch.ones_like(layer.kernel))
    found = layer(torch.ones(1, 3, *[8] * axes, dtype=torch.float64))
    torch.testing.assert_close(found, torch.full_like(found, gain))
