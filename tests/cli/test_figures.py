"""The main figures of reports, task by task."""

from svertka.cli.figures import figures

SUBJECT = {"samples": 1234, "data": "photos", "part": "test"}
ABOUT = ("tested on", "1,234 images of photos, test part")


def told(task, **report):
    return figures({"subject": SUBJECT, "task": task, **report})


def test_of_classes_the_accuracy_stands_beside_chance():
    assert told("classify", accuracy=0.5, interval=(0.4, 0.6), chance=0.125) == [
        ABOUT, ("accuracy", "0.5000 (95%: 0.4000 to 0.6000)"), ("by chance", "0.1250"),
    ]  # fmt: skip


def test_of_numbers_each_has_its_error():
    columns = [{"name": "mass", "rmse": 0.25, "deviation": 1.5}, {"name": "age", "rmse": 12345.6, "deviation": 2}]
    assert told("regress", columns=columns) == [
        ABOUT, ("mass RMSE", "0.25 (deviation 1.5)"), ("age RMSE", "1.235e+04 (deviation 2)"),
    ]  # fmt: skip


def test_a_forecast_stands_beside_its_baselines():
    baselines = [{"name": "the frame before", "rmse": 2}]
    assert told("forecast", rmse=1.5, baselines=baselines) == [ABOUT, ("RMSE", "1.5"), ("the frame before", "2")]


def test_a_class_that_never_occurs_has_a_dash():
    classes = [{"name": "cell", "dice": 0.75, "iou": 0.6}, {"name": "dust", "dice": None, "iou": None}]
    assert told("segment", dice=0.75, classes=classes)[1:] == [
        ("Dice, mean of images", "0.7500"), ("class cell", "Dice 0.7500, IoU 0.6000"), ("class dust", "Dice –, IoU –"),
    ]  # fmt: skip


def test_bits_of_sounds_stand_beside_those_without_a_network():
    (_, bits) = told("next", bits=4.5, uniform=8, frequencies=7)
    assert bits == ("bits a sample", "4.5 (without a network 8, by how often levels occur 7)")


def test_several_answers_stand_beside_what_each_is_worth_alone():
    doubt = {"measure": "mutual_information", "right": 0.1, "wrong": 0.25, "auroc": 0.75}
    together = {
        "passes": 20, "combine": "mean", "figure": "accuracy", "runs": [{"name": "a", "figure": 0.5}],
        "each_view": [{"name": "as it is", "figure": 0.25}, {"name": "middle", "figure": 0.5}], "uncertainty": [doubt],
    }  # fmt: skip
    assert told("regress", columns=[], together=together) == [
        ABOUT, ("passes an image", "20, combined by mean"), ("as it is alone", "accuracy 0.2500"),
        ("middle alone", "accuracy 0.5000"), ("mutual information", "right 0.1, wrong 0.25; AUROC 0.750"),
    ]  # fmt: skip
    doubt.update(wrong=None, auroc=None)
    assert told("regress", columns=[], together=together)[-1] == ("mutual information", "right 0.1")
