"""What several tests start from."""

import logging
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import settings
from PIL import Image

import svertka

# Machines are noisy: how long a test takes says nothing. In CI, laws are tried on the same cases each time.
settings.register_profile("patient", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("patient")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data sets beside the project."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the real data sets in {SHARED}")
    return SHARED


@pytest.fixture(autouse=True)
def heard():
    """Notes of the library go to the test, whatever a command before it has made of them."""
    logger = logging.getLogger("svertka")
    before = logger.handlers, logger.level, logger.propagate
    logger.handlers, logger.propagate = [], True
    yield
    logger.handlers, logger.level, logger.propagate = before


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def photograph(rng: np.random.Generator, colour: tuple[int, int, int], size: int = 12) -> np.ndarray:
    """A noisy patch of one colour, `(size, size, 3)` of 8 bits."""
    return (np.array(colour) + rng.integers(-20, 21, (size, size, 3))).clip(0, 255).astype(np.uint8)


COLOURS = {"blue": (40, 60, 200), "green": (40, 180, 60), "red": (200, 50, 40)}


def album(root: Path, rng: np.random.Generator) -> Path:
    """A folder with twenty photographs of each of three classes."""
    for name, colour in COLOURS.items():
        (root / name).mkdir(parents=True)
        for number in range(20):
            Image.fromarray(photograph(rng, colour)).save(root / name / f"{number}.png")
    return root


@pytest.fixture
def photos(tmp_path, rng) -> Path:
    """Three classes of twenty small photographs each, in a folder whose name is not plain."""
    return album(tmp_path / "my fotos äöü", rng)


@pytest.fixture(scope="session")
def digits_run(tmp_path_factory) -> Path:
    """A linear classifier after three epochs of handwritten digits."""
    path = tmp_path_factory.mktemp("runs") / "digits"
    svertka.train("linear", "digits", path, epochs=3)
    return path


@pytest.fixture(scope="session")
def photos_run(tmp_path_factory) -> Path:
    """A linear classifier of small photographs, with the photographs it was trained on beside it, in `photos`."""
    folder = tmp_path_factory.mktemp("photos")
    album(folder / "photos", np.random.default_rng(0))
    svertka.train("linear", folder / "photos", folder / "run", epochs=5, batch=16)
    return folder / "run"


@pytest.fixture(scope="session")
def torchvision():
    """A peer, where it is installed; its operators are declared first, for it may have been built for another torch."""
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    yield pytest.importorskip("torchvision", exc_type=(ImportError, RuntimeError, OSError))
    library._destroy()
