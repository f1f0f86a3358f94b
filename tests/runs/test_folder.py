import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from svertka.errors import RunError
from svertka.runs import Asked, Run, check_free, free_name, is_run, new_run, open_run
from svertka.settings import TrainSettings

HOLD = """
import sys
from svertka.runs import open_run
with open_run(sys.argv[1]).alone():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def run(digits_run, tmp_path):
    """A trained run that may be spoilt."""
    return Run(Path(copytree(digits_run, tmp_path / "run äöü")))


def everything(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_run_tells_what_it_was_trained_on_and_for(digits_run):
    run = open_run(digits_run)
    assert (run.asked.variant, run.data, run.asked.settings.epochs) == ("linear", "digits", 3)
    assert (run.names, run.facts.outputs, run.preprocess.sizes) == (tuple("0123456789"), 10, (8, 8))
    assert [row["epoch"] for row in run.history] == [1, 2, 3]
    assert sum(row.part == "test" for row in run.split) == pytest.approx(0.2 * 1797, rel=0.02)
    assert run.network()(torch.zeros(1, 1, 8, 8)).shape == (1, 10)


def test_a_run_that_moved_is_the_same_run(digits_run, run):
    assert everything(run.path) == everything(digits_run)
    for name, value in open_run(digits_run).network().state_dict().items():
        torch.testing.assert_close(run.network().state_dict()[name], value, rtol=0, atol=0)


NAMES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(NAMES, min_size=2, max_size=5))
@settings(deadline=None, max_examples=50)
def test_class_names_survive_whatever_letters_they_have(digits_run, tmp_path_factory, names):
    run, trained = Run(tmp_path_factory.mktemp("named")), open_run(digits_run)
    run.write_facts(
        trained.facts.model_copy(update={"outputs": len(names), "names": len(names)}), trained.preprocess, names
    )
    assert run.names == tuple(names)


def test_a_class_folder_whose_name_is_no_utf8_survives(run):
    name = os.fsdecode(b"caf\xe9")
    run.write_facts(run.facts.model_copy(update={"outputs": 2, "names": 2}), run.preprocess, [name, "tea"])
    assert run.names == (name, "tea")


def test_names_of_numbers_have_a_file_of_their_own(digits_run, tmp_path):
    trained = open_run(digits_run)
    facts = trained.facts.model_copy(
        update={"outputs": 2, "names": 2, "target_mean": (0.0, 1.0), "target_deviation": (1.0, 2.0)}
    )
    Run(tmp_path).write_facts(facts, trained.preprocess, ["mass, kg", "é"])
    assert Run(tmp_path).names == ("mass, kg", "é")
    assert (tmp_path / "columns.txt").read_text(encoding="utf-8") == "mass, kg\né\n"


def test_what_was_asked_is_read_as_it_was_written(tmp_path):
    asked = Asked(variant="linear", data='C:\\my "fotos"\n äöü', settings=TrainSettings(rate="find", size="8x9"))
    Run(tmp_path).write_asked(asked)
    assert open_run(tmp_path).asked == asked


def test_a_run_made_in_python_asks_for_its_data(run):
    run.write_asked(Asked(variant="linear", data="", settings=TrainSettings()))
    with pytest.raises(RunError, match="trained on data made in Python; hand the data over"):
        _ = run.data


def test_a_state_comes_back_bit_by_bit(tmp_path):
    assert Run(tmp_path).state() is None
    Run(tmp_path).write_state({"step": 3, "weights": {"a": torch.tensor([0.1, float("nan")])}, "rng": [1, 2]})
    found = Run(tmp_path).state()
    assert (found["step"], found["rng"]) == (3, [1, 2])
    torch.testing.assert_close(found["weights"]["a"], torch.tensor([0.1, float("nan")]), equal_nan=True, rtol=0, atol=0)


@pytest.mark.parametrize("content", [b"", b"half", b"\x80\x02}q\x00."])
def test_a_broken_state_is_named(run, content):
    (run.path / "state.pt").write_bytes(content)
    with pytest.raises(RunError, match=r"state\.pt is damaged, so this training cannot go on"):
        _ = run.state()["step"]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_state_cut_short_is_named(tmp_path, share):
    Run(tmp_path).write_state({"weights": torch.ones(1000)})
    raw = (tmp_path / "state.pt").read_bytes()
    (tmp_path / "state.pt").write_bytes(raw[: int(share * len(raw))])
    with pytest.raises(RunError, match=r"state\.pt is damaged"):
        Run(tmp_path).state()


def test_rates_and_figures_are_tables(tmp_path):
    assert Run(tmp_path).history == []
    Run(tmp_path).write_rates([])
    Run(tmp_path).write_history([{"epoch": 1, "val_loss": 0.25}, {"epoch": 2, "val_loss": float("nan")}])
    Run(tmp_path).write_rates([(1e-5, 2.5), (0.1, 1.0)])
    assert Run(tmp_path).history[0] == {"epoch": 1, "val_loss": 0.25}
    assert (tmp_path / "rates.csv").read_text() == "rate,loss\n1e-05,2.5\n0.1,1\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("settings.toml", "variant = ", "is damaged"),
        ("settings.toml", 'variant = "linear"\ndata = "digits"\n', "is damaged: settings: Field required"),
        ("settings.toml", 'data = "d"\nvariant = "linear"\n[settings]\nepochs = 0\n', "settings.epochs"),
        ("network.json", "{}", "is damaged: variant: Field required"),
        ("network.json", "[1", "is damaged"),
        ("preprocess.json", "", "is damaged"),
        ("report.json", "{", "is damaged"),
        ("history.csv", "epoch,val_loss\n1,many\n", "is damaged: could not convert"),
        ("history.csv", "epoch,val_loss\n1\n", "is damaged"),
        ("classes.txt", b"\xff\xfe\x00", "is damaged"),
    ],
)
def test_a_damaged_file_is_named(run, name, content, said):
    (run.path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(RunError, match=rf"{name} .*{said}" if said.startswith("is") else rf"{name}.*{said}"):
        _ = (run.asked, run.facts, run.preprocess, run.names, run.history, run.report)


@pytest.mark.parametrize("name", ["network.json", "preprocess.json", "classes.txt", "weights.safetensors", "split.csv"])
def test_a_missing_file_is_named(run, name):
    (run.path / name).unlink()
    with pytest.raises(RunError, match=name):
        _ = (run.network(), run.preprocess, run.names, run.split)


def test_weights_of_another_network_do_not_fit(run):
    run.write_weights({"other.weight": torch.ones(2)})
    with pytest.raises(RunError, match=r"weights\.safetensors does not fit network\.json"):
        run.network()


def test_a_list_of_classes_that_lost_a_line_is_noticed(run):
    (run.path / "classes.txt").write_text("0\n1\n2\n")
    with pytest.raises(RunError, match=r"classes\.txt"):
        _ = run.names


def test_first_weights_come_back_where_there_are_some(run):
    assert run.start() is None
    run.write_start(None)
    assert run.start() is None
    weights = run.network().state_dict()
    run.write_start(weights)
    assert run.start().keys() == weights.keys()
    assert all(torch.equal(run.start()[name], value) for name, value in weights.items())


def test_what_became_of_layers_is_read_as_it_was_written(run):
    assert run.factoring is None
    run.write_factoring({"layers": [{"name": "body.0", "error": 0.1 + 0.2}]})
    assert run.factoring == {"layers": [{"name": "body.0", "error": 0.1 + 0.2}]}


def test_a_run_is_told_from_any_other_folder(run, tmp_path):
    assert is_run(run.path)
    assert not is_run(tmp_path)


def test_clearing_removes_what_a_run_wrote_and_nothing_else(run):
    (run.path / "notes.txt").write_text("mine")
    (run.path / "my pictures").mkdir()
    (run.path / ".state.pt.part").write_text("half")
    (run.path / "reports" / "other").mkdir(parents=True)
    run.clear()
    assert {path.name for path in run.path.iterdir()} - {".lock"} == {"notes.txt", "my pictures"}


def test_a_run_is_not_replaced_unless_it_may_be(run):
    before = everything(run.path)
    with pytest.raises(RunError, match=r"holds a run already; go on with svertka resume, or .* --overwrite"):
        new_run(run.path, overwrite=False)
    assert new_run(run.path, overwrite=True) == run
    assert everything(run.path) == before


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_is_no_run_is_never_replaced(tmp_path, overwrite):
    (tmp_path / "thesis.tex").write_text("")
    for path in (tmp_path, tmp_path / "thesis.tex"):
        with pytest.raises(RunError, match="is there already and is no run; choose another folder"):
            check_free(path, overwrite=overwrite)


def test_a_run_may_begin_in_an_empty_folder_or_far_below_one(tmp_path):
    assert new_run(tmp_path, overwrite=False).path == tmp_path
    assert new_run(tmp_path / "a" / "b c" / "ä", overwrite=False).path.is_dir()


def test_nothing_can_be_made_below_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"cannot make .*run: .*file is a file"):
        check_free(tmp_path / "file" / "deep" / "run", overwrite=False)


def test_a_folder_that_may_not_be_written_to_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    with pytest.raises(RunError, match=r"cannot make .*run: .* is not to be written to"):
        check_free(tmp_path / "run", overwrite=False)


def test_a_missing_a_foreign_and_an_unborn_run_are_told_apart(tmp_path):
    with pytest.raises(RunError, match=r"there is no run folder .*none"):
        open_run(tmp_path / "none")
    with pytest.raises(RunError, match=r"is no run folder: it has no settings\.toml"):
        open_run(tmp_path)
    (tmp_path / ".lock").touch()
    with pytest.raises(RunError, match=r"stopped before its training began; train again with --overwrite"):
        open_run(str(tmp_path))


def test_a_home_folder_is_understood(run, monkeypatch):
    monkeypatch.setenv("HOME", str(run.path.parent))
    assert open_run(f"~/{run.path.name}") == run


def test_names_that_are_taken_are_counted_up(tmp_path):
    for wanted in ("digits", "digits-2", "digits-3"):
        path = free_name(tmp_path, "digits")
        path.mkdir()
        assert path == tmp_path / wanted


def test_a_run_is_trained_by_one_process_alone_and_a_killed_one_lets_go(run):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, run.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RunError, match=r"another process is training in .*wait, or choose"), run.alone():
            pass
        other.kill()
    with run.alone():
        pass
    with run.alone():
        pass


def test_a_lock_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=r"cannot write into .*file.run"), Run(tmp_path / "file" / "run").alone():
        pass
