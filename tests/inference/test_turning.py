import re

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import svertka
from svertka import ShapeError
from svertka.inference.turning import channels_of, rank_of, turn

REASONS = {
    "linear": None,
    "lenet5": None,
    "alexnet_original": "layer body.0 (Conv2d) forbids a dense map: it pads what it is given by 2",
    "resnet20": "layer stem.0 (Conv2d) forbids a dense map: it pads what it is given by 1",
    "squeezenet1_1": "layer body.0.2.branches.1.0 (Conv2d) forbids a dense map: it pads what it is given by 1",
    "inception_v3": "layer stem.6 (Conv2d) forbids a dense map: it pads what it is given by 1",
    "fcn8s": "layer stages.0.1 (Conv2d) forbids a dense map: it pads",
    "st_resnet2": "(Conv2d) forbids a dense map: it pads what it is given by 1",
    "wavenet": "the network (getitem) forbids a dense map: it calls getitem",
    "spherical_mnist": "layer stem.0 (SphereConv) forbids a dense map: it decides by what it is given",
}


@pytest.mark.parametrize("name", REASONS)
def test_networks_of_the_zoo_can_be_turned_or_say_which_layer_forbids_it(name):
    variant = svertka.zoo.find(name)
    with torch.device("meta"):
        network = variant.build()
    reason = REASONS[name]
    if reason is None:
        assert turn(network, variant.sample[0], variant.sample[1:]).last.single
        return
    with pytest.raises(ShapeError, match=re.escape(reason)):
        turn(network, variant.sample[0], variant.sample[1:])


@pytest.mark.slow
def test_every_network_of_the_zoo_is_turned_or_refused_by_a_layer_of_its_own():
    turned = set()
    for variant in svertka.variants():
        with torch.device("meta"):
            network = variant.build()
        try:
            turn(network, variant.sample[0], variant.sample[1:])
            turned.add(variant.name)
        except ShapeError as error:
            said = str(error)
        else:
            continue
        named = re.match(r"layer (\S+) \((\w+)\) forbids|the network \((\w+)\) forbids", said)
        assert named, said
        assert named[1] is None or type(network.get_submodule(named[1])).__name__ == named[2]
    assert turned == {name for name, reason in REASONS.items() if reason is None}


class Written(nn.Module):
    """A network as tutorials write it: with functions of torch."""

    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Conv2d(1, 4, 3), nn.Conv2d(4, 6, 3, stride=2)
        self.fc1, self.fc2 = nn.Linear(6 * 2 * 2, 8), nn.Linear(8, 3)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.one(x)), 2)
        x = torch.relu(self.two(x))
        x = x.view(x.size(0), -1)
        x = F.dropout(F.relu(self.fc1(x)), training=self.training)
        return F.log_softmax(self.fc2(x), dim=1)


class Branching(nn.Module):
    """Ways of different strides that meet where a patch has one place left, and a mean over all places."""

    def __init__(self):
        super().__init__()
        self.near = nn.Sequential(nn.MaxPool2d(2, stride=2), nn.Conv2d(2, 3, 2, stride=2), nn.Conv2d(3, 3, 3))
        self.far = nn.Conv2d(2, 3, 12)
        self.judge = nn.Linear(6, 2)

    def forward(self, x):
        near = self.near(x) + self.far(x) * 0.5
        return self.judge(torch.cat([near, self.far(x)], dim=1).mean((2, 3)))


@pytest.mark.parametrize(("network", "patch"), [(Written(), 14), (Branching(), 12)], ids=["written", "branching"])
def test_functions_and_branches_are_followed(network, patch, rng):
    from reference.patches import at_every_place

    network = network.double().eval()
    channels = channels_of(network, (patch, patch))
    made = svertka.inference.dense(network, patch)
    x = torch.from_numpy(rng.standard_normal((2, channels, patch + 5, patch + 8)))
    torch.testing.assert_close(made(x), at_every_place(network, x, (patch, patch)), rtol=1e-12, atol=1e-13)


class Dropping(nn.Module):
    def forward(self, x):
        return F.dropout(x.mean((2, 3)), 0.5)


class Weighing(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter, self.squeeze = nn.Conv2d(1, 16, 3), svertka.nn.SqueezeExcite(svertka.PLANE, 16, 4)

    def forward(self, x):
        return self.squeeze(self.enter(x)).mean((2, 3))


class Deciding(nn.Module):
    def forward(self, x):
        return x.mean((2, 3)) if x.sum() > 0 else x.amax((2, 3))


@pytest.mark.parametrize(
    ("network", "why"),
    [
        (Dropping(), r"the network \(\w+\) .* drops features at random, in use too; say training=self.training"),
        (
            Weighing(),
            r"layer squeeze \(SqueezeExcite\) .* puts maps of 6x6 and 1x1 places together, so each",
        ),
        (Deciding(), r"the network \(Deciding\) .* cannot be followed"),
        (nn.Sequential(nn.Conv2d(1, 2, 3)), "the network gives 2x6x6 numbers for a patch, and not one for each class"),
        (nn.Sequential(nn.Conv2d(1, 2, 9)), r"layer 0 \(Conv2d\) .* cannot take a patch of 8x8"),
        (nn.Sequential(nn.Flatten(), nn.Linear(9, 2)), r"layer 1 \(Linear\) .* cannot take a patch of 8x8"),
    ],
    ids=["dropping", "weighing", "deciding", "map", "small", "linear"],
)
def test_other_networks_are_refused_by_name(network, why):
    with pytest.raises(ShapeError, match=why):
        turn(network, 1, (8, 8))


def test_channels_and_rank_are_seen_from_the_network():
    assert channels_of(nn.Sequential(nn.Flatten(), nn.Linear(3 * 25, 2)), (5, 5)) == 3
    assert channels_of(nn.Sequential(nn.BatchNorm2d(7)), (5, 5)) == 7
    assert rank_of(svertka.build("lenet5", space=svertka.VOLUME)) == 3
    with pytest.raises(ShapeError, match="say it: channels=1"):
        channels_of(nn.Flatten(), (5, 5))
