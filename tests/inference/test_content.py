import numpy as np
import pytest
import torch

from svertka import SettingError
from svertka.inference import Predictor
from svertka.inference.content import content, mask, unused
from svertka.runs import open_run
from svertka.settings import PredictSettings


@pytest.fixture
def predictor(outlines_run):
    return Predictor.load(open_run(outlines_run), "cpu")


def named(predictor, *names):
    return Predictor(predictor.network, predictor.preprocess, names, predictor.facts, predictor.device)


def test_a_mask_holds_the_value_of_the_likeliest_class(predictor):
    made = content(predictor, PredictSettings())
    scores = torch.tensor([[[[0.0, 2.0]], [[1.0, -1.0]]]])
    assert made.of(scores).tolist() == [[[255, 0]]]
    assert (made.channels, made.dtype, made.gap) == (1, np.uint8, 254)


def test_probabilities_are_those_of_every_class(predictor):
    made = content(predictor, PredictSettings(scores=True))
    found = made.of(torch.log(torch.tensor([[[[1.0, 3.0]], [[3.0, 1.0]]]])))
    np.testing.assert_allclose(found, [[[0.25, 0.75]], [[0.75, 0.25]]], rtol=1e-6)
    assert (made.channels, made.dtype, found.dtype) == (2, np.float32, np.float32)
    assert np.isnan(made.gap)


def test_a_gap_is_no_class(predictor):
    assert mask(named(predictor, "0", "1"), skip_bad=True).gap == 255
    assert mask(named(predictor, "-1", "1"), skip_bad=True).gap == 2**31 - 1
    assert unused(np.arange(1, 256, dtype=np.uint8)) == 0


def test_where_all_numbers_are_classes_there_is_none_for_gaps(predictor):
    full = named(predictor, *map(str, range(256)))
    assert mask(full, skip_bad=False).dtype == np.uint8
    with pytest.raises(SettingError, match=r"--skip-bad needs a number for places without an answer, .* add --scores"):
        mask(full, skip_bad=True)


def test_other_tasks_are_refused(digits_run):
    with pytest.raises(SettingError, match=r"--tile is for networks that outline \(segment\).* trained to classify"):
        content(Predictor.load(open_run(digits_run), "cpu"), PredictSettings())
