"""What every network on the list promises; a new one is tested by being registered."""

import warnings
from functools import cache
from io import BytesIO

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import svertka
from svertka.measure import check_sizes, count_variant, smallest_size, walk
from svertka.nn import LINE, PLANE, VOLUME, compressed
from svertka.tasks.table import heads

LEARNING = {
    "alexnet_original": 3e-4,
    "vgg11": 1e-4,
    "squeezenet1_1": 1e-4,
    "spherical_mnist": 3e-2,
}  # rates of those without normalisation
SIDES = {"squeezenet1_1": 64}  # its last rectifier kills a class for good where there are few places to average over
VARIANTS = {variant.name: variant for variant in svertka.variants()}
CLASSIFYING = {name: variant for name, variant in VARIANTS.items() if variant.task == "classify"}
# The smallest network of each family stands for the others where training or building takes long.
FAMILIES = {variant.family: variant.name for variant in sorted(VARIANTS.values(), key=lambda v: -v.parameters)}
SMALL = {LINE: 40e6, PLANE: 150e6, VOLUME: 20e6}  # parameters up to which a network is tried in a space
SPACES = [
    *[(name, variant.space) for name, variant in VARIANTS.items()],
    *[
        (name, space)
        for name in FAMILIES.values()
        for space in (LINE, PLANE, VOLUME)
        if space is not VARIANTS[name].space and VARIANTS[name].task != "next" and not VARIANTS[name].spherical
    ],
]
LAGS = 5  # frames that a forecast looks back on, as published
ATOMS = 23  # in a molecule, as published

every_variant = pytest.mark.parametrize("name", VARIANTS)
every_classifier = pytest.mark.parametrize("name", CLASSIFYING)
every_family = pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] * (VARIANTS[name].parameters > 2e7)) for name in FAMILIES.values()],
)

DEEPEST = (
    "preresnet164",
    "densenet100bc_k12",
    "inception_v2",
    "googlenet",
    "spherical_mnist_deep",
    "spherical_shrec17",
    "spherical_qm7",
)  # capturing hundreds of layers takes half a minute and more
every_family_but_the_deepest = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] * (VARIANTS[name].parameters > 2e7 or name in DEEPEST))
        for name in FAMILIES.values()
    ],
)
# Correlations on the sphere run as they are: their tables and products are kept out of torch's graphs.
every_family_in_a_graph = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] * (VARIANTS[name].parameters > 2e7 or name in DEEPEST))
        for name in FAMILIES.values()
        if not VARIANTS[name].spherical
    ],
)


@cache
def side(name: str, space=None) -> int:
    """About the smallest comfortable size."""
    variant = VARIANTS[name]
    space = space or variant.space
    if variant.bound_to((8,)):
        return 8
    if name in SIDES and space is PLANE:
        return SIDES[name]
    with torch.device("meta"):
        network = variant.build(space=space)
    return max(smallest_size(network, variant.sample[0], space.rank), {LINE: 48, PLANE: 32, VOLUME: 12}[space])


def small(name: str, classes: int = 3, space=None, batch: int = 8):
    """A network and some images that it is about comfortable with, of two channels, or two in each frame."""
    torch.manual_seed(0)
    variant = VARIANTS[name]
    space = space or variant.space
    sizes = [side(name, space)] * space.rank
    channels = {"forecast": classes * LAGS, "regress": 2 * ATOMS}.get(variant.task, 2)
    network = variant.build(classes=classes, channels=channels, space=space, **variant.bound_to(sizes))
    return network, torch.randn(batch, channels, *sizes).clamp(-3, 3)


def on_meta(name: str, **changes) -> nn.Module:
    with torch.device("meta"):
        return svertka.build(name, **changes)


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def lesson(task: str, images: torch.Tensor):
    """What eight images might teach, and how far scores are from it."""
    sizes, eight = images.shape[2:], torch.arange(8) % 3
    if task == "classify":
        return lambda scores: F.cross_entropy(scores, eight)
    if task == "segment":
        masks = eight.reshape(8, *[1] * len(sizes)).expand(8, *sizes)
        return lambda scores: F.cross_entropy(scores, masks)
    if task == "next":
        levels = compressed(images[:, 0], 3)
        return lambda scores: F.cross_entropy(scores, levels)
    if task == "regress":
        return lambda scores: (scores - (eight - 1.0)[:, None]).square().mean()
    frames = eight.reshape(8, 1, *[1] * len(sizes)).float() - 1
    return lambda scores: (scores - frames).square().mean()


@every_variant
def test_parameters_and_scores_are_as_published(name):
    variant, price = VARIANTS[name], count_variant(VARIANTS[name])
    assert count(on_meta(name)) == variant.parameters == price.parameters
    assert price.macs == variant.macs
    places = () if variant.task in ("classify", "regress") else variant.sample[1:]
    assert price.output == (variant.classes, *places)


@pytest.mark.parametrize(("name", "space"), SPACES, ids=str)
def test_every_parameter_gets_a_gradient_in_every_space(name, space):
    if not VARIANTS[name].bound_to((8,)) and count(on_meta(name, space=space)) > SMALL[space]:
        pytest.skip("too large to be tried in this space")
    network, images = small(name, space=space, batch=2)
    loss = sum(scores.square().sum() for scores in heads(network, images))
    loss.backward()
    without = [key for key, weight in network.named_parameters() if weight.grad is None or not weight.grad.any()]
    assert without == []


