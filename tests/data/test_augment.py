import numpy as np
import pytest
import torch

from reference.affine import centred, read
from svertka import SettingError
from svertka.data import augment
from svertka.data.augment import Augment, erased, jittered, mixed, moved, pasted, warped
from svertka.data.spheres.turning import random_turns
from svertka.geometry import sphere_directions
from svertka.settings import TrainSettings

SIZES = [(9,), (6, 8), (4, 5, 6)]
RANKS = pytest.mark.parametrize("sizes", SIZES, ids=["line", "plane", "volume"])


def images(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).double()


def dice(seed=0):
    return np.random.default_rng(seed)


@RANKS
def test_shifts_repeat_the_border_and_mirrors_mirror(sizes):
    """Every result is one of the few that mirroring and shifting can give, spelled out by padding and cutting."""
    x = images(30, 2, *sizes)
    found = moved(x, dice(), flip=(-1,), crop=0.25)
    reaches = [int(0.25 * size) for size in sizes]
    for image, result in zip(x, found, strict=True):
        possible = []
        for mirrored in (image, image.flip(-1)):
            padded = np.pad(mirrored.numpy(), [(0, 0)] + [(reach, reach) for reach in reaches], mode="edge")
            for start in np.ndindex(*[2 * reach + 1 for reach in reaches]):
                window = tuple(slice(first, first + size) for first, size in zip(start, sizes, strict=True))
                possible.append(padded[(slice(None), *window)])
        assert any(np.array_equal(result, each) for each in possible)
    assert len({tuple(each.flatten().tolist()) for each in found}) == 30


@pytest.mark.parametrize("axis", [-1, -2])
def test_half_of_the_images_are_mirrored(axis):
    x = images(400, 1, 3, 4)
    found = moved(x, dice(), flip=(axis,), crop=0)
    mirrored = (found == x.flip(axis)).flatten(1).all(1)
    untouched = (found == x).flatten(1).all(1)
    assert (mirrored | untouched).all()
    assert abs(int(mirrored.sum()) - 200) < 50  # five deviations


def test_whole_pixels_stay_eight_bits():
    x = torch.arange(48, dtype=torch.uint8).reshape(2, 1, 4, 6)
    assert moved(x, dice(), flip=(-1,), crop=0.5).dtype == torch.uint8


@pytest.mark.parametrize("sizes", [(6, 8), (7, 7), (12, 5)])
def test_a_plane_is_turned_scaled_and_shifted_about_its_middle(sizes):
    x = images(5, 2, *sizes)
    found = warped(x, dice(3), flip=(), crop=0.2, rotation=40, zoom=0.3)
    rng = dice(3)  # drawn in the order in which the function draws
    angles = np.deg2rad(rng.uniform(-40, 40, 5))
    zooms = rng.uniform(0.7, 1.3, 5)
    shifts = rng.uniform(-0.2, 0.2, (5, 2))  # along the width, then the height, in shares of each
    for image, result, angle, zoom, shift in zip(x, found, angles, zooms, shifts, strict=True):
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])  # rows: height, width
        middle = (np.array(sizes) - 1) / 2
        places = centred(sizes) @ turn.T / zoom + middle + shift[::-1] * sizes
        np.testing.assert_allclose(result.numpy(), read(image.numpy(), places), atol=1e-9)


def test_a_signal_is_scaled_and_shifted():
    x = images(4, 3, 11)
    found = warped(x, dice(1), flip=(), crop=0.3, rotation=0, zoom=0.4)
    rng = dice(1)
    rng.uniform(0, 0, 4)
    zooms, shifts = rng.uniform(0.6, 1.4, 4), rng.uniform(-0.3, 0.3, (4, 1))
    for image, result, zoom, shift in zip(x, found, zooms, shifts, strict=True):
        places = centred((11,)) / zoom + 5 + shift * 11
        np.testing.assert_allclose(result.numpy(), read(image.numpy(), places), atol=1e-9)


