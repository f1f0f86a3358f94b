import pytest
import torch
from torch import nn

import svertka
from svertka import LINE, SettingError, UnknownName
from svertka.nn import Space
from svertka.zoo import architecture, build, find, registry, variant, variants


@pytest.fixture(autouse=True)
def borrowed(monkeypatch):
    """A list of networks that may be added to."""
    monkeypatch.setattr(registry, "_VARIANTS", dict(registry._VARIANTS))


def tiny(*names, **facts):
    """A family of one-layer networks on the list."""

    @architecture(
        paper="none",
        year=2001,
        sample=(2, 6, 6),
        classes=4,
        variants=dict.fromkeys(names, variant(12, width=3)),
        **facts,
    )
    class Tiny(nn.Sequential):
        """One layer.

        And more to say of it.
        """

        def __init__(self, *, width: int, channels: int, classes: int, space: Space) -> None:
            super().__init__(space.conv(channels, width, 3), nn.Flatten(), nn.LazyLinear(classes))

    return Tiny


def test_a_family_stands_on_the_list_with_its_facts():
    family = tiny("tiny3")
    found = find("tiny3")
    assert (found.family, found.summary, found.parameters, found.size) == (family, "One layer.", 12, 6)
    assert found in variants()


def test_a_network_is_built_as_published_or_as_asked():
    tiny("tiny3")
    assert build("tiny3")(torch.zeros(1, 2, 6, 6)).shape == (1, 4)
    network = build("tiny3", classes=7, channels=1, space=LINE, width=5)
    assert (network(torch.zeros(1, 1, 9)).shape, network[0].out_channels) == ((1, 7), 5)


def test_two_networks_of_one_name_are_refused():
    tiny("tiny3")
    with pytest.raises(ValueError, match="two networks are called 'tiny3'"):
        tiny("tiny3")


@pytest.mark.parametrize("name", ["resnet8", "Resnet-20", "lenet"])
def test_an_unknown_network_is_answered_with_the_nearest(name):
    with pytest.raises(UnknownName, match=r"(resnet|lenet5|linear)"):
        find(name)


def test_an_unknown_setting_is_answered_with_the_nearest():
    with pytest.raises(UnknownName, match=r"setting of resnet20 .*'dephts'; did you mean 'depths'"):
        build("resnet20", dephts=(1, 1))


@pytest.mark.parametrize(("count", "what"), [({"classes": 0}, "classes"), ({"channels": -1}, "channels")])
def test_counts_below_one_are_refused(count, what):
    with pytest.raises(SettingError, match=rf"{what} must be at least 1, not {count[what]}"):
        build("resnet20", **count)


def test_the_list_goes_from_the_oldest_to_the_newest():
    found = variants()
    assert [each.year for each in found] == sorted(each.year for each in found)
    assert svertka.variants() == found


def test_only_networks_for_one_size_are_bound_to_it():
    assert find("linear").bound_to([4, 5]) == {"size": (4, 5)}
    assert find("resnet20").bound_to([4, 5]) == {}


def test_a_strangers_package_adds_its_own(monkeypatch):
    asked = []

    def offered(group):
        asked.append(group)
        yield tiny("stranger")

    monkeypatch.setattr(registry, "offered", offered)
    registry.load_plugins()
    assert asked == ["zoo"]
    assert build("stranger")(torch.zeros(1, 2, 6, 6)).shape == (1, 4)
