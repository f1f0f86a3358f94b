import numpy as np

from reference.kinds import subject
from svertka.data.sets import open_data
from svertka.data.stores import OnDemand
from svertka.evaluation.gathering import Answers
from svertka.inference import Predictor
from svertka.runs import open_run


def test_batches_in_any_order_and_size_give_one_report(digits_run):
    predictor = Predictor.load(open_run(digits_run))
    data = open_data("digits")
    store = OnDemand(data.samples, predictor.preprocess)
    reports = []
    for cuts in ([np.arange(40)], [np.arange(25, 40), np.arange(7), np.arange(7, 25)]):
        gathering = Answers(predictor, data, store)
        for places in cuts:
            gathering.add(places, store.take(places))
        reports.append(gathering.found(subject()).report)
    one, other = reports
    assert one.accuracy == other.accuracy
    assert one.confusion == other.confusion
    assert sorted(row.name for row in one.worst) == sorted(row.name for row in other.worst)


def test_pictures_are_of_the_worst(digits_run):
    predictor = Predictor.load(open_run(digits_run))
    data = open_data("digits")
    store = OnDemand(data.samples, predictor.preprocess)
    gathering = Answers(predictor, data, store)
    gathering.add(np.arange(200), store.take(np.arange(200)))
    found = gathering.found(subject())
    assert [row for row, _ in found.drawn["worst"]] == found.report.worst
    assert all(picture.startswith("data:image/png") for _, picture in found.drawn["worst"])
