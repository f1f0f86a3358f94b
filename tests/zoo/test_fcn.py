import pytest
import torch
from torch import nn

from reference.networks import bare
from svertka import LINE, VOLUME, SettingError, build, cost
from svertka.measure import fields


def test_every_layer_of_the_paper_is_there():
    """FCN-8s has VGG-16's convolutions, its two linear layers as 7x7 and 1x1, three scores and three upsamplings."""
    convolutions = 14_714_688
    hidden = (7 * 7 * 512 + 1) * 4096 + (4096 + 1) * 4096
    scores = 21 * (4096 + 1) + 21 * (512 + 1) + 21 * (256 + 1)
    ups = 21 * 21 * (4 * 4 + 4 * 4 + 16 * 16)
    assert sum(value.numel() for value in bare("fcn8s").parameters()) == convolutions + hidden + scores + ups


def test_the_turned_classifier_sees_what_the_paper_says():
    """Table 1: its receptive field is 404 samples, its stride 32."""
    seen = fields(bare("fcn32s"), 3, (512, 512))["stages.0"]
    assert (seen.size, seen.jump) == ((404, 404), (32.0, 32.0))


@pytest.mark.parametrize("backbone", ["vgg11", "resnet18"])
def test_the_turned_classifier_is_the_classifier_moved_over_the_image(backbone):
    """Without padding beyond the image, the middle of the map is what the classifier says of a whole image."""
    torch.manual_seed(0)
    source = build(backbone, classes=5).eval()
    network = build("fcn32s", backbone=backbone, classes=5).eval()
    for stage, part in (("stages", "body"), ("stages", "stem")):
        assert hasattr(network, stage)
        assert hasattr(source, part)
    names = [name for name in source.state_dict() if name.startswith(("stem", "body"))]
    state = network.state_dict()
    ours = [name for name in state if name.startswith("stages")][: len(names)]
    network.load_state_dict({**state, **{one: source.state_dict()[two] for one, two in zip(ours, names, strict=True)}})
    image = torch.randn(1, 3, 224, 224)
    features = source.body(source.stem(image))
    depth = len(network.stages[0]) - (6 if backbone == "vgg11" else 0)
    torch.testing.assert_close(network.stages[0][:depth](image), features)


def test_linear_layers_become_convolutions_with_the_same_weights():
    from svertka.nn import PLANE
    from svertka.zoo.fcn import turned

    torch.manual_seed(0)
    head = build("vgg11", classes=5).head.eval()
    convolved = nn.Sequential(*turned(head, 512, PLANE)).eval()
    features = torch.randn(2, 512, 7, 7)
    hidden = head[:-1](features)
    torch.testing.assert_close(convolved(features)[:, :, 3, 3], hidden, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("size", [(1, 1), (31, 33), (64, 40)])
@pytest.mark.parametrize("skips", [0, 1, 2])
def test_scores_are_as_large_as_the_image_whatever_its_size(size, skips):
    network = build("fcn8s_mobilenet", skips=skips, classes=4).eval()
    assert network(torch.zeros(2, 3, *size)).shape == (2, 4, *size)


@pytest.mark.parametrize("space", [LINE, VOLUME], ids=str)
def test_it_outlines_signals_and_volumes(space):
    network = build("fcn8s_mobilenet", channels=1, classes=2, space=space).eval()
    assert network(torch.zeros(1, 1, *[20] * space.rank)).shape == (1, 2, *[20] * space.rank)


def test_finer_maps_start_as_nothing():
    torch.manual_seed(0)
    network = build("fcn8s_mobilenet", classes=3).eval()
    image = torch.randn(1, 3, 64, 64)
    finer = [network.scores[0](network.stages[0](image))]
    assert not finer[0].any()


def test_moving_an_image_by_whole_steps_moves_its_map():
    torch.manual_seed(0)
    network = build("fcn8s_mobilenet", classes=3).double().eval()
    image = torch.zeros(1, 3, 640, 64, dtype=torch.double)
    image[:, :, 288:320] = torch.randn(1, 3, 32, 64)
    here, there = network(image), network(image.roll(32, dims=2))
    torch.testing.assert_close(here[:, :, 200:400], there[:, :, 232:432], rtol=1e-9, atol=1e-9)


def test_a_backbone_that_loses_places_is_refused():
    with pytest.raises(SettingError, match="halves sizes exactly"):
        build("fcn8s", backbone="inception_v3")


def test_any_backbone_that_halves_will_do():
    for backbone in ("resnet20", "densenet40_k12", "seresnet18", "googlenet", "resnetv2_50", "mobilenet_025"):
        with torch.device("meta"):
            network = build("fcn8s", backbone=backbone, classes=2)
        assert network(torch.empty(2, 3, 64, 48, device="meta")).shape == (2, 2, 64, 48)


def test_its_cost_counts_the_upsampling():
    """A transposed convolution spreads each of its inputs: 21 x 16 x 16 products for each of 21 channels."""
    up = next(layer for layer in cost("fcn8s", size=256).layers if layer.name == "ups.0")
    assert up.macs == 21 * 32 * 32 * 21 * 16 * 16
