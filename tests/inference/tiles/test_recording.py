import pytest
import torch
from hypothesis import assume, given
from hypothesis import settings as trials
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from joining import assert_joins, image, whole_of
from svertka import ShapeError, build
from svertka.inference.tiles import recorded
from svertka.nn import PLANE, SPACES, SqueezeExcite

BORDERS = ("zeros", "reflect", "replicate", "circular")
WIDTH = 3


class Around(nn.Module):
    """Two ways from one image to the next, added or joined where both have places."""

    def __init__(self, first, second, join):
        super().__init__()
        self.first, self.second, self.join = first, second, join
        self.mix = None

    def forward(self, x):
        one, two = self.first(x), self.second(x)
        sizes = [min(a, b) for a, b in zip(one.shape[2:], two.shape[2:], strict=True)]
        one, two = (y[(..., *[slice(size) for size in sizes])] for y in (one, two))
        return torch.cat([one, two], dim=1)[:, ::2] if self.join else one + two


class Enlarged(nn.Module):
    def __init__(self, **how):
        super().__init__()
        self.how = how

    def forward(self, x):
        return F.interpolate(x, **self.how)


@st.composite
def layers(draw, space, deep=True):
    """One layer, or two branches of a few."""
    rank, number = space.rank, lambda low, high: draw(st.integers(low, high))
    each = lambda low, high: tuple(number(low, high) for _ in range(rank))  # noqa: E731
    kind = draw(st.sampled_from([*"ccctmauprnbd", *("s" if deep else "")]))
    kernel = each(1, 4)
    halves = tuple(number(0, length // 2) for length in kernel)
    if kind == "c":
        dilation, border = each(1, 3), draw(st.sampled_from(BORDERS))
        return space.conv(
            WIDTH, WIDTH, kernel, stride=each(1, 3), padding=each(0, 4), dilation=dilation, padding_mode=border,
            groups=draw(st.sampled_from([1, WIDTH])), bias=draw(st.booleans()),
        )  # fmt: skip
    if kind == "t":
        stride, dilation = each(1, 3), each(1, 2)
        more = tuple(number(0, max(one, two) - 1) for one, two in zip(stride, dilation, strict=True))
        return space.up(WIDTH, WIDTH, kernel, stride, each(0, 2), more, dilation=dilation)
    if kind == "m":
        return space.max_pool(kernel, each(1, 3), halves, each(1, 2), ceil_mode=draw(st.booleans()))
    if kind == "a":
        ceil, counting = draw(st.booleans()), draw(st.booleans())
        return space.mean_pool(kernel, each(1, 3), halves, ceil_mode=ceil, count_include_pad=counting)
    if kind == "u":
        smooth = ("linear", "bilinear", "trilinear")[rank - 1]
        mode = draw(st.sampled_from(["nearest", "nearest-exact", smooth, smooth]))
        corners = draw(st.booleans()) if mode == smooth else None
        factor = draw(st.sampled_from([1.3, 2.0, 3.0, 0.7]))
        return Enlarged(scale_factor=factor, mode=mode, align_corners=corners)
    if kind == "p":
        pads = [number(-1, 3) for _ in range(2 * rank)]
        return (
            nn.ConstantPad3d(pads, 0.7)
            if rank == 3
            else nn.ConstantPad2d(pads, 0.7)
            if rank == 2
            else nn.ConstantPad1d(pads, 0.7)
        )
    if kind == "r":
        return draw(st.sampled_from([nn.ReLU(inplace=True), nn.Tanh(), nn.LeakyReLU(0.2, inplace=True), nn.SiLU()]))
    if kind == "n":
        return space.norm(WIDTH)
    if kind == "d":
        return nn.Dropout(0.5)
    if kind == "b":
        return nn.Sequential(nn.Softmax(dim=1), space.conv(WIDTH, WIDTH, 1))
    few = st.lists(layers(space, deep=False), min_size=0, max_size=2).map(lambda found: nn.Sequential(*found))
    return Around(draw(few), draw(few), draw(st.booleans()))


@st.composite
def cases(draw):
    """A network, an image, and the sides of tiles."""
    space = SPACES[draw(st.sampled_from(["line", "line", "plane", "plane", "volume"]))]
    torch.manual_seed(draw(st.integers(0, 2**16)))
    found = draw(st.lists(layers(space), min_size=1, max_size=6))
    network = nn.Sequential(*found).double().eval()
    for layer in network.modules():
        if hasattr(layer, "running_mean"):
            nn.init.uniform_(layer.running_mean)
            nn.init.uniform_(layer.running_var, 0.5, 2)
    sizes = [draw(st.integers(4, 40 // space.rank)) for _ in range(space.rank)]
    return network, image(WIDTH, *sizes), [draw(st.integers(3, 20)) for _ in range(space.rank)]


@given(cases())
@trials(max_examples=150)
def test_joined_tiles_are_the_whole_whatever_the_network(case):
    network, x, tile = case
    try:
        out = whole_of(network, x)
    except RuntimeError:  # the image is too small
        assume(False)
    assume(0 < out.numel() < 20_000 and bool(out.isfinite().all()))
    sides = [max(side, size // 4 + 1) for side, size in zip(tile, out.shape[1:], strict=True)]
    assert_joins(network, x, sides)


@pytest.mark.parametrize(
    ("name", "shape", "tile"),
    [
        ("fcn1s_resnet20", (3, 41, 36), 16),
        ("fcn8s_resnet18", (3, 70, 99), 40),
        ("fcn8s_mobilenet", (3, 65, 64), 33),
        ("voxresnet", (1, 13, 18, 11), 8),
        ("wavenet_small", (1, 900), 250),
        ("st_resnet2", (10, 32, 32), 13),
    ],
)
def test_networks_of_the_zoo_join(name, shape, tile):
    torch.manual_seed(0)
    network = build(name).double()
    for weight in network.parameters():
        if not weight.any():
            nn.init.normal_(weight, std=0.1)
    assert_joins(network, image(*shape).clamp(-1, 1), tile)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fcn32s", "fcn16s", "fcn8s", "fcn8s_resnet50"])
def test_large_networks_of_the_zoo_join(name):
    torch.manual_seed(0)
    network = build(name).double()
    for weight in network.parameters():
        if not weight.any():
            nn.init.normal_(weight, std=0.01)
    assert_joins(network, image(3, 150, 131), 64)


def test_the_first_layer_that_looks_at_the_whole_is_named():
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Sequential(nn.AdaptiveAvgPool2d(3), nn.Conv2d(2, 1, 1)))
    with pytest.raises(ShapeError, match=r"in tiles: in layer 1.0 \(AdaptiveAvgPool2d\), it pools to a given size"):
        recorded(network, 1, (20, 20))


@pytest.mark.parametrize(
    ("layer", "fault"),
    [
        (nn.LSTM(8, 8), "LSTM.*lstm looks at the whole image"),
        (nn.Linear(8, 8), "Linear.*linear goes over axes of the image"),
        (nn.Softmax(dim=-1), "Softmax.*softmax goes over axes of the image"),
        (nn.BatchNorm2d(2, track_running_stats=False), "takes mean and deviation over the whole"),
        (nn.Upsample(scale_factor=2.5, mode="bicubic"), "Upsample.*cubic upsampling by no whole factor"),
        (nn.Flatten(2), "Flatten.*flattens the image"),
        (nn.Unfold(3), "Unfold.*unfold looks at the whole image"),
    ],
)
def test_layers_that_cannot_be_exact_are_refused(layer, fault):
    class Last(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = layer

        def forward(self, x):
            out = self.layer(x[0] if isinstance(layer, nn.LSTM) else x)
            return out[0][None] if isinstance(out, tuple) else out

    with pytest.raises(ShapeError, match=f"(?s){fault}"):
        recorded(Last(), 2, (8, 8))


def test_a_classifier_has_no_map_to_write():
    with pytest.raises(ShapeError, match=r"gives no image .* but one answer"):
        recorded(build("resnet20"), 3, (32, 32))


def test_an_image_that_is_too_small_names_the_layer():
    with pytest.raises(ShapeError, match=r"layer 1 \(MaxPool2d\) cannot take an image of 4x4"):
        recorded(nn.Sequential(nn.Conv2d(1, 1, 3), nn.MaxPool2d(3)), 1, (4, 4))


def test_what_is_not_on_the_way_to_the_result_may_look_at_the_whole():
    class Aside(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.judge = nn.Conv2d(1, 1, 3), nn.Flatten()

        def forward(self, x):
            x = self.conv(x)
            self.judge(x)
            return x

    assert_joins(Aside().double(), image(1, 12, 11), 4)


class InPlace(nn.Module):
    """Changes what it was given, and uses a view of that again."""

    def __init__(self, late):
        super().__init__()
        self.late = late

    def forward(self, x):
        x = 2 * x
        view = x[:, :1]
        first = view * 3 if not self.late else None
        x += 1
        return x + (view * 3 if self.late else first)


def test_changes_in_place_are_followed():
    assert_joins(InPlace(late=False), image(2, 9, 8), 4)


def test_a_view_of_what_was_changed_in_place_is_refused():
    with pytest.raises(ShapeError, match="changes in place what is used again"):
        recorded(InPlace(late=True), 2, (9, 8))


def test_overwritten_places_are_refused():
    class Framed(nn.Module):
        def forward(self, x):
            x = x + 0
            x[:, :, 0] = 0
            return x

    with pytest.raises(ShapeError, match="changes in place what is used again"):
        recorded(Framed(), 1, (5, 5))


def test_squeeze_and_excitation_is_gathered_first():
    network = nn.Sequential(nn.Conv2d(2, 8, 3, padding=1), SqueezeExcite(PLANE, 8, 4), nn.Conv2d(8, 3, 3, stride=2))
    assert_joins(network.double(), image(2, 33, 26), 7)


def test_sizes_of_any_length_are_written_down_at_once():
    tape = recorded(build("fcn8s_resnet18"), 3, (10**6, 10**6))
    assert tape.out.sizes == (10**6, 10**6)
    assert tape.stride == (32, 32)
