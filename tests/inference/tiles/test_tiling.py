import os
import subprocess
import sys
import threading
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from joining import whole_of
from svertka import DataError, build
from svertka.data.windows import created
from svertka.inference import tiled
from svertka.inference.tiles import ArraySink, ArraySource
from svertka.inference.tiles.tiling import Job
from svertka.nn import PLANE, SqueezeExcite


class Broken(ArraySource):
    """Cannot be read where a place is broken."""

    def __init__(self, pixels, row):
        super().__init__(pixels)
        self.row = row

    def read(self, window):
        if window[0].start <= self.row < window[0].stop:
            raise DataError(f"row {self.row} is broken")
        return super().read(window)


class Killed(Exception):
    pass


def network():
    torch.manual_seed(0)
    layers = [nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(4, 2, 5, padding=2)]
    return nn.Sequential(*layers).eval()


def test_the_result_does_not_depend_on_the_tiles(rng):
    net, pixels = network(), rng.normal(size=(1, 40, 31)).astype(np.float32)
    found = []
    for tile in (40, 17, (5, 31), "auto"):
        sink = ArraySink(2, (40, 31))
        tiled(net, ArraySource(pixels), sink, tile=tile)
        found.append(sink.pixels)
    for one, two in pairwise(found):
        np.testing.assert_allclose(one, two, atol=2e-6)


def test_pooling_and_sums_have_the_same_bits_in_single_precision(rng):
    net = nn.Sequential(nn.AvgPool2d(3, 2, 1), nn.MaxPool2d(3, 1, 1), nn.ReLU(), nn.Upsample(scale_factor=2))
    pixels = rng.normal(size=(3, 40, 31)).astype(np.float32)
    whole = whole_of(net, torch.from_numpy(pixels)).numpy()
    for tile in (7, 13):
        sink = ArraySink(3, whole.shape[1:])
        tiled(net, ArraySource(pixels), sink, tile=tile)
        assert np.array_equal(sink.pixels, whole)


def test_pixels_are_prepared_and_scores_finished_window_by_window(rng):
    net, pixels = network(), rng.integers(0, 255, (1, 20, 20)).astype(np.uint8)
    sink = ArraySink(1, (20, 20), np.uint8)
    prepare = lambda window: torch.from_numpy(window)[None].float() / 255 - 0.5  # noqa: E731
    tiled(net, ArraySource(pixels), sink, tile=6, prepare=prepare, finish=lambda scores: scores.argmax(1).numpy())
    expected = whole_of(net, torch.from_numpy(pixels).float() / 255 - 0.5).argmax(0).numpy()
    assert (sink.pixels[0] == expected).mean() > 0.99


def test_progress_counts_tiles():
    said = []
    done = tiled(network(), ArraySource(np.zeros((1, 20, 9), np.float32)), ArraySink(2, (20, 9)), tile=10,
                 progress=lambda *counts: said.append(counts))  # fmt: skip
    assert said == [(0, 2), (1, 2), (2, 2)]
    assert (done.sides, done.tiles, done.before, done.bad) == ((10, 9), 2, 0, 0)


def test_a_job_that_broke_goes_on_and_does_nothing_twice(tmp_path, rng):
    net, pixels = network(), rng.normal(size=(1, 30, 30)).astype(np.float32)

    def place():
        return created(tmp_path / "out.npy", channels=2, sizes=(30, 30), dtype=np.float32, tile=(10, 10))

    begun = place()
    with pytest.raises(DataError, match="row 25 is broken"):
        tiled(net, Broken(pixels, 25), begun, tile=10)
    begun.close()

    class Counting(ArraySource):
        windows = 0

        def read(self, window):
            self.windows += 1
            return super().read(window)

    source, sink = Counting(pixels), place()
    done = tiled(net, source, sink, tile=10)
    assert done.before >= 5
    assert source.windows == done.tiles - done.before
    assert tiled(net, source, sink, tile=10).before == 9
    sink.close()
    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), whole_of(net, torch.from_numpy(pixels)), atol=2e-6)


KILLED = """
import os, sys
from pathlib import Path
import numpy as np, torch
from svertka.inference import tiled
from svertka.data.windows import created, opened
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(4, 2, 5, padding=2))
sink = created(Path("out.npy"), channels=2, sizes=(60, 60), dtype=np.float32, tile=(20, 20))
def progress(done, total):
    print(done, flush=True)
    if len(sys.argv) > 1 and done == int(sys.argv[1]):
        os.kill(os.getpid(), 9)
tiled(net, opened(Path("in.npy")), sink, tile=20, progress=progress)
sink.close()
"""


def test_a_killed_process_leaves_what_it_had_done(tmp_path, rng):
    pixels = rng.normal(size=(60, 60)).astype(np.float32)
    np.save(tmp_path / "in.npy", pixels)
    (tmp_path / "job.py").write_text(KILLED)
    words = [sys.executable, "job.py"]
    first = subprocess.run([*words, "5"], cwd=tmp_path, capture_output=True, text=True)
    assert first.returncode == -9
    second = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert int(second.stdout.split()[0]) in (4, 5)
    np.testing.assert_allclose(
        np.load(tmp_path / "out.npy"), whole_of(network(), torch.from_numpy(pixels)[None]), atol=2e-6
    )