@every_family
def test_eight_samples_can_be_learned_by_heart(name):
    network, images = small(name)
    for layer in network.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
    miss = lesson(VARIANTS[name].task, images)
    first = miss(network(images)).item()
    optimiser = torch.optim.Adam(network.parameters(), lr=LEARNING.get(name, 3e-3))
    for _ in range(60):
        optimiser.zero_grad()
        scores = network(images)
        loss = miss(scores)
        if by_heart(name, scores, loss.item() / first):
            break
        loss.backward()
        optimiser.step()
    assert by_heart(name, scores, loss.item() / first)


def by_heart(name: str, scores: torch.Tensor, share: float) -> bool:
    """Whether all classes are right, or little of the first loss is left."""
    if VARIANTS[name].task == "classify":
        return bool((scores.argmax(1) == torch.arange(8) % 3).all())
    return share < 0.3


@every_family
def test_weights_saved_and_loaded_give_the_same_scores(name, tmp_path):
    (network, images), (other, _) = small(name), small(name)
    other.apply(lambda layer: layer.reset_parameters() if hasattr(layer, "reset_parameters") else None)
    torch.save(network.state_dict(), tmp_path / "weights")
    other.load_state_dict(torch.load(tmp_path / "weights", weights_only=True))
    torch.testing.assert_close(other.eval()(images), network.eval()(images), rtol=0, atol=0)


@every_family_in_a_graph
def test_what_torch_exports_gives_the_same_scores(name):
    network, images = small(name, batch=2)
    exported = torch.export.export(network.eval(), (images,))
    torch.testing.assert_close(exported.module()(images), network(images), rtol=1e-5, atol=1e-5)


@every_family_in_a_graph
def test_what_torch_captures_whole_gives_the_same_scores_and_gradients(name):
    torch.compiler.reset()
    network, images = small(name, batch=2)
    for layer in network.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
    captured = torch.compile(network, backend="aot_eager", fullgraph=True)
    expected, found = (learned(model, network, images) for model in (network, captured))
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-5)


def learned(model, network, images) -> list[torch.Tensor]:
    """Scores, and the gradients of all weights."""
    network.zero_grad()
    scores = model(images)
    scores.square().mean().backward()
    return [scores.detach(), *[weight.grad.clone() for weight in network.parameters() if weight.grad is not None]]


@every_family_but_the_deepest
def test_onnx_gives_the_same_scores(name):
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    network, images = small(name, batch=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own, about its own future
        program = torch.onnx.export(network.eval(), (images,), dynamo=True, verbose=False)
    file = BytesIO()
    program.save(file)
    session = runtime.InferenceSession(file.getvalue(), providers=["CPUExecutionProvider"])
    (scores,) = session.run(None, {session.get_inputs()[0].name: images.numpy()})
    with torch.inference_mode():
        expected = network(images)
    assert (torch.from_numpy(scores) - expected).abs().max() <= 3e-5 * expected.std()


@every_classifier
def test_another_number_of_classes_changes_only_the_heads(name):
    three, seven = (on_meta(name, classes=classes).state_dict() for classes in (3, 7))
    changed = [key for key in three if three[key].shape != seven[key].shape]
    assert changed
    assert all(key.startswith(("head", "sides")) for key in changed)


@every_classifier
def test_another_number_of_channels_changes_only_the_first_layer(name):
    one, five = (on_meta(name, channels=channels).state_dict() for channels in (1, 5))
    changed = [key for key in one if one[key].shape != five[key].shape]
    first = next(key for key in one if one[key].dim() > 2)
    assert first in changed
    assert {key.rpartition(".")[0] for key in changed} == {first.rpartition(".")[0]}


@every_classifier
def test_it_has_stem_body_and_head(name):
    assert [child for child, _ in on_meta(name).named_children() if child != "sides"] == ["stem", "body", "head"]


@every_variant
def test_the_smallest_size_works_and_the_next_smaller_does_not(name):
    variant = VARIANTS[name]
    if variant.bound_to((8,)):
        pytest.skip("it is made for one size")
    least = smallest_size(on_meta(name), variant.sample[0], variant.space.rank)
    check_sizes(on_meta(name), variant.sample[0], [least] * variant.space.rank)
    if least > 1:
        with pytest.raises(svertka.ShapeError, match=f"layer .* the smallest size that works is {least}x{least}"):
            svertka.cost(name, size=least - 1)


@pytest.mark.parametrize("name", [name for name, variant in CLASSIFYING.items() if variant.knows("small")])
def test_small_images_may_enter_at_full_size(name):
    """A network for large images then leaves more places to its last features."""
    plain, small_stem = (on_meta(name, small=small) for small in (False, True))
    sizes = [
        next(visit.shape_out for visit in walk(network, VARIANTS[name].sample[0], [64, 64]) if visit.name == "stem")
        for network in (plain, small_stem)
    ]
    assert sizes[1][1:] == (64, 64)
    assert small_stem.eval()(torch.empty(1, 3, 32, 32, device="meta")).shape == (1, VARIANTS[name].classes)


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
