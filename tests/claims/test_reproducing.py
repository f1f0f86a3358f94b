"""A claim, from its name to its folder."""

import json

import pytest

import svertka
from svertka import RunError, SettingError, TrainingError, UnknownName
from svertka.claims import Claim, Findings, listed
from svertka.drawing import curves

SEEN = []


def tried(work):
    SEEN.append(work)
    value = float("nan") if work.seed == 666 else 0.5
    return Findings(("what", "reached"), [("it", value)], curves({"x": [1, 2]}), {"epochs": 3}, ("So.",))


@pytest.fixture(autouse=True)
def known(monkeypatch):
    SEEN.clear()
    monkeypatch.setattr(listed, "CLAIMS", (Claim("toy-claim", "Toys work.", "Toymaker", "short", "long", tried),))


def test_the_folder_holds_table_picture_settings_and_versions(tmp_path):
    made = svertka.reproduce("toy-claim", tmp_path / "out", seed=3)
    assert {path.name for path in made.path.iterdir()} == {
        "table.csv", "table.md", "picture.png", "picture.svg", "claim.json"
    }  # fmt: skip
    about = json.loads((made.path / "claim.json").read_text())
    assert about == made.about
    assert (about["columns"], about["rows"], about["remarks"]) == (["what", "reached"], [["it", 0.5]], ["So."])
    assert about["settings"] == {"seed": 3, "epochs": 3}
    assert about["versions"]["svertka"] == svertka.__version__
    assert about["command"] == "svertka reproduce toy-claim --seed 3"
    assert about["seconds"] >= 0


def test_a_claim_is_told_its_size_its_data_its_seed_and_where_trainings_may_lie(tmp_path):
    svertka.reproduce("toy-claim", tmp_path / "out", size="full", data=tmp_path, seed=5)
    assert (SEEN[0].full, SEEN[0].data, SEEN[0].seed) == (True, tmp_path, 5)
    assert SEEN[0].folder == tmp_path / "out" / "runs"


def test_without_a_folder_it_is_named_after_claim_and_size(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert str(svertka.reproduce("toy-claim", size="full").path) == "claims/toy-claim-full"
    assert str(svertka.reproduce("toy-claim").path) == "claims/toy-claim-quick"


def test_unknown_names_and_sizes_are_refused_with_help(tmp_path):
    with pytest.raises(UnknownName, match=r"^no claim is called 'toy-clam'; did you mean 'toy-claim'\?$"):
        svertka.reproduce("toy-clam")
    with pytest.raises(SettingError, match="setting size should be 'quick' or 'full', not 'huge'"):
        svertka.reproduce("toy-claim", tmp_path / "out", size="huge")


def test_a_taken_folder_is_noticed_before_anything_is_computed(tmp_path):
    svertka.reproduce("toy-claim", tmp_path / "out")
    with pytest.raises(RunError, match="--overwrite"):
        svertka.reproduce("toy-claim", tmp_path / "out")
    assert len(SEEN) == 1
    svertka.reproduce("toy-claim", tmp_path / "out", overwrite=True)
    assert len(SEEN) == 2


def test_figures_that_are_not_finite_are_not_written(tmp_path):
    with pytest.raises(TrainingError, match="toy-claim should give finite figures"):
        svertka.reproduce("toy-claim", tmp_path / "out", seed=666)
    assert not (tmp_path / "out").exists()
