"""Runs that may be written into."""

from shutil import copytree

import numpy as np
import pytest

import svertka
from svertka.runs import Run, open_run


@pytest.fixture
def run(convolutions_run, tmp_path) -> Run:
    """LeNet-5 that knows digits."""
    copytree(convolutions_run, tmp_path / "run")
    return Run(tmp_path / "run")


@pytest.fixture
def dataless(run) -> Run:
    """The same, but its data has gone."""
    path = run.path / "settings.toml"
    path.write_text(path.read_text().replace('data = "digits"', 'data = "/gone/digits"'))
    return run


@pytest.fixture(scope="session")
def sphere_run(tmp_path_factory) -> Run:
    """A spherical network that has seen a few images."""
    folder = tmp_path_factory.mktemp("sphere")
    images = np.random.default_rng(0).integers(0, 255, (24, 16, 16)).astype(np.uint8)
    np.savez(folder / "noise.npz", images=images, labels=np.arange(24) % 2)
    chosen = {"project": "sphere", "size": 16, "epochs": 1, "batch": 8}
    return open_run(svertka.train("spherical_mnist", folder / "noise.npz", folder / "run", **chosen).path)
