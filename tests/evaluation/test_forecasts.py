import json

import numpy as np
import pytest

import svertka
from svertka.evaluation.forecasts import course, error_map, rmse


def report(run):
    return json.loads((run / "report.json").read_text())


def test_baselines_are_those_of_the_definition(forecast_run):
    frames = np.load(forecast_run.parent / "tides.npy").astype(np.float64)
    test, found = frames[-24:], report(forecast_run)
    baselines = {row["name"]: row["rmse"] for row in found["baselines"]}

    def error(said):
        return np.sqrt(np.square(said - test).mean())

    assert baselines["the frame before"] == pytest.approx(error(frames[-25:-1]), rel=1e-5)
    assert baselines["12 frames before"] == pytest.approx(error(frames[-36:-12]), rel=1e-4, abs=1e-4)
    rows = [row.split(",") for row in (forecast_run / "split.csv").read_text().split()[1:]]
    training = [int(row[0].partition("[")[2].rstrip("]")) for row in rows if row[1] == "train"]
    assert baselines["the mean"] == pytest.approx(error(frames[training].mean(axis=0)), rel=1e-5)
    phases = np.arange(240) % 12
    known = np.array(training)
    means = np.stack([frames[known[phases[known] == phase]].mean(axis=0) for phase in range(12)])
    assert baselines["the mean at this place in 12 frames"] == pytest.approx(
        error(means[phases[-24:]]), rel=1e-4, abs=1e-4
    )


def test_the_last_frames_are_for_the_test(forecast_run):
    rows = [row.split(",") for row in (forecast_run / "split.csv").read_text().split()[1:]]
    parts = [row[1] for row in rows]
    assert parts == ["train"] * parts.count("train") + ["val"] * parts.count("val") + ["test"] * 24
    assert rows[0][0] == "tides.npy:tides[12]"


def test_errors_are_in_the_frames_own_units(forecast_run):
    """Frame by frame, by forecasting one step from what came before."""
    frames = np.load(forecast_run.parent / "tides.npy")
    said = [svertka.predict(forecast_run, frames[:place])[0].content for place in range(216, 240)]
    assert report(forecast_run)["rmse"] == pytest.approx(np.sqrt(np.square(said - frames[216:]).mean()), rel=1e-4)
    assert report(forecast_run)["rmse"] < 5


def test_skill_is_the_share_of_the_error_that_is_gone(forecast_run):
    found = report(forecast_run)
    assert found["skill"] == pytest.approx(1 - found["rmse"] / found["baselines"][0]["rmse"])
    assert [row["rmse"] for row in found["baselines"]] == sorted(row["rmse"] for row in found["baselines"])


@pytest.mark.parametrize("sizes", [(7,), (5, 6), (3, 4, 5)])
def test_frames_of_every_rank_are_drawn(sizes, rng):
    values, truths = rng.normal(size=(2, 30, 2, *sizes))
    assert rmse(values, truths) == pytest.approx(np.linalg.norm(values - truths) / np.sqrt(values.size))
    for picture in (course(values, truths), error_map(values, truths)):
        assert picture.startswith("data:image/svg+xml;base64,")
