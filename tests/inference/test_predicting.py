import numpy as np
import pytest

import svertka
from svertka.inference import Predictor, predictions
from svertka.runs import open_run
from svertka.settings import PredictSettings


def test_every_task_answers_in_its_own_way(digits_run, outlines_run, forecast_run, sounds_run):
    given = {
        digits_run: (np.zeros((8, 8), np.float32), "classify", None),
        outlines_run: (np.zeros((30, 20), np.uint8), "segment", (30, 20)),
        forecast_run: (np.zeros((12, 2, 6, 5), np.float32), "forecast", (2, 6, 5)),
        sounds_run: ("high", "next", (8000,)),
    }
    for run, (each, task, shape) in given.items():
        (found,) = svertka.predict(run, each)
        assert found.task == task
        assert (found.content if shape is None else found.content.shape) == shape
        assert found.document()["path"] == found.name


def test_predictions_come_one_by_one(outlines_run):
    images = (np.zeros((9, 9), np.uint8) for _ in iter(int, 1))  # without an end
    stream = predictions(Predictor.load(open_run(outlines_run)), images, PredictSettings())
    assert next(stream).content.shape == (9, 9)


def test_a_wrong_choice_is_named(digits_run):
    with pytest.raises(svertka.UnknownName, match="no setting is called 'step'; did you mean 'steps'"):
        svertka.predict(digits_run, np.zeros((8, 8)), step=3)
