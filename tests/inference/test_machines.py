import json
import os
import signal
import sys

import numpy as np
import pytest

from interrupting import Stop, stopping
from svertka import ClusterError, DataError, MissingExtra, SettingError
from svertka.cli.app import run
from svertka.data.windows import opened
from svertka.inference import Predictor, machines
from svertka.inference import cluster as cluster_jobs
from svertka.inference.large import predicted_in_tiles
from svertka.inference.machines import predicted_on_machines
from svertka.runs import open_run
from svertka.settings import PredictSettings

distributed = pytest.importorskip("distributed")
zarr = pytest.importorskip("zarr")
fits = pytest.importorskip("astropy.io.fits")
SIZES = (190, 250)
NOBODY = "tcp://127.0.0.1:1"


@pytest.fixture
def trained(outlines_run):
    source = open_run(outlines_run)
    return source, Predictor.load(source, "cpu")


@pytest.fixture
def picture(tmp_path, rng):
    """A plane with bright discs, in a FITS of 8 bits."""
    rows, columns = np.mgrid[: SIZES[0], : SIZES[1]]
    discs = (rows % 40 - 20) ** 2 + (columns % 50 - 20) ** 2 < 25
    pixels = (40 + 150 * discs + rng.integers(-20, 21, discs.shape)).astype(np.uint8)
    fits.writeto(tmp_path / "in.fits", pixels)
    return tmp_path / "in.fits"


def settings(**changes):
    return PredictSettings().but(**{"tile": "25", "device": "cpu", **changes})


def whole(place):
    with opened(place) as found:
        return found.read(tuple(slice(size) for size in found.sizes))


def test_the_answer_is_that_of_one_machine_though_a_worker_is_killed(cluster, trained, picture, tmp_path):
    chosen = settings(scores=True)
    alone = predicted_in_tiles(trained[1], picture, tmp_path / "alone.zarr", chosen)
    with distributed.Client(cluster, set_as_default=False) as client:
        pid = next(iter(client.run(os.getpid).values()))
    counts = []

    def watch(done, total):
        counts.append((done, total))
        if done == 20:
            os.kill(pid, signal.SIGKILL)

    many = predicted_on_machines(
        *trained, picture, tmp_path / "many.zarr", chosen.but(scheduler=cluster.scheduler_address), progress=watch
    )
    assert many == alone
    assert counts == [(number, 80) for number in range(81)]
    one, other = whole(tmp_path / "alone.zarr"), whole(tmp_path / "many.zarr")
    np.testing.assert_allclose(one.sum(0), 1, atol=1e-6)
    assert one.std() > 0
    np.testing.assert_array_equal(other, one)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone.zarr", "in.fits", "many.zarr"]
    with distributed.Client(cluster, set_as_default=False) as client:
        assert pid not in client.run(os.getpid).values()


def test_a_job_goes_on_from_one_machine_to_many_and_back(cluster, trained, picture, tmp_path):
    chosen, out = settings(), tmp_path / "out.zarr"
    many = chosen.but(scheduler=cluster.scheduler_address)
    with pytest.raises(Stop):
        predicted_in_tiles(trained[1], picture, out, chosen, progress=stopping(7))
    with pytest.raises(Stop):
        predicted_on_machines(*trained, picture, out, many.but(tile="90"), progress=stopping(30))
    done = predicted_in_tiles(trained[1], picture, out, chosen.but(tile="auto"))
    assert done.sides == (25, 25)
    assert 30 <= done.before < 80
    predicted_in_tiles(trained[1], picture, tmp_path / "alone.zarr", chosen)
    np.testing.assert_array_equal(whole(out), whole(tmp_path / "alone.zarr"))


