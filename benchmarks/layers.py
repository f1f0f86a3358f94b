"""Layers of finished networks by our own convolutions, against torch: time, and error against double precision.

    python benchmarks/layers.py [--threads 1] [--repeats 15] [--markdown]

Torch has its weights and images channels last, as it likes them best, and its rectifier in place. Times are medians of
interleaved repeats; a ratio above 1 says that ours is faster. `rate` is that of the multiplications and additions of
the definition, in GFLOP/s: Winograd's ways have a quarter of them, F(4), or less than half, F(2). Errors are norms, as
shares of the answer's.
"""

import argparse
import json
from collections.abc import Iterator
from typing import Any

import torch
from filters import in_turns
from torch import Tensor, nn
from torch.nn import functional

from svertka.ops.packed import Ending, Packed
from svertka.ops.packed_direct import Direct
from svertka.ops.packed_winograd import Winograd, form_for

Shape = tuple[int, int, int, int, int]  # channels in and out, side of the image, of the kernel, stride
WINOGRAD: list[Shape] = [
    (64, 64, 224, 3, 1), (128, 128, 112, 3, 1), (256, 256, 56, 3, 1), (512, 512, 28, 3, 1), (512, 512, 14, 3, 1),
    (64, 64, 56, 3, 1), (128, 128, 28, 3, 1), (256, 256, 14, 3, 1), (512, 512, 7, 3, 1),
]  # fmt: skip
DIRECT: list[Shape] = [
    (3, 64, 224, 7, 2), (64, 256, 56, 1, 1), (256, 64, 56, 1, 1), (512, 128, 28, 1, 1), (1024, 256, 14, 1, 1),
    (512, 2048, 7, 1, 1), (2048, 512, 7, 1, 1), (128, 128, 56, 3, 2), (256, 256, 28, 3, 2), (64, 16, 55, 1, 1),
]  # fmt: skip
COLUMNS = "way", "channels", "image", "kernel", "ms", "torch", "rate", "error", "torch's error"


def main() -> None:
    """Print a table, and everything as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--markdown", action="store_true")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(0)
    print(line(COLUMNS, markdown=chosen.markdown))
    if chosen.markdown:
        print("|---" * len(COLUMNS) + "|")
    rows = []
    for row in compared(chosen.repeats):
        rows.append(row)
        print(line(row.values(), markdown=chosen.markdown), flush=True)
    print(json.dumps({"benchmark": "layers", "threads": chosen.threads, "rows": rows}))


def compared(repeats: int) -> Iterator[dict[str, Any]]:
    """Every layer, with the rectifier behind it."""
    for kind, shapes in ((Winograd, WINOGRAD), (Direct, DIRECT)):
        for shape in shapes:
            with torch.inference_mode():
                yield measured(kind, shape, repeats)


def measured(kind: type[Packed], shape: Shape, repeats: int) -> dict[str, Any]:
    """One layer."""
    cin, cout, side, kernel, stride = shape
    theirs = nn.Conv2d(cin, cout, kernel, stride, kernel // 2).to(memory_format=torch.channels_last)
    settings: dict[str, Any] = {"padding": (kernel // 2,) * 2, "stride": (stride,) * 2}
    form = {"form": form_for((side, side), 1)} if kind is Winograd else {}
    ours = kind(theirs.weight, theirs.bias, ending=Ending(rectified=True), **settings, **form)
    x = torch.randn(1, cin, side, side).to(memory_format=torch.channels_last)
    jobs = {"ours": lambda: ours(x), "torch": lambda: theirs(x).relu_()}
    exact = functional.conv2d(x.double(), theirs.weight.double(), theirs.bias.double(), **settings).relu()
    errors = [error(job(), exact) for job in jobs.values()]
    times = in_turns({name: several(job) for name, job in jobs.items()}, repeats)
    flops = 2 * exact.numel() * cin * kernel**2
    way = f"{kind.__name__} F({form['form'].side})" if form else kind.__name__
    values = (
        way, f"{cin} → {cout}", f"{side}²", f"{kernel} × {kernel}, step {stride}",
        round(times["ours"] * 250, 2), round(times["torch"] / times["ours"], 2),
        round(4 * flops / times["ours"] / 1e9), *(f"{each:.1e}" for each in errors),
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def several(job: Any) -> Any:
    """Four calls, one after another, as in a network."""
    return lambda: [job() for _ in range(4)]


def error(found: Tensor, exact: Tensor) -> float:
    """How far an answer is off."""
    return float((found - exact).norm() / exact.norm())


def line(cells: Any, *, markdown: bool) -> str:
    """One row."""
    return "| " + " | ".join(map(str, cells)) + " |" if markdown else "  ".join(f"{cell!s:>16}" for cell in cells)


if __name__ == "__main__":
    main()
