"""Filters over an image of 4096x4096: ours against scipy.ndimage, OpenCV, scikit-image and kornia, in turns.

    python benchmarks/filters.py [--repeats 7] [--size 4096] [--markdown] [--memory] [--rates]

Every peer gets the same image and the same border (mirrored at the border's sample) and has to give the same result:
the largest difference is checked before anything is timed. Peers compute as their users call them, on all cores where
they know how. Times are medians of interleaved repeats, and ratios are theirs to ours: above 1 ours is faster.
`--memory` measures each of our cases in a process of its own (on Linux): what it holds at its peak, its input and its
answer among that, in images. `--rates` prints the costs from which `svertka.ops` chooses its way.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from svertka import ops

Image = NDArray[Any]
Job = Callable[[], Any]
TRUNCATED = 4.0  # deviations that a Gaussian reaches, for all
BANK, BANK_SIZE = 8, 31


def main() -> None:
    """Print a table, and everything as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--rates", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.alone:
        print(json.dumps(held(chosen.alone, chosen.size)))
    elif chosen.rates:
        rates()
    elif chosen.memory:
        memories(chosen.size)
    else:
        compare(chosen.size, chosen.repeats, chosen.only, markdown=chosen.markdown)


def compare(size: int, repeats: int, only: str, *, markdown: bool) -> None:
    """All cases, one line each."""
    rows = []
    edges = ("| ", " | ", " |") if markdown else ("", "  ", "")
    names = ["ours", "opencv", "scipy", "skimage", "kornia"]
    header = [f"{'case':22}", "ours, ms", *[f"{name:>8}" for name in names[1:]]]
    print(edges[0] + edges[1].join(header) + edges[2])
    if markdown:
        print("|---|" + "---:|" * (len(header) - 1))
    for case, jobs, tolerance in cases(image(size)):
        if only not in case:
            continue
        check(case, jobs, tolerance)
        times = in_turns(jobs, repeats)
        ratios = {name: times[name] / times["ours"] for name in jobs if name != "ours"}
        cells = [f"{ratios[name]:8.2f}" if name in ratios else f"{'–':>8}" for name in names[1:]]
        print(edges[0] + edges[1].join([f"{case:22}", f"{times['ours'] * 1e3:8.1f}", *cells]) + edges[2], flush=True)
        rows.append({"case": case, "ours_ms": times["ours"] * 1e3, "ratios": ratios})
    print(json.dumps({"benchmark": "filters", "size": size, "repeats": repeats, "rows": rows}))


def image(size: int) -> Image:
    """Noise and a large wave, of 8 bits."""
    y, x = np.mgrid[:size, :size] / size
    noise = np.random.default_rng(0).normal(0, 25, (size, size))
    return (128 + 80 * np.sin(9 * x + 5 * y) + noise).clip(0, 255).astype(np.uint8)


def cases(grey: Image) -> Iterator[tuple[str, dict[str, Job], float]]:
    """The name of a case, who computes it, and how far they may be apart, in the units of the answer."""
    for pixels in (grey.astype(np.float32) / 255, grey):
        kind = pixels.dtype.name
        for deviation in (1, 3, 20):
            yield f"gaussian {deviation}, {kind}", gaussian(pixels, deviation), 2e-5 if kind == "float32" else 2
        yield f"sobel, {kind}", sobel(pixels), 2e-5 if kind == "float32" else 0
        kernel = np.random.default_rng(1).normal(0, 1 / 15, (15, 15)).astype(np.float32)
        yield f"15x15, {kind}", any_kernel(pixels, kernel), 1e-4 if kind == "float32" else 1
        yield f"gabor 8x31x31, {kind}", gabor(pixels), 1e-3 if kind == "float32" else 1