@pytest.mark.parametrize("rank", [2, 3])
def test_a_turn_keeps_lengths_and_its_angle(rank):
    angles = np.linspace(-3, 3, 7)
    for matrix, angle in zip(augment._rotations(angles, dice(), rank), angles, strict=True):
        np.testing.assert_allclose(matrix @ matrix.T, np.eye(rank), atol=1e-12)
        assert np.linalg.det(matrix) == pytest.approx(1)
        assert np.trace(matrix) == pytest.approx(rank - 2 + 2 * np.cos(angle))


def test_a_ball_in_a_volume_survives_every_turn():
    radius = np.linalg.norm(centred((15, 15, 15)), axis=-1)
    ball = torch.from_numpy(np.clip(6 - radius, 0, 1))[None, None].repeat(6, 1, 1, 1, 1)
    found = warped(ball, dice(), flip=(-1, -2), crop=0, rotation=180, zoom=0)
    assert (found - ball).abs().mean() < 0.02
    assert (found - ball).abs().max() > 0  # it was turned


def test_an_axis_is_mirrored_while_turning():
    x = images(200, 1, 4, 6)
    found = warped(x, dice(), flip=(-1,), crop=0, rotation=0, zoom=0)
    mirrored = torch.isclose(found, x.flip(-1)).flatten(1).all(1)
    untouched = torch.isclose(found, x).flatten(1).all(1)
    assert (mirrored | untouched).all()
    assert 60 < int(mirrored.sum()) < 140


@RANKS
def test_brightness_and_contrast_are_affine_in_each_channel(sizes):
    x = images(8, 3, *sizes)
    found = jittered(x, dice(), 0.4)
    for image, result in zip(x, found, strict=True):
        for channel, changed in zip(image.flatten(1), result.flatten(1), strict=True):
            gain, offset = np.polyfit(channel.numpy(), changed.numpy(), 1)
            np.testing.assert_allclose(changed.numpy(), gain * channel.numpy() + offset, atol=1e-9)
            assert 0.6**2 <= gain <= 1.4**2


def test_one_channel_has_no_gain_of_its_own():
    x = images(50, 1, 6, 6)
    gains = [
        np.polyfit(one.flatten(), two.flatten(), 1)[0] for one, two in zip(x, jittered(x, dice(), 0.4), strict=True)
    ]
    assert min(gains) >= 0.6
    assert max(gains) <= 1.4


@RANKS
def test_a_box_is_blanked_in_some_of_the_images(sizes):
    x = images(300, 2, *sizes) + 10
    blank = (erased(x, dice(), 0.4) == 0).numpy()
    assert (blank[:, 0] == blank[:, 1]).all()
    hit = blank[:, 0].reshape(300, -1).any(1)
    assert hit.sum() < 0.4 * 300 + 5 * (300 * 0.24) ** 0.5
    for mask in blank[hit, 0]:
        places = np.argwhere(mask)
        low, high = places.min(0), places.max(0) + 1
        assert mask[tuple(slice(*ends) for ends in zip(low, high, strict=True))].all()  # a box, and nothing beside it
        assert mask.sum() == np.prod(high - low)
        assert mask.mean() < 0.75


def test_boxes_cover_their_share_away_from_the_border():
    class Middle:
        def uniform(self, low, high, shape):
            return np.full(shape, (low + high) / 2)

    masks = augment._boxes(np.array([0.04, 0.25, 1.0]), torch.zeros(3, 1, 100, 60), Middle())
    assert masks.double().mean((1, 2, 3)).tolist() == pytest.approx([0.04, 0.25, 1])


def test_mixup_is_the_formula():
    x, shares = images(6, 2, 4, 4), torch.eye(6).double()
    found, targets = mixed(x, shares, dice(2), 0.4)
    rng = dice(2)
    share, other = rng.beta(0.4, 0.4), rng.permutation(6)
    torch.testing.assert_close(found, share * x + (1 - share) * x[other])
    torch.testing.assert_close(targets, share * shares + (1 - share) * shares[other])


