"""A network over a large image in tiles: time per pixel against whole-image prediction, halo, and memory.

    python benchmarks/tiles.py [--network front] [--size 2048] [--memory 512] [--repeats 5] [--markdown]
    python benchmarks/tiles.py --huge 20000 [--memory 1024]

The first compares in turns the same network over the same image, whole (torch, eager, channels last, as `svertka
predict` does it) and in tiles as large as the memory allows: medians of interleaved repeats, the ratio (above 1 tiles
are slower), how much more of the image is read than there is, and the largest difference of scores, as a share of the
largest score. The second runs one image from a file into a file in a process of its own, and tells the most memory
that it had.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import torch
from torch import nn

from svertka import build
from svertka.data.windows import created, opened
from svertka.inference import tiled
from svertka.inference.tiles import ArraySink, ArraySource
from svertka.inference.tiles.boxes import slices, tiles, volume
from svertka.inference.tiles.choosing import seen
from svertka.inference.tiles.recording import recorded
from svertka.nn import lay_out

MIB = 2**20


def front() -> nn.Module:
    """The first half of ResNet-18, with a field of 99 samples, scores of ten classes, and a step of 8."""
    torch.manual_seed(0)
    source = build("resnet18")
    return nn.Sequential(source.stem, *list(source.body)[:4], nn.Conv2d(128, 10, 1)).eval()


def network(name: str) -> nn.Module:
    """A network by its name, or the front of ResNet-18."""
    return front() if name == "front" else build(name).eval()


def main() -> None:
    """Print a table, and everything as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", default="front")
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--memory", type=int, default=512)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--huge", type=int, default=0)
    parser.add_argument("--alone", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.alone:
        alone(chosen.network, chosen.memory, *map(Path, chosen.alone))
    elif chosen.huge:
        huge(chosen.network, chosen.huge, chosen.memory)
    else:
        compare(chosen.network, chosen.size, chosen.memory, chosen.repeats, markdown=chosen.markdown)


def compare(name: str, size: int, memory: int, repeats: int, *, markdown: bool) -> None:
    """The whole image and its tiles, in turns."""
    made = network(name)
    image = np.random.default_rng(0).normal(size=(3, size, size)).astype(np.float32)
    x = lay_out(torch.from_numpy(image)[None])
    tape = recorded(made, 3, (size, size))
    sink = ArraySink(tape.out.shape[1], tape.out.sizes)
    times: dict[str, list[float]] = {"whole": [], "tiles": []}
    for _ in range(repeats):
        start = perf_counter()
        with torch.inference_mode():
            whole = made(x)[0].numpy()
        times["whole"].append(perf_counter() - start)
        sink.finished.clear()
        start = perf_counter()
        done = tiled(
            made, ArraySource(image), sink, memory=memory * MIB,
            prepare=lambda pixels: lay_out(torch.from_numpy(pixels)[None]),
        )  # fmt: skip
        times["tiles"].append(perf_counter() - start)
    boxes = tiles(tape.out.sizes, done.sides)
    read = sum(volume(box) for tile in boxes for box in seen(tape, tape.result, tile))
    seconds = {way: median(found) for way, found in times.items()}
    row = {
        "network": name, "size": size, "memory": memory, "tile": done.sides[0], "tiles": done.tiles,
        "whole_s": seconds["whole"], "tiles_s": seconds["tiles"], "ratio": seconds["tiles"] / seconds["whole"],
        "ns_per_pixel": seconds["tiles"] / size**2 * 1e9, "halo": read / size**2 - 1,
        "difference": float(np.abs(whole - sink.pixels).max() / np.abs(whole).max()),
    }  # fmt: skip
    told(row, markdown=markdown)


def huge(name: str, size: int, memory: int) -> None:
    """One image from a file into a file."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        image, out = Path(folder) / "in.npy", Path(folder) / "out.npy"
        pixels = np.lib.format.open_memmap(image, "w+", np.uint8, (3, size, size))
        for start in range(0, size, 500):
            pixels[:, start : start + 500] = np.random.default_rng(start).integers(0, 256, (3, 500, size))[
                :, : size - start
            ]
        del pixels
        words = [sys.executable, __file__, "--network", name, "--memory", str(memory), "--alone", str(image), str(out)]
        start = perf_counter()
        said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        row = {"network": name, "size": size, "memory": memory, **json.loads(said), "seconds": perf_counter() - start}
    told(row, markdown=False)


def alone(name: str, memory: int, image: Path, out: Path) -> None:
    """The same in this process."""
    made, source = network(name), opened(image, axes="CHW")
    tape = recorded(made, 3, source.sizes)
    before = peak()
    sink = created(out, channels=1, sizes=tape.out.sizes, dtype=np.uint8, tile=(512, 512))
    done = tiled(
        made, source, sink, memory=memory * MIB,
        prepare=lambda pixels: lay_out(torch.from_numpy(pixels)[None].float().div_(255)),
        finish=lambda scores: scores.argmax(1).to(torch.uint8).numpy(),
    )  # fmt: skip
    sink.close()
    last = np.load(out, mmap_mode="r")[slices(tiles(tape.out.sizes, done.sides)[-1])]
    told = {"tile": done.sides[0], "tiles": done.tiles, "before_mib": before, "peak_mib": peak()}
    print(json.dumps({**told, "classes": len(np.unique(last))}))


def peak() -> float:
    """The most memory, in MiB, that this process ever had; on Linux, where `ru_maxrss` counts the parent's too."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def told(row: dict[str, object], *, markdown: bool) -> None:
    """A row for a person, and one for a program."""
    edges = ("| ", " | ", " |") if markdown else ("", "  ", "")
    cells = [f"{value:.3g}" if isinstance(value, float) else str(value) for value in row.values()]
    if markdown:
        print(edges[0] + edges[1].join(row) + edges[2])
        print("|" + "---|" * len(row))
    print(edges[0] + edges[1].join(cells) + edges[2])
    print(json.dumps({"benchmark": "tiles", "rows": [row]}))


if __name__ == "__main__":
    main()
