"""The picture of docs/tiles.md: nuclei outlined over one large image, in tiles.

    python benchmarks/tiles_nuclei.py NUCLEI.npz FOLDER docs/pictures/tiles.png

`NUCLEI.npz` holds `images` and `instances` (0 is background) of the Data Science Bowl 2018 (BBBC038, CC0), of 256x256
each. A small FCN learns to outline from most of them. The others, unseen, are laid side by side as one large image,
which is outlined in tiles by the commands of the page; what people had outlined in them is the truth. It prints how
well the mask agrees with that, and at how many places the mask of the whole image, without tiles, is another.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import svertka
from svertka.cli.app import run
from svertka.drawing import photographs

ROWS, COLUMNS, SHOWN = 6, 8, 768  # of the mosaic; the side of the part that is drawn
Pixels = NDArray[Any]


def main() -> None:
    """Train, outline and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nuclei", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--tile", default="300")
    chosen = parser.parse_args()
    folder = chosen.folder
    folder.mkdir(parents=True, exist_ok=True)
    data, place, image, mask = (folder / name for name in ("nuclei.npz", "run", "mosaic.tif", "mask.tif"))
    seen, truth = laid_out(chosen.nuclei, data)
    Image.fromarray(seen).save(image)
    if not place.exists():
        words = "--size 128 --resize pad --epochs 12 --batch 8 --optimiser adam --rate 0.003 --flip both"
        run(["train", "fcn1s_resnet20", str(data), str(place), *words.split()])
    run(["predict", str(place), str(image), "--tile", chosen.tile, "--out", str(mask), "--overwrite"])
    found = np.asarray(Image.open(mask)) > 0
    (whole,) = svertka.predict(place, image)
    assert whole.content is not None
    draw(seen, found, truth, chosen.picture)
    answer = {
        "size": list(seen.shape),
        "intersection over union": float((found & truth).sum() / (found | truth).sum()),
        "places right": float((found == truth).mean()),
        "other than the whole": int((found != (whole.content > 0)).sum()),
    }
    print(json.dumps(answer))


def laid_out(nuclei: Path, data: Path) -> tuple[Pixels, NDArray[np.bool_]]:
    """The mosaic of grey images for the test and its truth; the others become a data set."""
    with np.load(nuclei) as file:
        images, truth = file["images"], file["instances"] > 0
    order = np.random.default_rng(1).permutation(len(images))
    grey, truth = images.mean(axis=-1).round().astype(np.uint8)[order], truth[order]
    first = len(grey) - ROWS * COLUMNS
    np.savez(data, images=grey[:first], masks=truth[:first])
    return mosaic(grey[first:]), mosaic(truth[first:])


def mosaic(images: Pixels) -> Pixels:
    """Images `(rows x columns, side, side)` as one."""
    side = images.shape[-1]
    return images.reshape(ROWS, COLUMNS, side, side).swapaxes(1, 2).reshape(ROWS * side, COLUMNS * side)


def draw(seen: Pixels, found: NDArray[np.bool_], truth: NDArray[np.bool_], path: Path) -> None:
    """A part of the image, its mask, and what people outlined; dark images are brightened to be seen."""
    part = (slice(SHOWN), slice(SHOWN))
    bright = (255 * (seen[part] / 255) ** 0.45).astype(np.uint8)
    shown = {"image (brightened)": bright, "mask": 255 * found[part].astype(np.uint8),
             "outlined by hand": 255 * truth[part].astype(np.uint8)}  # fmt: skip
    photographs(shown, columns=3).savefig(path, dpi=110, bbox_inches="tight")
    with Image.open(path) as drawn:
        drawn.convert("RGB").quantize(32).save(path, optimize=True)


if __name__ == "__main__":
    main()
