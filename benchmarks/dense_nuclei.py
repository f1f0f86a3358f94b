"""The picture of docs/dense.md: is there a nucleus at the middle of this patch? Asked at every place of images unseen.

    python benchmarks/dense_nuclei.py NUCLEI.npz runs/nuclei docs/pictures/dense.png

`NUCLEI.npz` holds `images` and `instances` (0 is background) of the Data Science Bowl 2018 (BBBC038, CC0). A LeNet-5
learns from 32x32 patches, a few of each image, half of them with a nucleus at the middle; the last fifth of the images
is for the test. It prints how often patches, and all places of the test's images, are told right.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import svertka
from svertka.drawing import photographs

PATCH, EACH, SHOWN = 32, 40, 3
Pixels = NDArray[Any]


def main() -> None:
    """Train, map and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nuclei", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--epochs", type=int, default=6)
    chosen = parser.parse_args()
    grey, truth = opened(chosen.nuclei)
    first = 4 * len(grey) // 5
    rng = np.random.default_rng(0)
    parts = {"train": slice(first), "test": slice(first, None)}
    chosen.run.parent.mkdir(parents=True, exist_ok=True)
    patches = chosen.run.with_suffix(".npz")
    np.savez(patches, **cut(grey, truth, parts, rng))
    run = svertka.train("lenet5", patches, chosen.run, epochs=chosen.epochs, overwrite=True)
    maps = svertka.predict(run, *grey[first:], dense=True, scores=True)
    found = np.stack([each.content[1] for each in maps if each.content is not None])
    draw(grey[first:], truth[first:], found, chosen.picture)
    right = float(((found > 0.5) == truth[first:]).mean())
    report = run.report or {}
    print(json.dumps({"patches right": report.get("accuracy"), "places right": right, "images": len(found)}))


def opened(path: Path) -> tuple[Pixels, NDArray[np.bool_]]:
    """Grey images in an order by chance, and where nuclei are."""
    with np.load(path) as file:
        images, truth = file["images"], file["instances"] > 0
    order = np.random.default_rng(1).permutation(len(images))
    return images.mean(axis=-1).round().astype(np.uint8)[order], truth[order]


def cut(grey: Pixels, truth: NDArray[np.bool_], parts: dict[str, slice], rng: np.random.Generator) -> dict[str, Pixels]:
    """Patches and whether a nucleus is at their middle, half of them of each kind."""
    found: dict[str, Pixels] = {}
    for part, some in parts.items():
        pairs = [
            pair for image, mask in zip(grey[some], truth[some], strict=True) for pair in chosen_of(image, mask, rng)
        ]
        found[f"{part}_images"] = np.stack([patch for patch, _ in pairs])
        found[f"{part}_labels"] = np.array([label for _, label in pairs])
    return found


def chosen_of(image: Pixels, mask: NDArray[np.bool_], rng: np.random.Generator) -> list[tuple[Pixels, int]]:
    """Some patches of one image."""
    inner = slice(PATCH // 2, 1 - PATCH // 2)
    pairs = []
    for label in (0, 1):
        places = np.argwhere(mask[inner, inner] == bool(label))
        for y, x in rng.permutation(places)[: EACH // 2]:
            pairs.append((image[y : y + PATCH, x : x + PATCH], label))
    return pairs


def draw(grey: Pixels, truth: NDArray[np.bool_], found: Pixels, path: Path) -> None:
    """The images with most nuclei among different ones, what is said of each place, and the truth."""
    places = np.argsort(-truth.mean(axis=(1, 2)), kind="stable")[: 6 * SHOWN : 6]
    shown: dict[str, Pixels] = {}
    for number, place in enumerate(places):
        titles = [f"{title}{' ' * number}" for title in ("image", "probability of a nucleus", "outlined by hand")]
        stretched = (255.0 * grey[place] / grey[place].max()).astype(np.uint8)
        layers = (stretched, (255 * found[place]).astype(np.uint8), 255 * truth[place].astype(np.uint8))
        shown |= dict(zip(titles, layers, strict=True))
    picture = photographs(shown, columns=3)
    picture.savefig(path, dpi=110)
    with Image.open(path) as drawn:
        drawn.convert("RGB").quantize(64).save(path, optimize=True)


if __name__ == "__main__":
    main()
