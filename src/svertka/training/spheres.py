"""What is settled for images on a sphere before a training: whether they can be there, how large, and how turned."""

import logging

from svertka.data.agreement import Agreement
from svertka.errors import SettingError, ShapeError
from svertka.geometry import sides, times
from svertka.nn import PLANE
from svertka.settings import TrainSettings
from svertka.zoo import Variant, find
from svertka.zoo.spherical import bandwidth

log = logging.getLogger(__name__)

SPHERICAL = "spherical_mnist"  # what takes images on the sphere where no network is named


def turning(settings: TrainSettings) -> int | None:
    """The seed by which images are turned on their spheres, if they are."""
    return settings.seed if settings.turned else None


def check_on_sphere(variant: Variant, settings: TrainSettings, *, at_places: bool) -> None:
    """See that what is asked for can be done on a sphere; `at_places` is whether something is learned at every place.

    Raises:
        SettingError: it cannot.
    """
    if at_places and settings.project != "none":
        raise SettingError(
            "what stands at the places of images does not follow them onto the sphere; leave out project"
        )
    if settings.turned and not variant.on_sphere(settings.project):
        raise SettingError(
            "only what lies on a sphere can be turned there; bring images to it with --project sphere, "
            "or leave out turned"
        )


def check_spheres(kind: Agreement, variant: Variant) -> None:
    """See that images can be samples of a sphere as they are; those of another size than published are told of.

    Raises:
        ShapeError: they cannot.
    """
    flat = next((sizes for sizes in kind.sizes if len(set(sizes)) > 1), None)
    if flat or kind.rank != 2:
        raise ShapeError(
            f"images on the sphere are 2b x 2b for a bandwidth b, not {times(flat or next(iter(kind.sizes)))}; bring "
            "them there with --project equirectangular (fields, panoramas), healpix (maps of the sky) or sphere (other "
            "images)"
        )
    if set(kind.sizes) != {(variant.size, variant.size)}:
        log.info(
            "sphere: images are taken to lie on it, with the pole along their upper edge; planar ones are brought "
            "there by --project sphere"
        )


def sizes_on_sphere(variant: Variant, size: str | None) -> tuple[int, ...]:
    """The sizes of images that are brought to the sphere: as asked for, or as spherical networks were published with.

    Raises:
        ShapeError: they are not `2b x 2b`.
    """
    published = variant if variant.spherical else find(SPHERICAL)
    sizes = sides(size or published.size, PLANE.rank)
    bandwidth(sizes, PLANE)
    return sizes
