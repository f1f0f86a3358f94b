import pytest
import torch
from torch import nn

from reference.networks import bare
from svertka import LINE, VOLUME
from svertka.measure import fields
from svertka.measure.walking import walk
from svertka.nn import PLANE, PaddedIdentity, Parallel, Residual
from svertka.zoo import find

# Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks", Distill (2019): the table.
DISTILL = {
    "alexnet": 195, "vgg16": 212, "mobilenet_100": 315, "inception_v2": 699, "inception_v3": 1311,
    "inception_v4": 2071, "inception_resnet_v2": 3039, "resnet50_v1": 483, "resnet101_v1": 1027, "resnet152_v1": 1507,
}  # fmt: skip


@pytest.mark.parametrize(("name", "size"), DISTILL.items())
def test_sizes_are_those_that_were_published(name, size):
    variant = find(name)
    found = fields(bare(name), variant.sample[0], variant.sample[1:])["body"]
    assert (found.size, found.jump) == ((size, size), (32.0, 32.0))


def reached(network, layer, channels, sizes):
    """Which samples move the middle place of a layer, by gradients through positive weights, axis by axis."""
    network = network.double().eval()
    for module in network.modules():
        if hasattr(module, "weight") and isinstance(module.weight, nn.Parameter):
            nn.init.uniform_(module.weight, 0.5, 1)
        if getattr(module, "bias", None) is not None:
            nn.init.zeros_(module.bias)
    caught = []
    dict(network.named_modules())[layer].register_forward_hook(lambda module, inputs, out: caught.append(out))
    image = torch.rand(1, channels, *sizes, dtype=torch.double, requires_grad=True)
    network(image)
    middle = [size // 2 for size in caught[0].shape[2:]]
    (gradient,) = torch.autograd.grad(caught[0][(0, slice(None), *middle)].sum(), image)
    seen = (gradient[0] != 0).any(dim=0).nonzero()
    return middle, list(zip(seen.amin(0).tolist(), seen.amax(0).tolist(), strict=True))


def averaging(network):
    """The same with means in place of maxima, which all of their samples move."""
    for module in network.modules():
        for name, child in module.named_children():
            if isinstance(child, nn.MaxPool2d):
                pool = nn.AvgPool2d(child.kernel_size, child.stride, child.padding, child.ceil_mode)
                setattr(module, name, pool)
    return network


def expected(found, middle):
    """The first and last sample that the place at `middle` sees."""
    firsts = [start + jump * place for start, jump, place in zip(found.start, found.jump, middle, strict=True)]
    return [(first, first + size - 1) for first, size in zip(firsts, found.size, strict=True)]


@pytest.mark.parametrize(
    ("network", "sizes"),
    [
        (nn.Sequential(PLANE.conv(1, 2, 3), PLANE.conv(2, 2, (1, 5), padding=(0, 2))), (20, 30)),
        (nn.Sequential(PLANE.conv(1, 2, 3, stride=2), PLANE.max_pool(3, stride=2), PLANE.conv(2, 1, 3)), (64, 60)),
        (nn.Sequential(PLANE.conv(1, 2, 3, dilation=4, padding=4), PLANE.mean_pool(2)), (40, 40)),
        (Residual(nn.Sequential(PLANE.conv(1, 1, 5, padding=2)), PLANE.conv(1, 1, 1)), (20, 20)),
        (Parallel(PLANE.conv(1, 1, 3, padding=1), PLANE.conv(1, 1, 7, padding=3)), (24, 24)),
        (nn.Sequential(PLANE.conv(1, 4, 3, padding=1, stride=2), PaddedIdentity(PLANE, 4, 8, 2)), (32, 32)),
    ],
    ids=["long", "strided", "dilated", "residual", "parallel", "padded"],
)
def test_gradients_reach_exactly_as_far(network, sizes):
    network = averaging(network)
    found = fields(network, 1, sizes)[""]
    middle, seen = reached(network, "", 1, sizes)
    assert seen == expected(found, middle)


@pytest.mark.parametrize(("name", "size"), [("resnet20", 128), ("squeezenet1_1", 320), ("alexnet", 320)])
def test_gradients_reach_exactly_as_far_in_whole_networks(name, size):
    torch.manual_seed(0)
    network = averaging(find(name).build())
    channels = find(name).sample[0]
    found = fields(network, channels, (size, size))["body"]
    middle, seen = reached(network, "body", channels, (size, size))
    assert seen == [(max(0, low), min(size - 1, high)) for low, high in expected(found, middle)]


@pytest.mark.parametrize(("kernel", "stride", "padding"), [(4, 2, 1), (2, 2, 0), (3, 2, 1), (16, 8, 4), (3, 1, 1)])
def test_what_a_transposed_convolution_sees(kernel, stride, padding):
    """The widest of its phases, counted place by place."""
    network = nn.Sequential(LINE.conv(1, 1, 3, padding=1), LINE.up(1, 1, kernel, stride=stride, padding=padding))
    found = fields(network, 1, [40])[""]
    for weight in network.parameters():
        nn.init.uniform_(weight, 0.5, 1)
    image = torch.rand(1, 1, 40, requires_grad=True)
    out = network(image)
    sizes = []
    for place in range(out.shape[-1] // 2, out.shape[-1] // 2 + stride):
        (gradient,) = torch.autograd.grad(out[0, 0, place], image, retain_graph=True)
        seen = gradient[0, 0].nonzero()
        sizes.append(int(seen.max() - seen.min()) + 1)
    assert (found.size, found.jump) == ((max(sizes),), (1 / stride,))


def test_means_over_everything_and_linear_layers_see_the_whole():
    found = fields(bare("resnet18"), 3, (224, 224))
    assert not found["body.7"].whole
    assert [found[name].whole for name in ("head.0", "head.2", "")] == [True, True, True]
    assert fields(bare("seresnet18"), 3, (224, 224))["body.0"].whole


def test_two_of_three_see_five_and_three_see_seven():
    network = nn.Sequential(*[VOLUME.conv(1, 1, 3) for _ in range(3)])
    found = fields(network, 1, (9, 9, 9))
    assert [found[str(place)].size for place in range(3)] == [(3, 3, 3), (5, 5, 5), (7, 7, 7)]


def test_cuts_and_pads_move_the_first_place():
    class Moved(nn.Module):
        def forward(self, x):
            return nn.functional.pad(x, (3, 0, 0, 1))[..., 1:, 2:]

    found = fields(Moved(), 1, (10, 10))[""]
    assert (found.start, found.size) == ((1.0, -1.0), (1, 1))


def test_it_costs_little_and_leaves_the_network_as_it_was():
    network = find("resnet20").build()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    fields(network, 3, (32, 32))
    assert network.training
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert len(walk(network, 3, (32, 32))) == len(list(network.modules()))