def test_a_broken_tile_is_named_by_its_worker_and_can_be_left_out(cluster, trained, tmp_path, rng):
    """The network sees less than 100 places on each side, so the left half knows nothing of the last tile."""
    image = tmp_path / "in.zarr"
    array = zarr.create_array(image, shape=(40, 240), chunks=(40, 40), dtype=np.uint8)
    array[:] = rng.integers(1, 255, (40, 240), dtype=np.uint8)
    (image / "c" / "0" / "5").write_bytes(b"nonsense")
    many, out = settings(tile="80", scheduler=cluster.scheduler_address), tmp_path / "out.zarr"
    with pytest.raises(DataError, match=r"in.zarr, block \[0:40, 200:240\] cannot be read as Zarr: .*goes on from"):
        predicted_on_machines(*trained, image, out, many)
    done = predicted_on_machines(*trained, image, out, many.but(skip_bad=True))
    alone = predicted_in_tiles(trained[1], image, tmp_path / "alone.zarr", settings(tile="80", skip_bad=True))
    assert 0 < done.bad == alone.bad < 3
    found = whole(out)[0]
    np.testing.assert_array_equal(found, whole(tmp_path / "alone.zarr")[0])
    assert (found[:, 200:] == 254).all()  # no class of these masks
    assert set(np.unique(found[:, :100])) <= {0, 255}


def test_maps_of_patches_are_made_on_many_machines_too(cluster, convolutions_run, tmp_path, rng):
    source = open_run(convolutions_run)
    predictor = Predictor.load(source, "cpu")
    np.save(tmp_path / "in.npy", (rng.random((90, 120)) * 16).astype(predictor.preprocess.dtype))
    chosen = settings(tile="40", dense=True, scores=True)
    alone = predicted_in_tiles(predictor, tmp_path / "in.npy", tmp_path / "alone.zarr", chosen)
    many = chosen.but(scheduler=cluster.scheduler_address)
    assert predicted_on_machines(source, predictor, tmp_path / "in.npy", tmp_path / "many.zarr", many) == alone
    assert whole(tmp_path / "alone.zarr").std() > 0.01
    np.testing.assert_array_equal(whole(tmp_path / "many.zarr"), whole(tmp_path / "alone.zarr"))


def test_a_run_that_was_trained_anew_meanwhile_is_refused(trained, picture, tmp_path):
    other = json.dumps({"network": "another", "preprocessing": ""})
    share = machines.Share(trained[0].path, picture, tmp_path / "o.zarr", settings(), (25, 25), other)
    with pytest.raises(ClusterError, match="is another run on a worker; all machines need the same files"):
        machines.tile_of(share, (slice(0, 25), slice(0, 25)))


def test_the_command_says_what_was_done(cluster, outlines_run, picture, tmp_path, capsys):
    out = str(tmp_path / "mask.zarr")
    words = ["predict", str(outlines_run), str(picture), "--tile", "90", "--scheduler", cluster.scheduler_address]
    assert run([*words, "--out", out, "--json", "--device", "cpu"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "out": out, "tile": [90, 90], "tiles": 9, "before": 0, "unreadable": 0,
    }  # fmt: skip
    assert whole(tmp_path / "mask.zarr").shape == (1, *SIZES)


def refused(trained, picture, out, **changes):
    with pytest.raises((SettingError, ClusterError, MissingExtra)) as caught:
        predicted_on_machines(*trained, picture, picture.with_name(out), settings(scheduler=NOBODY, **changes))
    assert [path.name for path in picture.parent.iterdir()] == ["in.fits"]
    return str(caught.value)


def test_what_cannot_be_is_said_before_anything_is_written(trained, picture, monkeypatch):
    monkeypatch.setattr(cluster_jobs, "REACH", 0.5)
    assert "let the name end in .zarr, not as mask.tif" in refused(trained, picture, "mask.tif")
    assert refused(trained, picture, "mask.zarr").startswith(f"no Dask scheduler answers at {NOBODY}: start one by")
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "pip install 'svertka[cluster]'" in refused(trained, picture, "mask.zarr")
