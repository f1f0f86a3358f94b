import json
import logging
from shutil import copytree

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

import svertka
from svertka import DataError, RunError, SettingError, UnknownName, evaluate
from svertka.data.datasets import Origin, classified
from svertka.data.samples import Arrays
from svertka.runs import open_run


@pytest.fixture
def run(digits_run, tmp_path):
    """A run that may be written to."""
    return open_run(copytree(digits_run, tmp_path / "run"))


@pytest.fixture
def photographs(photos_run, tmp_path):
    return copytree(photos_run.parent / "photos", tmp_path / "copies")


def by_hand(run, part):
    """The accuracy on a part, from the split as it is written, by predicting each image."""
    images, truth = (load_digits().images / 16).astype(np.float32), load_digits().target
    places = [place for place, row in enumerate(open_run(run).split) if row.part == part]
    found = [each.label for each in svertka.predict(run, images[places])]
    return np.mean([int(label) == truth[place] for label, place in zip(found, places, strict=True)]), len(places)


@pytest.mark.parametrize("part", ["test", "val", "train"])
def test_accuracy_is_that_of_the_predictions(run, part):
    found = evaluate(run, part=part).report
    assert (found.accuracy, found.subject.samples) == (
        pytest.approx(by_hand(run.path, part)[0]),
        by_hand(run.path, part)[1],
    )
    assert found.subject.part == part


def test_training_ends_with_the_same_report_as_evaluating(run):
    at_the_end = json.loads((run.path / "report.json").read_text())
    again = evaluate(run).report.model_dump(mode="json")
    for report in (at_the_end, again):
        del report["subject"]["seconds"], report["subject"]["run"]
        report["worst"] = [mistake["name"] for mistake in report["worst"]]
        for rounded in ("loss", "ece", "reliability"):  # batches of another size round otherwise
            del report[rounded]
    assert again == at_the_end


def test_the_report_of_a_runs_own_data_replaces_its_report(run):
    (run.path / "report.json").unlink()
    found = evaluate(run)
    assert (found.json, found.html) == (run.path / "report.json", run.path / "report.html")
    assert json.loads(found.json.read_text())["accuracy"] == found.report.accuracy


def test_reports_of_other_data_stand_beside_it(photos_run, photographs, tmp_path):
    run = copytree(photos_run, tmp_path / "run")
    before = (run / "report.json").read_bytes()
    found = evaluate(run, photographs, part="all")
    assert found.json == run / "reports" / "copies" / "report.json"
    assert (run / "report.json").read_bytes() == before
    assert evaluate(run, photographs, out=tmp_path / "out ö", part="all").html == tmp_path / "out ö" / "report.html"


def test_progress_is_told_to_the_end(run):
    told = []
    evaluate(run, part="all", batch=500, progress=lambda done, total: told.append((done, total)))
    assert told == [(500, 1797), (1000, 1797), (1500, 1797), (1797, 1797)]


def test_images_that_cannot_be_read_are_named_or_left_out_and_counted(photos_run, photographs, tmp_path, caplog):
    (photographs / "red" / "0.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"red.0\.png"):
        evaluate(photos_run, photographs, out=tmp_path / "out", part="all")
    assert not (tmp_path / "out").exists()
    with caplog.at_level(logging.WARNING):
        found = evaluate(photos_run, photographs, out=tmp_path / "out", part="all", skip_bad=True).report
    assert (found.subject.samples, found.subject.skipped) == (59, 1)
    assert "1 images cannot be read and are left out; the first:" in caplog.text
    assert sum(row.samples for row in found.classes) == 59


def test_nothing_readable_is_said_in_one_line(photos_run, photographs, tmp_path):
    for path in photographs.rglob("*.png"):
        path.write_bytes(b"")
    with pytest.raises(DataError, match=r"none of the 60 images can be read; the first: .*\.png"):
        evaluate(photos_run, photographs, out=tmp_path, part="all", skip_bad=True)


def test_copies_of_training_images_under_other_names_are_pointed_out(photos_run, photographs, tmp_path, caplog):
    for path in list(photographs.rglob("*.png")):
        path.rename(path.with_name(f"copy of {path.name}"))
    with caplog.at_level(logging.WARNING):
        evaluate(photos_run, photographs, out=tmp_path / "out")
    trained = sum(row.part == "train" for row in open_run(photos_run).split)
    assert f"{trained} of these samples are equal, pixel by pixel, to samples the network was trained on" in caplog.text


def test_fewer_classes_than_the_network_knows_are_evaluated(photos_run, tmp_path, rng):
    for name, colour in (("red", (200, 50, 40)), ("blue", (40, 60, 200))):
        (tmp_path / "some" / name).mkdir(parents=True)
        for place in range(5):
            Image.new("RGB", (12, 12), colour).save(tmp_path / "some" / name / f"{place}.png")
    found = evaluate(photos_run, tmp_path / "some", out=tmp_path / "out").report
    assert [row.samples for row in found.classes] == [5, 0, 5]
    assert found.accuracy == 1


def test_numbers_have_a_report_of_their_own(tmp_path, rng):
    images = rng.random((80, 6, 6)).astype(np.float32) * rng.random((80, 1, 1)).astype(np.float32)
    np.savez(tmp_path / "sky.npz", x=images, y=np.stack([images.mean((1, 2)), 3 - images.mean((1, 2))], 1))
    svertka.train("linear", tmp_path / "sky.npz", tmp_path / "run", epochs=40, batch=8)
    report = evaluate(tmp_path / "run").report
    assert [column.name for column in report.columns] == ["target 0", "target 1"]
    assert all(column.r2 > 0.5 for column in report.columns)
    assert "data:image/svg+xml" in (tmp_path / "run" / "report.html").read_text()


def test_data_made_in_python_is_handed_over(digits_run, tmp_path, rng):
    images = (load_digits().images[:50] / 16).astype(np.float32)
    data = classified(Origin("mine", "", "arrays", Arrays({"x": images}, "NHW")), load_digits().target[:50])
    found = evaluate(digits_run, data, out=tmp_path, part="all").report
    labels = [int(each.label) for each in svertka.predict(digits_run, images)]
    assert found.accuracy == pytest.approx(np.mean(labels == load_digits().target[:50]))


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"parts": "test"}, UnknownName, "did you mean 'part'"),
        ({"part": "exam"}, SettingError, "setting part"),
        ({"batch": 0}, SettingError, "setting batch"),
    ],
)
def test_a_wrong_choice_is_named(run, changes, error, said):
    with pytest.raises(error, match=said):
        evaluate(run, **changes)


def test_what_is_no_run_and_what_cannot_be_written_to_are_named(run, tmp_path):
    with pytest.raises(RunError, match="is no run folder"):
        evaluate(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"cannot make the folder .*file.out"):
        evaluate(run, out=tmp_path / "file" / "out")
