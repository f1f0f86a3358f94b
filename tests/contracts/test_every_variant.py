"""What every network on the list promises; a new one is tested by being registered."""

import pytest
import torch
from torch import nn

import svertka
from svertka.measure import smallest_size
from svertka.nn import LINE, PLANE, VOLUME
from svertka.zoo import find

NAMES = [variant.name for variant in svertka.variants()]
PUBLISHED = {  # from the papers and torchvision's records, not from the registry
    "linear": 7_850, "lenet5": 61_706, "resnet18": 11_689_512, "resnet34": 21_797_672,
    "resnet20": 269_722, "resnet32": 464_154, "resnet56": 853_018,
}  # fmt: skip

every_variant = pytest.mark.parametrize("name", NAMES)


def small(name: str, classes: int = 3, channels: int = 2, space=PLANE) -> tuple[nn.Module, torch.Tensor]:
    """A network and eight images of about the smallest comfortable size for it."""
    torch.manual_seed(0)
    variant = find(name)
    side = 8 if variant.bound_to((8,)) else 32
    network = variant.build(classes=classes, channels=channels, space=space, **variant.bound_to([side] * space.rank))
    return network, torch.randn(8, channels, *[side] * space.rank)


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


@every_variant
def test_the_parameter_count_is_the_published_one(name):
    assert count(svertka.build(name)) == find(name).parameters == svertka.cost(name).parameters
    assert find(name).parameters == PUBLISHED.get(name, find(name).parameters)


@every_variant
def test_scores_have_one_shape(name):
    variant = find(name)
    scores = svertka.build(name).eval()(torch.zeros(2, *variant.sample))
    assert scores.shape == (2, variant.classes)


@every_variant
@pytest.mark.parametrize("space", [LINE, PLANE, VOLUME], ids=repr)
def test_every_parameter_gets_a_gradient_in_every_space(name, space):
    network, images = small(name, space=space)
    network(images).square().sum().backward()
    assert [key for key, weight in network.named_parameters() if weight.grad is None or not weight.grad.any()] == []


@every_variant
def test_eight_samples_can_be_learned_by_heart(name):
    network, images = small(name)
    targets = torch.arange(8) % 3
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    for _ in range(60):
        optimiser.zero_grad()
        nn.functional.cross_entropy(network(images), targets).backward()
        optimiser.step()
    assert (network(images).argmax(1) == targets).all()


@every_variant
def test_weights_saved_and_loaded_give_the_same_scores(name, tmp_path):
    (network, images), (other, _) = small(name), small(name)
    other.apply(lambda layer: layer.reset_parameters() if hasattr(layer, "reset_parameters") else None)
    torch.save(network.state_dict(), tmp_path / "weights")
    other.load_state_dict(torch.load(tmp_path / "weights", weights_only=True))
    torch.testing.assert_close(other.eval()(images), network.eval()(images), rtol=0, atol=0)


@every_variant
def test_another_number_of_classes_changes_only_the_head(name):
    three, seven = (small(name, classes=classes)[0].state_dict() for classes in (3, 7))
    assert all(key.startswith("head") for key in three if three[key].shape != seven[key].shape)
    assert any(three[key].shape != seven[key].shape for key in three)


@every_variant
def test_it_has_stem_body_and_head(name):
    assert [child for child, _ in svertka.build(name).named_children()] == ["stem", "body", "head"]


@every_variant
def test_the_smallest_size_works_and_the_next_smaller_does_not(name):
    if find(name).bound_to((8,)):
        pytest.skip("it is made for one size")
    network = svertka.build(name).eval()
    channels = find(name).sample[0]
    least = smallest_size(network, channels, 2)
    network(torch.zeros(1, channels, least, least))
    if least > 1:
        with pytest.raises(svertka.ShapeError, match=f"layer .* the smallest size that works is {least}x{least}"):
            svertka.cost(name, size=least - 1)


@every_variant
def test_the_same_seed_gives_the_same_first_weights(name):
    one, other = small(name)[0].state_dict(), small(name)[0].state_dict()
    assert all(torch.equal(one[key], other[key]) for key in one)


@every_variant
def test_signals_do_not_die_or_explode_on_their_way(name):
    network, images = small(name)
    deviation = network.train()(images).std().item()
    assert 0.01 < deviation < 100


@every_variant
def test_it_names_its_source(name):
    variant = find(name)
    assert variant.paper
    assert 1980 <= variant.year <= 2100
    assert variant.summary.endswith(".")
