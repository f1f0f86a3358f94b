"""The data sets of the results table, laid out as a person would have them.

Reads `../shared/data` (see its README for sources and licences) and writes folders and files that `svertka train`
takes, once, into `build/data`.
"""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
BUILD = ROOT / "build" / "data"


def mnist() -> Path:
    """MNIST's own files."""
    return SHARED / "mnist"


def fashion() -> Path:
    """Fashion-MNIST's own files."""
    return SHARED / "fashion_mnist"


def frdeep() -> Path:
    """Radio galaxies: an archive of arrays."""
    return SHARED / "frdeep_first" / "frdeep_first.npz"


def adrenal() -> Path:
    """Volumes: an archive of arrays."""
    return SHARED / "adrenalmnist3d_64" / "adrenalmnist3d_64.npz"


def flowers() -> Path:
    """Photographs: a folder of JPEG for each class."""
    folder = BUILD / "flowers"
    if not folder.exists():
        with zipfile.ZipFile(SHARED / "flowers96" / "flowers96.zip") as archive:
            archive.extractall(folder)
    return _only_folder(folder)


def cifar10() -> Path:
    """Small photographs, from sprite sheets of 50 columns: an archive of arrays."""
    path = BUILD / "cifar10.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **{name: array for part in ("train", "test") for name, array in _sheets(part).items()})
    return path


def fsdd() -> Path:
    """Spoken digits: WAV files in a table, with the official test part: recordings 0 to 4 of each."""
    table = BUILD / "fsdd" / "digits.csv"
    if not table.exists():
        with zipfile.ZipFile(SHARED / "fsdd" / "recordings.zip") as archive:
            archive.extractall(table.parent)
        files = sorted(table.parent.rglob("*.wav"))
        rows = [[str(path.relative_to(table.parent)), *path.stem.split("_")] for path in files]
        _write(table, ["path", "label", "split"], [[p, d, "test" if int(n) < 5 else "train"] for p, d, _, n in rows])
    return table


def nuclei() -> Path:
    """Microscopy with the number of nuclei in each image: PNG files in a table."""
    table = BUILD / "nuclei" / "counts.csv"
    if not table.exists():
        table.parent.mkdir(parents=True, exist_ok=True)
        found = np.load(SHARED / "nuclei_dsb2018_256" / "nuclei_dsb2018_256.npz")
        rows = []
        for number, (image, marks) in enumerate(zip(found["images"], found["instances"], strict=True)):
            name = f"{number:03}.png"
            Image.fromarray(image).save(table.parent / name)
            rows.append([name, str(len(np.unique(marks)) - 1)])
        _write(table, ["path", "nuclei"], rows)
    return table


def outlines() -> Path:
    """Microscopy with a mask of every nucleus: an archive of arrays."""
    return SHARED / "nuclei_dsb2018_256" / "nuclei_dsb2018_256.npz"


def taxi() -> Path:
    """Taxis that come and go in New York, hour by hour: three years of frames."""
    return SHARED / "taxinyc"


DATASETS: dict[str, Callable[[], Path]] = {
    each.__name__: each for each in (mnist, fashion, cifar10, flowers, frdeep, adrenal, fsdd, nuclei, outlines, taxi)
}


def _sheets(part: str) -> dict[str, np.ndarray]:
    sheets = sorted((SHARED / "cifar10").glob(f"{part}_*.webp"))
    images = [_tiles(np.asarray(Image.open(sheet))) for sheet in sheets]
    labels = [sheet.stem.split("_")[2] for sheet in sheets]
    return {
        f"{part}_images": np.concatenate(images),
        f"{part}_labels": np.repeat(labels, [len(each) for each in images]),
    }


def _tiles(sheet: np.ndarray) -> np.ndarray:
    tiles = sheet.reshape(sheet.shape[0] // 32, 32, 50, 32, 3).transpose(0, 2, 1, 3, 4)
    return tiles.reshape(-1, 32, 32, 3)


def _only_folder(folder: Path) -> Path:
    """The folder of classes, which the archive may hold inside another."""
    inside = [path for path in folder.iterdir() if path.is_dir()]
    return _only_folder(inside[0]) if len(inside) == 1 else folder


def _write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    path.write_text(text.getvalue())
