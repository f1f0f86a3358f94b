import pytest
import torch

from svertka import LINE, SettingError, ShapeError, build


def count(name):
    return sum(value.numel() for value in build(name).parameters())


def test_the_network_of_digits_has_the_published_parameters():
    """24 points on the sphere, 72 on SO(3), biases, and a linear layer: 58,550 (section 5.2 of the paper)."""
    assert count("spherical_mnist") == (24 * 20 + 20) + (72 * 20 * 40 + 40) + (40 * 10 + 10) == 58_550


def test_networks_of_shapes_have_as_many_parameters_as_was_published():
    """1.4 million and 0.4 million."""
    assert count("spherical_shrec17_large") == pytest.approx(1.4e6, rel=0.01)
    assert count("spherical_shrec17") == pytest.approx(0.4e6, rel=0.01)


@pytest.mark.parametrize("name", ["spherical_mnist", "spherical_mnist_deep"])
def test_half_a_turn_about_the_axis_changes_nothing(name):
    """It is a whole number of samples on the grid of every bandwidth, so that rectifiers cannot spoil it."""
    torch.manual_seed(0)
    network = build(name, size=(16, 16)).double().eval()
    x = torch.randn(2, 1, 16, 16, dtype=torch.float64)
    still, turned = network(x), network(x.roll(8, -1))
    torch.testing.assert_close(turned, still, rtol=1e-9, atol=1e-9)
    assert (network(x.flip(0)) - still).abs().max() > 1e-6


def test_the_network_of_molecules_has_the_layers_of_the_authors_code():
    """Filters of 24 and 72 points, correlations 5-8-16-32-64 with biases, perceptrons 64-256-64 and 64-512-1, norms."""
    correlations = (24 * 5 * 8 + 8) + (72 * 8 * 16 + 16) + (72 * 16 * 32 + 32) + (72 * 32 * 64 + 64)
    perceptrons = (64 * 256 + 256) + (256 * 64 + 64) + (64 * 512 + 512) + (512 + 1)
    norms = 2 * (8 + 16 + 32 + 64) + 2 * (256 + 64 + 512)
    assert count("spherical_qm7") == correlations + perceptrons + norms


def test_the_order_of_atoms_does_not_matter():
    torch.manual_seed(0)
    network = build("spherical_qm7", atoms=4, channels=12, size=(8, 8)).eval()
    x = torch.randn(2, 4, 3, 8, 8)
    torch.testing.assert_close(network(x[:, [2, 0, 3, 1]].flatten(1, 2)), network(x.flatten(1, 2)))


def test_half_a_turn_of_a_molecule_about_the_axis_changes_nothing():
    torch.manual_seed(0)
    network = build("spherical_qm7", atoms=2, channels=6, size=(16, 16)).double().eval()
    x = torch.randn(1, 6, 16, 16, dtype=torch.float64)
    torch.testing.assert_close(network(x.roll(8, -1)), network(x), rtol=1e-9, atol=1e-9)
    assert (network(x.flip(-2)) - network(x)).abs().max() > 1e-6


def test_an_atom_of_constant_potentials_is_none():
    torch.manual_seed(0)
    network = build("spherical_qm7", atoms=2, channels=6, size=(8, 8)).eval()
    x = torch.randn(1, 6, 8, 8)
    x[:, 3:] = 0
    other = x.clone()
    other[:, 3:] = 2.5
    torch.testing.assert_close(network(x), network(other))
    other[:, 3] = x[:, 0]
    assert (network(x) - network(other)).abs().max() > 1e-6


def test_a_graph_that_takes_every_atom_along_gives_what_those_that_are_there_give(monkeypatch):
    torch.manual_seed(0)
    network = build("spherical_qm7", atoms=3, channels=6, size=(8, 8)).eval()
    x = torch.randn(3, 6, 8, 8)
    x[0, 2:], x[2] = 0.5, 1.5
    found = network(x)
    monkeypatch.setattr(torch.compiler, "is_compiling", lambda: True)
    torch.testing.assert_close(network(x), found)
    torch.testing.assert_close(found[2:], network.head(torch.zeros(1, 64)))


def test_where_there_is_no_atom_the_answer_is_that_of_the_empty_set():
    network = build("spherical_qm7", atoms=3, channels=6, size=(8, 8)).eval()
    torch.testing.assert_close(network(torch.ones(2, 6, 8, 8)), network.head(torch.zeros(2, 64)))


@pytest.mark.parametrize(("size", "even"), [((61, 61), 60), ((60, 62), 60), ((1, 1), 2)])
def test_images_that_are_on_no_grid_of_the_sphere_are_refused(size, even):
    with pytest.raises(ShapeError, match=rf"2b x 2b .* not {size[0]}x{size[1]}; .* --size {even}$"):
        build("spherical_mnist", size=size)


def test_a_sphere_has_two_axes():
    with pytest.raises(SettingError, match="of two axes, not of 1"):
        build("spherical_mnist", space=LINE)


def test_channels_are_the_same_for_every_atom():
    with pytest.raises(SettingError, match="23 times as many channels as each of them, not 100"):
        build("spherical_qm7", channels=100)


def test_small_images_keep_their_bandwidth():
    body = build("spherical_mnist", size=(8, 8)).body[0][0]
    assert (body.b_in, body.b_out) == (4, 4)
