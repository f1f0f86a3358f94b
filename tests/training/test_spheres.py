"""Trainings on images that lie on a sphere, or are brought there."""

import numpy as np
import pytest

from svertka import SettingError, ShapeError, SvertkaError
from svertka.data.datasets import Origin
from svertka.data.samples import Arrays
from svertka.data.sets.targets import outlined
from svertka.data.spheres.fields import from_equirectangular
from svertka.data.spheres.healpix import from_healpix
from svertka.data.spheres.planes import from_plane
from svertka.data.spheres.turning import own_turn
from svertka.settings import DataSettings
from training.test_preparing import classes, pictures, ready


def test_planar_images_come_onto_the_sphere_at_the_published_bandwidth():
    images = pictures((28, 28))
    found = ready(classes(images, "NHW"), "spherical_mnist", project="sphere")
    assert (found.facts.sizes, found.shelf.preprocess.project) == ((60, 60), "sphere")
    np.testing.assert_array_equal(found.shelf.store.take(np.array([3]))[0], from_plane(images[3:4], 30))
    assert (found.settings.crop, found.settings.rotation, found.settings.zoom) == (0, 0, 0)


@pytest.mark.parametrize(("name", "size", "network"), [("auto", None, "spherical_mnist"), ("lenet5", 48, "lenet5")])
def test_any_network_may_see_what_is_on_the_sphere(name, size, network):
    found = ready(classes(pictures((28, 28)), "NHW"), name, project="sphere", size=size)
    assert (found.facts.variant, found.facts.sizes) == (network, (size or 60,) * 2)
    assert found.settings.optimiser == ("adam" if network == "spherical_mnist" else "sgd")
    assert found.settings.rotation == 0


def test_each_image_is_turned_by_a_rotation_of_its_own_that_the_seed_gives():
    images = np.repeat(pictures((28, 28), count=1), 6, axis=0)
    data = classes(images, "NHW")
    everyone = np.arange(6)
    first, again, other = (
        ready(data, "spherical_mnist", project="sphere", size=24, turned=True, seed=seed, val=0, test=0)
        .shelf.store.take(everyone)
        for seed in (1, 1, 2)
    )  # fmt: skip
    assert len(np.unique(first, axis=0)) == 6
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    turns = np.stack([own_turn(1, f"x[{index}]") for index in everyone])
    np.testing.assert_array_equal(first, from_plane(images[:, None], 12, turns))


@pytest.mark.parametrize(
    ("name", "changes", "error"),
    [
        ("lenet5", {"turned": True}, "only what lies on a sphere can be turned there; .* --project sphere"),
        ("spherical_mnist", {"project": "sphere", "size": 25}, "2b x 2b for a bandwidth b, not 25x25"),
        ("spherical_mnist", {"project": "sphere", "size": "24x26"}, "2b x 2b for a bandwidth b, not 24x26"),
    ],
)
def test_what_makes_no_sense_on_a_sphere_is_said(name, changes, error):
    with pytest.raises(SvertkaError, match=error):
        ready(classes(pictures((28, 28)), "NHW"), name, **changes)


def test_masks_do_not_follow_onto_the_sphere():
    data = outlined(
        Origin("some", "", "masks", Arrays({"x": pictures((16, 16))}, "NHW")),
        Arrays({"masks": pictures((16, 16), seed=1) // 100}, "NHW"), DataSettings(),
    )  # fmt: skip
    with pytest.raises(SettingError, match="leave out project"):
        ready(data, "auto", project="sphere")


def test_images_taken_to_lie_on_the_sphere_are_told_of(caplog):
    with caplog.at_level("INFO"):
        ready(classes(pictures((12, 12)), "NHW"), "spherical_mnist")
    assert "images are taken to lie on it" in caplog.text


@pytest.mark.parametrize(("shape", "axes"), [((12, 24), "NHW"), ((192,), "NT")])
def test_what_is_no_sphere_is_to_be_brought_there(shape, axes):
    with pytest.raises(
        ShapeError, match=r"not (12x24|192); bring them there with --project equirectangular .* healpix"
    ):
        ready(classes(pictures(shape), axes), "spherical_mnist", size=12)


@pytest.mark.parametrize(
    ("project", "shape", "axes", "wanted"),
    [("equirectangular", (24, 48), "NHW", from_equirectangular), ("healpix", (192,), "NT", from_healpix)],
)
def test_fields_and_maps_come_onto_the_sphere(project, shape, axes, wanted):
    images = pictures(shape).astype(np.float32)
    found = ready(classes(images, axes), "spherical_mnist", project=project, size=16)
    np.testing.assert_allclose(found.shelf.store.take(np.array([5]))[0, 0], wanted(images[5], 8), atol=1e-3)
    pixels = found.shelf.store.take(found.part("train"))
    np.testing.assert_allclose(found.shelf.preprocess.mean, [pixels.mean()], rtol=1e-5)


def test_the_empty_half_of_a_sphere_stays_zero():
    found = ready(classes(pictures((28, 28)), "NHW"), "spherical_mnist", project="sphere", size=24)
    pixels = found.shelf.store.take(found.part("train")).astype(float) / 255
    assert found.shelf.preprocess.mean == (0.0,)
    np.testing.assert_allclose(found.shelf.preprocess.deviation, [np.sqrt((pixels**2).mean())], rtol=1e-9)
    assert float(found.shelf.batch(np.array([0])).images[..., 12:, :].abs().max()) == 0
