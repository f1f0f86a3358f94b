"""What several tests start from."""

import logging
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import settings
from PIL import Image
from scipy.io import wavfile

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
def convolutions_run(tmp_path_factory) -> Path:
    """LeNet-5 after eight epochs of handwritten digits."""
    path = tmp_path_factory.mktemp("convolutions") / "run"
    svertka.train("lenet5", "digits", path, epochs=8)
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


def discs(rng: np.random.Generator, count: int, size: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Noisy images with bright discs, and the masks of these, which number them."""
    rows, columns = np.mgrid[:size, :size]
    images, masks = [], []
    for _ in range(count):
        mask = np.zeros((size, size), np.uint8)
        for number in range(1, 4):
            row, column = rng.integers(0, size, 2)
            mask[(rows - row) ** 2 + (columns - column) ** 2 < 16] = number
        images.append((40 + 150 * (mask > 0) + rng.integers(-30, 31, mask.shape)).astype(np.uint8))
        masks.append(mask)
    return np.stack(images), np.stack(masks)


@pytest.fixture(scope="session")
def outlines_run(tmp_path_factory) -> Path:
    """A small FCN that outlines discs, with the archive it was trained on beside it, `discs.npz`."""
    folder = tmp_path_factory.mktemp("outlines")
    images, masks = discs(np.random.default_rng(0), 48)
    np.savez(folder / "discs.npz", images=images, masks=masks)
    settings = {"epochs": 10, "batch": 4, "optimiser": "adam", "rate": 0.01, "ema": 0.9, "masks": "objects"}
    svertka.train("fcn1s_resnet20", folder / "discs.npz", folder / "run", **settings)
    return folder / "run"


def tides(frames: int = 240) -> np.ndarray:
    """Two channels on 6x5 places that swing with a period of 12 frames, with a little noise."""
    time = np.arange(frames)[:, None, None, None]
    phase = np.arange(30).reshape(6, 5) / 10
    swing = np.sin(2 * np.pi * time / 12 + phase)
    swings = np.concatenate([swing, 2 * swing], axis=1) * 10 + 50
    return (swings + np.random.default_rng(0).normal(0, 0.3, swings.shape)).astype(np.float32)


@pytest.fixture(scope="session")
def forecast_run(tmp_path_factory) -> Path:
    """An ST-ResNet that forecasts tides, with the array it was trained on beside it, `tides.npy`."""
    folder = tmp_path_factory.mktemp("tides")
    np.save(folder / "tides.npy", tides())
    svertka.train("st_resnet2", folder / "tides.npy", folder / "run", lags="1-2/12", epochs=4, batch=16, test=24)
    return folder / "run"


@pytest.fixture(scope="session")
def sounds_run(tmp_path_factory) -> Path:
    """A WaveNet that has heard two tones, with their folders beside it, in `tones`."""
    folder = tmp_path_factory.mktemp("sounds")
    for name, length in (("high", 4), ("low", 16)):
        (folder / "tones" / name).mkdir(parents=True)
        for number in range(8):
            wave = np.sin(2 * np.pi * (np.arange(160) + number) / length)
            wavfile.write(folder / "tones" / name / f"{number}.wav", 4000, (wave * 20000).astype(np.int16))
    svertka.train("wavenet_small", folder / "tones", folder / "run", epochs=3, batch=4, rate=0.01)
    return folder / "run"