def test_only_places_that_see_what_cannot_be_read_become_nan_and_their_tiles_are_counted(rng, heard, caplog):
    pixels = rng.normal(size=(1, 30, 10)).astype(np.float32)
    sink = ArraySink(2, (30, 10))
    done = tiled(network(), Broken(pixels, 28), sink, tile=10, skip_bad=True)
    assert done.bad == 1
    assert np.isnan(sink.pixels[:, 25:]).all()  # the network sees three places on both sides
    whole = whole_of(network(), torch.from_numpy(pixels))
    np.testing.assert_allclose(sink.pixels[:, :25], whole[:, :25], atol=2e-6)
    assert "row 28 is broken" in caplog.text


def test_the_number_for_gaps_can_be_chosen_and_they_are_told_of(rng):
    sink, told = ArraySink(1, (30, 10), np.uint8), []
    job = Job.of(network(), Broken(np.zeros((1, 30, 10), np.float32), 28), tile=10, skip_bad=True,
                 lost=lambda *words: told.append(words))  # fmt: skip
    job.into(sink, finish=lambda scores: scores.argmax(1).to(torch.uint8).numpy(), gap=255)
    assert (sink.pixels[0, 25:] == 255).all()
    assert (sink.pixels[0, :25] < 2).all()
    assert told == [((slice(20, 30), slice(0, 10)), "row 28 is broken")]


def test_means_of_the_whole_image_are_those_of_what_can_be_read(rng):
    pixels = np.full((1, 30, 8), 5, np.float32)
    net = nn.Sequential(nn.Conv2d(1, 1, 1), SqueezeExcite(PLANE, 1, 1)).eval()
    sink = ArraySink(1, (30, 8))
    tiled(net, Broken(pixels, 28), sink, tile=10, skip_bad=True)
    whole = whole_of(net, torch.from_numpy(pixels))  # all places are alike, so a few less have the same mean
    np.testing.assert_allclose(sink.pixels[:, :28], whole[:, :28], rtol=1e-6)

    class Gone(ArraySource):
        def read(self, window):
            raise DataError("gone")

    with pytest.raises(DataError, match="no tile of the image can be read"):
        tiled(net, Gone(pixels), ArraySink(1, (30, 8)), tile=10, skip_bad=True)


def test_reading_and_writing_go_on_while_the_network_runs(rng):
    class Elsewhere(ArraySource):
        threads = set()  # noqa: RUF012

        def read(self, window):
            self.threads.add(threading.get_ident())
            return super().read(window)

    source = Elsewhere(rng.normal(size=(1, 30, 10)).astype(np.float32))
    tiled(network(), source, ArraySink(2, (30, 10)), tile=10)
    assert threading.get_ident() not in source.threads


def test_a_sink_that_fails_stops_the_job():
    class Full(ArraySink):
        def write(self, window, values):
            raise DataError("the disk is full; go on with the same command")

    with pytest.raises(DataError, match="the disk is full"):
        tiled(network(), ArraySource(np.zeros((1, 30, 10), np.float32)), Full(2, (30, 10)), tile=10)


def test_means_of_the_whole_image_are_gathered_once(tmp_path, rng):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), SqueezeExcite(PLANE, 4, 2), nn.Conv2d(4, 1, 3)).eval()
    pixels = rng.normal(size=(1, 20, 20)).astype(np.float32)
    counts = []
    for _ in range(2):

        class Counting(ArraySource):
            windows = 0

            def read(self, window):
                type(self).windows += 1
                return super().read(window)

        sink = ArraySink(1, (16, 16))
        tiled(net, Counting(pixels), sink, tile=8, moments=tmp_path / "moments")
        counts.append(Counting.windows)
    assert counts == [8, 4]
    np.testing.assert_allclose(sink.pixels, whole_of(net, torch.from_numpy(pixels)), atol=1e-6)


MEMORY = """
import sys
from pathlib import Path
import numpy as np, torch
from torch import nn
from svertka.inference import tiled
from svertka.data.windows import created, opened
torch.set_num_threads(1)
net = nn.Sequential(nn.Conv2d(1, 24, 3), nn.Conv2d(24, 24, 3, 2), nn.Upsample(scale_factor=2), nn.Conv2d(24, 2, 3))
sizes, memory = (4092, 4092), int(sys.argv[1])
source = opened(Path("in.npy"))
def place(name, sizes):
    return created(Path(name), channels=2, sizes=sizes, dtype=np.float32, tile=(512, 512))
warm = place("warm.npy", (60, 60))
from svertka.inference.tiles import ArraySource
tiled(net, ArraySource(np.zeros((1, 64, 64), np.uint8)), warm)
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
before = peak()
tiled(net, source, place("out.npy", sizes), memory=memory * 2**20)
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells the peak of a process")
def test_memory_stays_within_what_was_allowed(tmp_path):
    """The image is 4096x4096; the first layer alone makes 1.6 GB of it."""
    np.save(tmp_path / "in.npy", np.zeros((4096, 4096), np.uint8))
    (tmp_path / "job.py").write_text(MEMORY)
    words = [sys.executable, "job.py", "200"]
    grown = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True, env=os.environ)
    assert int(grown.stdout) < 200 * 1024


def test_a_network_of_the_zoo_takes_its_preprocessing(rng):
    net = build("fcn1s_resnet20").eval()
    pixels = rng.normal(size=(3, 50, 40)).astype(np.float32)
    sink = ArraySink(21, (50, 40))
    tiled(net, ArraySource(pixels), sink, tile=16)
    np.testing.assert_allclose(sink.pixels, whole_of(net, torch.from_numpy(pixels)), atol=1e-5)
