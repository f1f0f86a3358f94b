"""What every network on the list promises; a new one is tested by being registered."""

import pytest
import torch
from torch import nn

import svertka
from svertka.measure import smallest_size
from svertka.nn import LINE, PLANE, VOLUME
from svertka.tasks.table import heads

LEARNING = {"alexnet_original": 3e-4, "vgg11": 1e-4, "squeezenet1_1": 1e-4}  # rates of those without normalisation
SIDES = {"squeezenet1_1": 64}  # its last rectifier kills a class for good where there are few places to average over
VARIANTS = {variant.name: variant for variant in svertka.variants()}
# The smallest network of each family stands for the others where training or building takes long.
FAMILIES = {variant.family: variant.name for variant in sorted(VARIANTS.values(), key=lambda v: -v.parameters)}
SMALL = {LINE: 40e6, PLANE: 150e6, VOLUME: 20e6}  # parameters up to which a network is tried in a space
SPACES = [(name, PLANE) for name in VARIANTS] + [(name, each) for name in FAMILIES.values() for each in (LINE, VOLUME)]

every_variant = pytest.mark.parametrize("name", VARIANTS)
every_family = pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] * (VARIANTS[name].parameters > 2e7)) for name in FAMILIES.values()],
)


def side(name: str, space=PLANE) -> int:
    """About the smallest comfortable size."""
    variant = VARIANTS[name]
    if variant.bound_to((8,)):
        return 8
    if name in SIDES and space is PLANE:
        return SIDES[name]
    with torch.device("meta"):
        network = variant.build(space=space)
    return max(smallest_size(network, variant.sample[0], space.rank), 32 if space.rank < 3 else 12)


def small(name: str, classes: int = 3, channels: int = 2, space=PLANE, batch: int = 8):
    """A network and some images that it is about comfortable with."""
    torch.manual_seed(0)
    sizes = [side(name, space)] * space.rank
    variant = VARIANTS[name]
    network = variant.build(classes=classes, channels=channels, space=space, **variant.bound_to(sizes))
    return network, torch.randn(batch, channels, *sizes)


def on_meta(name: str, **changes) -> nn.Module:
    with torch.device("meta"):
        return svertka.build(name, **changes)


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


@every_variant
def test_parameters_and_scores_are_as_published(name):
    variant, price = VARIANTS[name], svertka.cost(name)
    assert count(on_meta(name)) == variant.parameters == price.parameters
    assert price.output == (variant.classes,)


@pytest.mark.parametrize(("name", "space"), SPACES, ids=str)
def test_every_parameter_gets_a_gradient_in_every_space(name, space):
    if not VARIANTS[name].bound_to((8,)) and count(on_meta(name, space=space)) > SMALL[space]:
        pytest.skip("too large to be tried in this space")
    network, images = small(name, space=space, batch=2)
    loss = sum(scores.square().sum() for scores in heads(network, images))
    loss.backward()
    assert [key for key, weight in network.named_parameters() if weight.grad is None or not weight.grad.any()] == []


@every_family
def test_eight_samples_can_be_learned_by_heart(name):
    network, images = small(name)
    for layer in network.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
    targets = torch.arange(8) % 3
    optimiser = torch.optim.Adam(network.parameters(), lr=LEARNING.get(name, 3e-3))
    for _ in range(60):
        optimiser.zero_grad()
        nn.functional.cross_entropy(network(images), targets).backward()
        optimiser.step()
    assert (network(images).argmax(1) == targets).all()


@every_family
def test_weights_saved_and_loaded_give_the_same_scores(name, tmp_path):
    (network, images), (other, _) = small(name), small(name)
    other.apply(lambda layer: layer.reset_parameters() if hasattr(layer, "reset_parameters") else None)
    torch.save(network.state_dict(), tmp_path / "weights")
    other.load_state_dict(torch.load(tmp_path / "weights", weights_only=True))
    torch.testing.assert_close(other.eval()(images), network.eval()(images), rtol=0, atol=0)


@every_variant
def test_another_number_of_classes_changes_only_the_heads(name):
    three, seven = (on_meta(name, classes=classes).state_dict() for classes in (3, 7))
    changed = [key for key in three if three[key].shape != seven[key].shape]
    assert changed
    assert all(key.startswith(("head", "sides")) for key in changed)


@every_variant
def test_another_number_of_channels_changes_only_the_first_layer(name):
    one, five = (on_meta(name, channels=channels).state_dict() for channels in (1, 5))
    changed = [key for key in one if one[key].shape != five[key].shape]
    first = next(key for key in one if one[key].dim() > 2)
    assert first in changed
    assert {key.rpartition(".")[0] for key in changed} == {first.rpartition(".")[0]}


@every_variant
def test_it_has_stem_body_and_head(name):
    assert [child for child, _ in on_meta(name).named_children() if child != "sides"] == ["stem", "body", "head"]


@every_variant
def test_the_smallest_size_works_and_the_next_smaller_does_not(name):
    variant = VARIANTS[name]
    if variant.bound_to((8,)):
        pytest.skip("it is made for one size")
    least = smallest_size(on_meta(name), variant.sample[0], 2)
    assert svertka.cost(name, size=least).output == (variant.classes,)
    if least > 1:
        with pytest.raises(svertka.ShapeError, match=f"layer .* the smallest size that works is {least}x{least}"):
            svertka.cost(name, size=least - 1)


@every_family
def test_the_same_seed_gives_the_same_first_weights(name):
    one, other = small(name)[0].state_dict(), small(name)[0].state_dict()
    assert all(torch.equal(one[key], other[key]) for key in one)


@every_family
def test_signals_do_not_die_or_explode_on_their_way(name):
    network, images = small(name)
    deviation = network.train()(images).std().item()
    assert 0.01 < deviation < 100


@every_variant
def test_it_names_its_source(name):
    variant = VARIANTS[name]
    assert variant.paper
    assert 1980 <= variant.year <= 2100
    assert variant.summary.endswith(".")
