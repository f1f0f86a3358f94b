import numpy as np
import pytest
import torch

from svertka import SettingError, build


def test_branches_are_weighed_cell_by_cell_and_added():
    """Equation 2 of the paper: the sum over branches of weights times forecasts."""
    torch.manual_seed(0)
    network = build("st_resnet2", size=(5, 4), lags=(2, 1), channels=6, classes=2).eval()
    for weight in network.weights:
        torch.nn.init.normal_(weight)
    past = torch.randn(3, 6, 5, 4)
    near, far = network.branches[0](past[:, :4]), network.branches[1](past[:, 4:])
    expected = network.weights[0] * near + network.weights[1] * far
    torch.testing.assert_close(network(past), expected)


def test_a_unit_adds_two_convolutions_behind_rectifiers():
    torch.manual_seed(0)
    unit = build("st_resnet2", size=(6, 6)).branches[0][1]
    x = torch.randn(1, 64, 6, 6)
    first, second = unit.branch[1], unit.branch[3]
    torch.testing.assert_close(unit(x), x + second(first(x.relu()).relu()))


@pytest.mark.parametrize(("units", "convolutions"), [(2, 6), (4, 10), (12, 26)])
def test_its_name_counts_residual_units(units, convolutions):
    network = build(f"st_resnet{units}")
    kernels = [name for name, value in network.branches[0].named_parameters() if value.dim() == 4]
    assert len(kernels) == convolutions


def test_parameters_by_hand():
    """Three branches of 2 units over 6, 2 and 2 channels, and three weights of each cell."""
    branch = [(9 * cin + 1) * 64 + 4 * (9 * 64 + 1) * 64 + (9 * 64 + 1) * 2 for cin in (6, 2, 2)]
    assert sum(value.numel() for value in build("st_resnet2").parameters()) == sum(branch) + 3 * 2 * 32 * 32


def test_it_takes_series_of_lines_and_volumes():
    from svertka import LINE, VOLUME

    for space, sizes in ((LINE, (12,)), (VOLUME, (4, 5, 6))):
        network = build("st_resnet2", size=sizes, space=space).eval()
        assert network(torch.zeros(2, 10, *sizes)).shape == (2, 2, *sizes)


def test_channels_that_are_no_whole_frames_are_refused():
    with pytest.raises(SettingError, match="5 earlier frames of 2 channels make 10, not 9"):
        build("st_resnet2", channels=9)


def test_what_only_one_branch_sees_moves_only_its_part(rng):
    network = build("st_resnet2", size=(4, 4)).eval()
    with torch.no_grad():
        network.weights[1].zero_()
    past = torch.from_numpy(rng.normal(size=(1, 10, 4, 4)).astype(np.float32))
    other = past.clone()
    other[:, 6:8] += 1
    torch.testing.assert_close(network(past), network(other))
