import pytest
import torch
from torch import nn

from svertka import SettingError
from svertka.nn import device_of, laid_out, lay_out


def test_the_processor_is_always_there():
    assert device_of("cpu") == torch.device("cpu")


@pytest.mark.parametrize(("cuda", "mps", "expected"), [(0, False, "cpu"), (0, True, "mps"), (2, True, "cuda")])
def test_auto_is_the_first_that_is_there(monkeypatch, cuda, mps, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert device_of("auto").type == expected


@pytest.mark.parametrize("name", ["cuda", "cuda:1", "mps"])
def test_a_device_that_is_not_there_is_named(monkeypatch, name):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: name == "cuda:1")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: int(name == "cuda:1"))
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(SettingError, match=f"device {name} is not there"):
        device_of(name)


def test_planes_lie_with_channels_last_and_hold_the_same_numbers():
    planes = torch.randn(2, 3, 5, 4)
    assert lay_out(planes).is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(lay_out(planes), planes, rtol=0, atol=0)


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 5), (2, 3, 4, 5, 6)])
def test_everything_else_stays_as_it_is(shape):
    images = torch.randn(shape)
    assert lay_out(images) is images


def test_a_network_that_is_laid_out_gives_the_same_scores():
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(8 * 4, 2)).double()
    images = torch.randn(2, 3, 4, 4).double()
    before = network(images)
    after = laid_out(network, torch.device("cpu"))(lay_out(images))
    torch.testing.assert_close(after, before)
    assert network[0].weight.is_contiguous(memory_format=torch.channels_last)
