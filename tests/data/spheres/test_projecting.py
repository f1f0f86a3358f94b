"""Which ways lead onto the sphere."""

from typing import get_args

import numpy as np

from svertka.data.spheres.planes import from_plane
from svertka.data.spheres.projecting import BROUGHT, RANKS, projected
from svertka.geometry import random_rotations, rotation_matrix
from svertka.settings import TrainSettings


def test_each_way_can_be_chosen():
    offered = get_args(TrainSettings.model_fields["project"].annotation)
    assert set(offered) == {"none", *RANKS}
    assert set(RANKS) == {"sphere", *BROUGHT}


def test_planar_images_are_turned_on_their_way(rng):
    images = rng.integers(0, 256, (3, 1, 9, 9)).astype(np.uint8)
    turns = rotation_matrix(*random_rotations(3, rng))
    np.testing.assert_array_equal(projected(images, "sphere", 5, turns), from_plane(images, 5, turns))
    np.testing.assert_array_equal(projected(images, "sphere", 5), from_plane(images, 5))
