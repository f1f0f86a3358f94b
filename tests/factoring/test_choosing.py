"""Which layers are chosen, and at which rank."""

import pytest
import torch
from torch import nn

import svertka
from svertka import SettingError, UnknownName
from svertka.factoring.choosing import Choice, choices
from svertka.measure import count
from svertka.nn import Factor, pair_for
from svertka.ops.pairs import errors
from svertka.settings import FactorSettings


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return svertka.build("resnet20", channels=1).eval()


def chosen(network, **changes):
    return choices(network, 1, (16, 16), FactorSettings(**changes))


def test_every_layer_is_either_chosen_or_stays_for_a_reason(network):
    made, stayed = chosen(network)
    layers = [name for name, layer in network.named_modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    assert sorted(each.name for each in [*made, *stayed]) == sorted(layers)
    reasons = {each.name: each.reason for each in stayed}
    assert reasons["stem.0"] == "the first layer is kept unless it is named"
    assert reasons["head.2"] == "a linear layer has no kernel"


@pytest.mark.parametrize("kind", ["spatial", "depthwise", "bottleneck"])
def test_a_share_is_kept_and_one_rank_more_would_not_be(kind, network):
    made, _ = chosen(network, kind=kind, share=0.4)
    for each in made:
        layer = network.get_submodule(each.name)
        assert each.macs_after <= 0.4 * each.macs_before
        assert each.rank == each.highest or each.macs_after * (each.rank + 1) / each.rank > 0.4 * each.macs_before
        assert each.parameters_before == sum(value.numel() for value in layer.parameters())


@pytest.mark.parametrize("kind", ["spatial", "depthwise"])
def test_an_error_is_kept_and_one_rank_less_would_not_be(kind, network):
    made, _ = chosen(network, kind=kind, error=0.6)
    assert made
    for each in made:
        lost = errors(network.get_submodule(each.name).weight, kind)
        assert lost[each.rank - 1] == each.error <= 0.6
        assert each.rank == 1 or lost[each.rank - 2] > 0.6


def test_the_price_said_is_that_of_the_pair():
    layer = nn.Conv2d(6, 8, (3, 5), stride=(2, 1), padding=(1, 2), groups=2).eval()
    network = nn.Sequential(nn.Conv2d(1, 6, 1), layer).eval()
    for kind, rank in (("spatial", 3), ("depthwise", 2), ("bottleneck", 2)):
        ((made,), _) = choices(network, 1, (12, 14), FactorSettings(kind=kind, rank=rank))
        price = count(pair_for(layer, Factor(kind, rank)).eval(), 6, (12, 14))
        assert (made.macs_after, made.parameters_after) == (price.macs, price.parameters)
        assert (made.macs_before, made.parameters_before) == (8 * 6 * 14 * 45, 8 * 45 + 8)


def test_of_several_kinds_the_least_error_is_taken_for_a_share_and_the_least_cost_for_an_error(network):
    by_kind = {kind: {each.name: each for each in chosen(network, kind=kind)[0]}
               for kind in ("spatial", "depthwise", "bottleneck")}  # fmt: skip
    for each in chosen(network, kind="auto")[0]:
        others = [found[each.name] for found in by_kind.values() if each.name in found]
        assert each.error == min(other.error for other in others)
    for each in chosen(network, kind="auto", error=0.6)[0]:
        others = [found for kind in ("spatial", "depthwise", "bottleneck")
                  for found in chosen(network, kind=kind, error=0.6)[0] if found.name == each.name]  # fmt: skip
        assert each.macs_after == min(other.macs_after for other in others)


def test_only_layers_that_are_named_are_chosen_the_first_one_too(network):
    made, _ = chosen(network, layers="stem.0, body.1.*", kind="bottleneck", rank=1)
    assert {each.name.split(".")[0] for each in made} == {"stem", "body"}
    assert all(each.name == "stem.0" or each.name.startswith("body.1.") for each in made)


def test_a_pair_that_would_cost_more_is_not_chosen(network):
    made, stayed = chosen(network, kind="depthwise", rank=6)
    assert all(each.macs_after < each.macs_before for each in made)
    assert any("multiply-adds instead of" in each.reason for each in stayed)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"rank": 1, "share": 0.5}, SettingError, "rank and share each choose the ranks; give one of them"),
        ({"rank": 2, "kind": "auto"}, SettingError, "a rank means another thing for each kind"),
        ({"layers": "boby.*"}, UnknownName, r"no convolution or linear layer is called 'boby\.\*'"),
        ({"rank": 10, "kind": "depthwise"}, SettingError, "rank 10 is above its highest, which is 9"),
        ({"layers": "head.2"}, SettingError, r"no layer can be factored so: head\.2: a linear layer has no kernel"),
    ],
)
def test_what_cannot_be_done_is_said(changes, error, words, network):
    with pytest.raises(error, match=words):
        chosen(network, **changes)


def test_depthwise_layers_are_not_factored_again():
    network = svertka.build("mobilenet_025", channels=1).eval()
    made, _ = choices(network, 1, (32, 32), FactorSettings(kind="bottleneck"))
    assert isinstance(made[0], Choice)
    with pytest.raises(SettingError, match="it is depthwise already"):
        choices(network, 1, (32, 32), FactorSettings(kind="depthwise"))


def test_a_network_of_one_layer_has_nothing_to_factor():
    with pytest.raises(SettingError, match="there is but one, and the first layer is kept unless it is named"):
        choices(svertka.build("linear", channels=1, size=(8, 8)), 1, (8, 8), FactorSettings())