@RANKS
def test_cutmix_shares_targets_as_it_shares_pixels(sizes):
    x = torch.arange(5).double().reshape(5, 1, *[1] * len(sizes)).expand(5, 1, *sizes)
    for seed in range(20):
        found, targets = pasted(x, torch.eye(5).double(), dice(seed), 1.0)
        for image, shares in zip(found, targets, strict=True):
            counts = torch.stack([(image == place).double().mean() for place in range(5)])
            torch.testing.assert_close(counts, shares)


def test_images_and_targets_are_mixed_with_the_same_partners():
    x = torch.eye(7).double()[:, :, None]
    for blend in (mixed, pasted):
        found, targets = blend(x, torch.eye(7).double(), dice(), 1.0)
        torch.testing.assert_close(found.mean(2), targets)


@pytest.mark.parametrize("share", [{"mixup": 2}, {"cutmix": 1}, {"mixup": 2, "cutmix": 1}])
def test_blending_is_one_of_the_two(share):
    x = images(8, 1, 5, 5)
    blending = Augment(**share)
    assert blending.blends
    found = [blending.blend(x, torch.eye(8).double(), dice(seed))[0] for seed in range(30)]
    kinds = {"cutmix" if torch.isin(each, x).all() else "mixup" for each in found}
    assert kinds == set(share)


def test_nothing_asked_changes_nothing():
    none, x, shares = Augment(), images(3, 1, 4, 4), torch.eye(3)
    assert none.move(x, dice()) is none.change(x, dice()) is x
    assert none.blend(x, shares, dice())[0] is x
    assert not none.blends


def test_moves_are_made_once_before_or_with_the_turn():
    x = images(3, 1, 8, 8)
    shifting, turning = Augment(crop=0.3), Augment(crop=0.3, rotation=10)
    assert not torch.equal(shifting.move(x, dice()), x)
    assert shifting.change(x, dice()) is x
    assert turning.move(x, dice()) is x
    assert not torch.equal(turning.change(x, dice()), x)


FULL = {
    "flip": "both",
    "crop": 0.2,
    "rotation": 20,
    "zoom": 0.2,
    "jitter": 0.3,
    "erasing": 0.5,
    "mixup": 0.4,
    "cutmix": 1,
}


@pytest.mark.parametrize("sizes", [(6, 8), (4, 5, 6)])
def test_the_same_dice_give_the_same_batch(sizes):
    made = Augment.of(TrainSettings(**FULL), len(sizes))

    def batch(seed):
        rng = dice(seed)
        return made.blend(made.change(made.move(images(4, 2, *sizes), rng), rng), torch.eye(4).double(), rng)

    for one, other in zip(batch(0), batch(0), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)
    assert not torch.equal(batch(0)[0], batch(1)[0])


@pytest.mark.parametrize("asked", [{"rotation": 5}, {"flip": "vertical"}, {"flip": "both"}])
def test_signals_are_not_turned(asked):
    with pytest.raises(SettingError, match="signals have no plane to turn or to mirror vertically in"):
        Augment.of(TrainSettings(**asked), 1)
    assert Augment.of(TrainSettings(flip="horizontal"), 1).flip == (-1,)


def test_a_sphere_is_turned_about_any_axis():
    made = Augment.of(TrainSettings(rotation=180), 2, spherical=True)
    x = torch.from_numpy(sphere_directions(12)[..., 0])[None, None]
    found = made.change(made.move(x.repeat(5, 1, 1, 1), dice(0)), dice(0))
    turns = random_turns(5, 180, dice(0))
    wanted = np.stack([(sphere_directions(12) @ turn)[..., 0] for turn in turns])
    np.testing.assert_allclose(found[:, 0].numpy(), wanted, atol=2 * (np.pi / 12) ** 2 / 8)


@pytest.mark.parametrize("asked", [{"crop": 0.1}, {"zoom": 0.1}])
def test_a_sphere_is_neither_shifted_nor_scaled(asked):
    with pytest.raises(SettingError, match="leave out crop and zoom"):
        Augment.of(TrainSettings(**asked), 2, spherical=True)
