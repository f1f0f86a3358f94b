import pytest
import torch

from reference.networks import maps
from svertka import build, cost
from svertka.zoo.densenet import Dense


@pytest.mark.parametrize(
    ("name", "millions"),
    [
        ("densenet40_k12", 1.0), ("densenet100_k12", 7.0), ("densenet100_k24", 27.2),
        ("densenet100bc_k12", 0.8), ("densenet250bc_k24", 15.3), ("densenet190bc_k40", 25.6),
    ],
)  # fmt: skip
def test_small_networks_have_the_parameters_of_table_2(name, millions):
    assert round(cost(name).parameters / 1e6, 1) == millions


@pytest.mark.parametrize(
    ("name", "giga"), [("densenet121", 2.83), ("densenet161", 7.73), ("densenet169", 3.36), ("densenet201", 4.29)]
)
def test_multiply_adds_are_those_of_torchvisions_table(name, giga):
    assert cost(name).macs / 1e9 == pytest.approx(giga, abs=0.006)


def test_every_layer_adds_its_growth():
    """64 + 6 · 32, then half of it + 12 · 32, and so on."""
    assert [shape[0] for shape in maps("densenet121", Dense).values()] == [256, 512, 1024, 1024]


def test_a_layer_sees_all_that_came_before_and_changes_none_of_it():
    dense = build("densenet40_k12").body[0].eval()
    x = torch.randn(2, 16, 8, 8)
    torch.testing.assert_close(dense(x)[:, :16], x, rtol=0, atol=0)
    shorter = Dense(list(dense.layers)[:5], saving=False).eval()
    torch.testing.assert_close(dense(x)[:, : 16 + 5 * 12], shorter(x))


def test_saving_memory_changes_neither_scores_nor_gradients():
    torch.manual_seed(0)
    plain = build("densenet40_k12", depths=(3, 3, 3)).double()
    saving = build("densenet40_k12", depths=(3, 3, 3), saving=True).double()
    saving.load_state_dict(plain.state_dict())
    images = torch.randn(4, 3, 16, 16).double()
    for network in (plain, saving):
        network(images).square().sum().backward()
    torch.testing.assert_close(saving(images), plain(images))
    for one, other in zip(saving.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)
