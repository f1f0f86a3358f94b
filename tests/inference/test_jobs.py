import json
import os
import subprocess
import sys

import numpy as np
import pytest

from svertka import DataError
from svertka.inference import Predictor
from svertka.inference.jobs import Gaps, Record, about, alone
from svertka.runs import open_run
from svertka.settings import PredictSettings

HOLDING = """
import sys, time
from pathlib import Path
from svertka.inference.jobs import alone
with alone(Path("out.npy")):
    print("held", flush=True)
    time.sleep(600)
"""


def test_two_jobs_do_not_write_one_file_and_a_killed_one_lets_go(tmp_path):
    out = tmp_path / "out.npy"
    with subprocess.Popen([sys.executable, "-c", HOLDING], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(DataError, match=r"another job is writing .*out.npy; wait for it, or write to"), alone(out):
            pass
        with alone(tmp_path / "other.npy"):  # which is nobody's
            pass
        other.kill()
    with alone(out):
        pass
    assert not list(tmp_path.iterdir())


def test_the_lock_goes_with_a_job_that_fails(tmp_path):
    with pytest.raises(ZeroDivisionError), alone(tmp_path / "out.npy"):
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(DataError, match=r"cannot write .*out.npy: Permission denied"), alone(tmp_path / "out.npy"):
        pass


def test_gaps_are_counted_once_for_each_tile(tmp_path):
    gaps = Gaps(tmp_path / "out.npy")
    assert gaps.count() == 0
    for start in (0, 10, 10):
        gaps.note((slice(start, start + 10), slice(0, 7)), "block [3:4] is broken")
    assert Gaps(tmp_path / "out.npy").count() == 2
    gaps.end()
    assert gaps.count() == 0
    assert not list(tmp_path.iterdir())


def test_a_record_knows_its_job_and_its_tiles(tmp_path):
    record = Record(tmp_path / "out.npy", {"network": "a"})
    assert record.begun("auto", overwrite=False) == "auto"
    assert record.begun("40", overwrite=False) == 40
    record.keep((32, 48))
    assert record.begun("40", overwrite=False) == (32, 48)
    with pytest.raises(DataError, match=r"out.npy was begun with another network; begin anew with --overwrite"):
        Record(tmp_path / "out.npy", {"network": "b"}).begun("40", overwrite=False)
    assert Record(tmp_path / "out.npy", {"network": "b"}).begun("40", overwrite=True) == 40
    assert not list(tmp_path.iterdir())


def test_what_an_answer_depends_on_is_told_apart(outlines_run, tmp_path):
    predictor = Predictor.load(open_run(outlines_run), "cpu")
    np.save(tmp_path / "in.npy", np.zeros(3))
    first = about(predictor, tmp_path / "in.npy", PredictSettings())
    assert json.loads(json.dumps(first)) == first
    assert about(predictor, tmp_path / "in.npy", PredictSettings(memory=7, skip_bad=True)) == first
    assert about(predictor, tmp_path / "in.npy", PredictSettings(scores=True)) != first
    np.save(tmp_path / "in.npy", np.zeros(4))
    assert about(predictor, tmp_path / "in.npy", PredictSettings())["image"] != first["image"]


def test_an_image_that_is_not_there_is_named(outlines_run, tmp_path):
    predictor = Predictor.load(open_run(outlines_run), "cpu")
    for name in ("no.npy", "no.h5:pixels"):
        with pytest.raises(DataError, match=r"there is no file .*no\.(npy|h5)$"):
            about(predictor, tmp_path / name, PredictSettings())