def gaussian(x: Image, deviation: float) -> dict[str, Job]:
    """A blur; 8 bits go in and come out."""
    import cv2
    import scipy.ndimage
    import skimage

    length = 2 * int(TRUNCATED * deviation + 0.5) + 1
    line = np.exp(-0.5 * (np.arange(length) - length // 2) ** 2 / deviation**2)
    kernel = (np.outer(line, line) / line.sum() ** 2).astype(np.float32)
    dtype = None if x.dtype == np.float32 else x.dtype.name
    jobs: dict[str, Job] = {
        "ours": lambda: ops.convolve_each(x, kernel, dtype=dtype),
        "opencv": lambda: cv2.GaussianBlur(x, (length, length), deviation, borderType=cv2.BORDER_REFLECT_101),
        "scipy": lambda: scipy.ndimage.gaussian_filter(x, deviation, mode="mirror", truncate=TRUNCATED),
        "skimage": lambda: skimage.filters.gaussian(
            x, deviation, mode="mirror", truncate=TRUNCATED, preserve_range=True
        ),
    }
    return jobs | _kornia(
        x, lambda k, t: k.filters.gaussian_blur2d(t, (length, length), (deviation, deviation), "reflect")
    )


def sobel(x: Image) -> dict[str, Job]:
    """The derivative from left to right; 8 bits go in and 16 with a sign come out. Kornia's has another border."""
    import cv2
    import scipy.ndimage
    import skimage

    kernel = np.outer([1, 2, 1], [-1, 0, 1])
    floats = x.dtype == np.float32
    return {
        "ours": lambda: ops.convolve_each(x, kernel, dtype=None if floats else "int16"),
        "opencv": lambda: cv2.Sobel(x, cv2.CV_32F if floats else cv2.CV_16S, 1, 0, borderType=cv2.BORDER_REFLECT_101),
        "scipy": lambda: scipy.ndimage.sobel(x if floats else x.astype(np.int16), 1, mode="mirror"),
        "skimage": lambda: 4 * skimage.filters.sobel(x if floats else x.astype(np.float32), axis=1, mode="mirror"),
    }


def any_kernel(x: Image, kernel: Image) -> dict[str, Job]:
    """A kernel that is no product; 8 bits come out rounded and cut."""
    import cv2
    import scipy.ndimage

    floats = x.dtype == np.float32
    return {
        "ours": lambda: ops.convolve_each(x, kernel, dtype=None if floats else "uint8"),
        "opencv": lambda: cv2.filter2D(x, -1, kernel, borderType=cv2.BORDER_REFLECT_101),
        "scipy": lambda: _cut(scipy.ndimage.correlate(x.astype(np.float32), kernel, mode="mirror"), x.dtype),
    } | _kornia(x, lambda k, t: k.filters.filter2d(t, _tensor(kernel)[None], "reflect"))


def gabor(x: Image) -> dict[str, Job]:
    """Eight directions of a wave of 8 samples; floats come out."""
    import cv2
    import scipy.ndimage

    bank = np.stack(
        [
            cv2.getGaborKernel((BANK_SIZE, BANK_SIZE), 5, np.pi * place / BANK, 8, 0.7, 0, cv2.CV_32F)
            for place in range(BANK)
        ]
    )
    half = BANK_SIZE // 2
    floats = x.astype(np.float32)
    return {
        "ours": lambda: ops.convolve(x[None], bank[:, None], padding=half, border="reflect"),
        "opencv": lambda: [cv2.filter2D(x, cv2.CV_32F, one, borderType=cv2.BORDER_REFLECT_101) for one in bank],
        "scipy": lambda: [scipy.ndimage.correlate(floats, one, mode="mirror") for one in bank],
    } | _kornia(x, lambda k, t: [k.filters.filter2d(t, _tensor(one)[None], "reflect") for one in bank])


def _kornia(x: Image, work: Callable[[Any, Any], Any]) -> dict[str, Job]:
    """Kornia's way; images of 8 bits are turned to floats and back, as it wants."""
    import kornia

    floats = x.dtype == np.float32

    def job() -> Any:
        found = work(kornia, _tensor(x)[None, None].float())
        if isinstance(found, list):
            return [one[0, 0].numpy() for one in found]
        return found[0, 0].numpy() if floats else _cut(found[0, 0].numpy(), x.dtype)

    return {"kornia": job}


def _tensor(x: Image) -> Any:
    import torch

    return torch.from_numpy(x)


def _cut(found: Image, dtype: Any) -> Image:
    return found if dtype == np.float32 else np.rint(found).clip(0, 255).astype(dtype)


def check(case: str, jobs: dict[str, Job], tolerance: float) -> None:
    """See that all give the same, away from rows that a peer treats in its own way."""
    ours = np.stack([np.asarray(jobs["ours"]())]).reshape(-1, *np.asarray(jobs["ours"]()).shape[-2:]).astype(np.float64)
    for name, job in jobs.items():
        theirs = np.stack([np.asarray(job())]).reshape(ours.shape).astype(np.float64)
        scale = 255 if case.startswith("gabor") and "uint8" in case else 1
        apart = float(np.abs(ours - theirs).max()) / scale
        if not apart <= tolerance:
            raise SystemExit(f"{case}: {name} is {apart:.3g} from ours, more than {tolerance}")


def in_turns(jobs: dict[str, Job], repeats: int) -> dict[str, float]:
    """The median time of each job, taken in turns; those that take a second or more are repeated less."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(repeats):
        for name in list(jobs)[:: 1 if turn % 2 else -1]:
            if turn > 2 and median(times[name]) > 1:
                continue
            begin = perf_counter()
            jobs[name]()
            times[name].append(perf_counter() - begin)
    return {name: median(found) for name, found in times.items()}


def memories(size: int) -> None:
    """The peak of each of our cases, in images: the larger of what goes in and, for each kernel, comes out."""
    print(f"{'case':22}  image, MB  peak, MB  images")
    for case, _, _ in cases(image(64)):
        words = [sys.executable, __file__, "--size", str(size), "--alone", case]
        found = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
        cells = f"{found['image'] / 1e6:9.0f}  {found['peak'] / 1e6:8.0f}  {found['peak'] / found['image']:6.2f}"
        print(f"{case:22}  {cells}", flush=True)


def held(case: str, size: int) -> dict[str, float]:
    """Bytes at the peak of a case: the image that goes in, and what the process grows by while it computes."""
    small = {name: jobs["ours"] for name, jobs, _ in cases(image(512))}
    small[case]()  # what is loaded and compiled once
    pixels = image(size)
    job = {name: jobs["ours"] for name, jobs, _ in cases(pixels)}[case]
    Path("/proc/self/clear_refs").write_text("5")  # Linux: the peak is counted anew from here
    before = resident("VmRSS")
    found = job()
    given = pixels.nbytes * (4 if "float32" in case else 1)
    kernels = BANK if case.startswith("gabor") else 1
    return {"peak": given + resident("VmHWM") - before, "image": max(given, found.nbytes / kernels)}


def resident(kind: str) -> int:
    """Bytes of this process in memory, now (`VmRSS`) or at most (`VmHWM`)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{kind}:")[1].split()[0]) * 1024


def rates() -> None:
    """Nanoseconds for a place, by each way and kernel size."""
    x = image(2048).astype(np.float32)
    rng = np.random.default_rng(0)
    print("taps  direct  separable  fft  (ns a place, one channel of 2048x2048)")
    for length in (3, 5, 7, 9, 15, 31, 63):
        line = rng.normal(size=length).astype(np.float32)
        kernel = np.outer(line, line)
        cells = []
        for method in ("direct", "separable", "fft"):
            if method == "direct" and length > 31:
                cells.append(f"{'–':>6}")
                continue
            times = in_turns({"job": lambda m=method, k=kernel: ops.convolve_each(x, k, method=m)}, 3)  # type: ignore[misc]
            cells.append(f"{times['job'] / x.size * 1e9:6.2f}")
        print(f"{length:4}  " + "  ".join(cells))


if __name__ == "__main__":
    main()
