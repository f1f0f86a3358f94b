"""A classifier of 65x65 patches at every place of an image: ours against other ways to the same numbers.

    python benchmarks/dense.py [--repeats 5] [--size 512] [--large 2048] [--markdown]

The network is of the kind with which Cireşan et al. (NIPS 2012) outlined membranes: four convolutions of 48 maps (4x4,
4x4, 5x5, 4x4), each with a pooling of 2x2 behind it, and linear layers of 100 and 2. First come patch by patch,
shift-and-stitch, max-fragment pooling and dilation, all without a border; every way has to give the same scores before
it is timed. Patch by patch takes minutes: it is timed on `--rows` rows of places, evenly spread, and the rest is
reckoned from these.

Then MONAI's sliding window over a larger image, as large a map as the image: windows of 512 with a quarter of overlap,
each through the dilated network, which mirrors what lies beyond its window. For all places, what is off by more than
1e-3 of the largest score is counted, and where another class is the likeliest (but for ties within 1e-5), beside
dilation over the image in bands with all that their patches see, which is compared with patches at random places
before. `--large 0` leaves this part out.

Times are medians of interleaved repeats, in seconds of one processor, which other work on the machine hardly changes;
ratios are theirs to ours: above 1 ours is faster.
"""

import argparse
import json
from collections.abc import Callable
from statistics import median
from time import process_time
from typing import Any

import torch
from dense_peers import by_patch, dilated, kept, max_fragments, shift_and_stitch
from torch import Tensor, nn
from torch.nn import functional as F

from svertka.inference import dense

PATCH, WINDOW, OVERLAP = 65, 512, 0.25
Job = Callable[[], Tensor]


def main() -> None:
    """Print two tables, and everything as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--large", type=int, default=2048)
    parser.add_argument("--rows", type=int, default=4)
    parser.add_argument("--markdown", action="store_true")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    network = classifier().eval()
    with torch.no_grad():
        found = {"ways": ways(network, chosen.size, chosen.rows, chosen.repeats)}
        if chosen.large:
            found["windows"] = windows(network, chosen.large, chosen.repeats)
    for rows in found.values():
        show(rows, markdown=chosen.markdown)
    print(json.dumps({"benchmark": "dense", "size": chosen.size, "large": chosen.large, **found}))


def classifier() -> nn.Sequential:
    """A network for patches of 65x65 with one channel."""
    layers: list[nn.Module] = []
    for cin, kernel in ((1, 4), (48, 4), (48, 5), (48, 4)):
        layers += [nn.Conv2d(cin, 48, kernel), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(48, 100), nn.ReLU(inplace=True), nn.Linear(100, 2))


def ways(network: nn.Sequential, size: int, rows: int, repeats: int) -> list[dict[str, Any]]:
    """All ways to the scores of all patches within an image."""
    image = torch.randn(1, 1, size, size)
    places = size - PATCH + 1
    some = slice(0, places, -(-places // rows))
    ours, atrous = dense(network, PATCH), dilated(network, PATCH, 1)
    jobs: dict[str, Job] = {
        "svertka": lambda: ours(image),
        "dilation": lambda: atrous(image),
        "max-fragment pooling": lambda: max_fragments_way(image),
        "shift and stitch": lambda: shifted(image),
        "patch by patch": lambda: patches(image),
    }
    max_fragments_way, shifted = max_fragments(network, PATCH, 1), shift_and_stitch(network, PATCH, 1)
    patches = by_patch(network, PATCH, rows=some)
    times, scores = in_turns(jobs, repeats, once=("patch by patch", "shift and stitch"))
    truth = scores["patch by patch"]
    errors = {name: off(one if one.shape == truth.shape else one[:, :, some], truth) for name, one in scores.items()}
    assert max(errors.values()) < 1e-5, errors
    times["patch by patch"] *= places / truth.shape[2]
    return [
        {"way": name, "seconds": times[name], "ratio": times[name] / times["svertka"], "error": errors[name]}
        for name in jobs
    ]


def windows(network: nn.Sequential, size: int, repeats: int) -> list[dict[str, Any]]:
    """Ours and MONAI's over a large image, with the border mirrored."""
    from monai.inferers import sliding_window_inference

    image = torch.randn(1, 1, size, size)
    ours, atrous = dense(network, PATCH), dilated(network, PATCH, 1)
    window = kept(atrous, PATCH)
    pads = [size for pair in zip(ours.before, ours.after, strict=True) for size in pair]
    jobs: dict[str, Job] = {"svertka": lambda: ours(F.pad(image, pads, mode="reflect"))}
    for mode in ("constant", "gaussian"):
        jobs[f"MONAI, {mode}"] = lambda mode=mode: sliding_window_inference(
            image, WINDOW, 1, window, overlap=OVERLAP, mode=mode
        )
    padded = F.pad(image, pads, mode="reflect")
    bands = [slice(start, start + 256 + PATCH - 1) for start in range(0, size, 256)]
    truth = torch.cat([atrous(padded[:, :, band]) for band in bands], dim=2)
    check(network, padded, truth)
    told_apart = (truth[:, 0] - truth[:, 1]).abs() > 1e-5 * truth.abs().max()
    times, scores = in_turns(jobs, repeats)
    return [
        {
            "way": name, "seconds": times[name], "ratio": times[name] / times["svertka"],
            "off": share((one - truth).abs().amax(1) > 1e-3 * truth.abs().max()),
            "other class": share((one.argmax(1) != truth.argmax(1)) & told_apart),
            "error": off(one, truth),
        }
        for name, one in scores.items()
    ]  # fmt: skip


def check(network: nn.Sequential, padded: Tensor, truth: Tensor, count: int = 256) -> None:
    """See that what is taken for the truth is that of patches at random places."""
    y, x = (torch.randint(size, (count,)) for size in truth.shape[2:])
    patches = [padded[0, :, i : i + PATCH, j : j + PATCH] for i, j in zip(y.tolist(), x.tolist(), strict=True)]
    assert off(truth[0, :, y, x].T, network(torch.stack(patches))) < 1e-5


def off(found: Tensor, truth: Tensor) -> float:
    """The largest difference, in units of the largest score."""
    return float((found - truth).abs().max() / truth.abs().max())


def share(places: Tensor) -> float:
    """How many of them are true."""
    return float(places.float().mean())


def in_turns(
    jobs: dict[str, Job], repeats: int, once: tuple[str, ...] = ()
) -> tuple[dict[str, float], dict[str, Tensor]]:
    """The median of each one's seconds, and what it gave; slow ones are run once."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    scores: dict[str, Tensor] = {}
    for repeat in range(repeats):
        for name, job in jobs.items():
            if not repeat or name not in once:
                begin = process_time()
                scores[name] = job()
                times[name].append(process_time() - begin)
    return {name: median(seconds) for name, seconds in times.items()}, scores


def show(rows: list[dict[str, Any]], *, markdown: bool) -> None:
    """One line for each way."""
    names = list(rows[0])
    if markdown:
        print("| " + " | ".join(names) + " |\n|---|" + "---:|" * (len(names) - 1))
    for row in rows:
        cells = [f"{value:.3g}" if isinstance(value, float) else f"{value:26}" for value in row.values()]
        print("| " + " | ".join(cells) + " |" if markdown else "  ".join(f"{cell:>9}" for cell in cells))


if __name__ == "__main__":
    main()
