"""What every command promises: help for strangers, one JSON document, exit codes, and no more words than wanted."""

import csv
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys

import pytest

from svertka.cli.app import run

VERBS = [
    "train", "resume", "evaluate", "predict", "factor", "optimise", "export", "zoo", "cost", "filter", "reproduce",
    "data check",
]  # fmt: skip


def svertka(*words, **more):
    """One command in a process of its own."""
    return subprocess.run([sys.executable, "-m", "svertka", *map(str, words)], capture_output=True, text=True, **more)


@pytest.mark.parametrize("verb", VERBS)
def test_help_names_the_usage_and_every_flag_with_its_meaning(verb, capsys):
    assert run([*verb.split(), "--help"]) == 0
    said = capsys.readouterr().out
    assert f"svertka {verb}" in said
    assert "--json" in said
    assert "Answer with one JSON document" in said


def test_help_lists_every_verb(capsys):
    assert run(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(re.search(rf"^│? *{verb.split()[0]} ", said, re.MULTILINE) for verb in VERBS)


def test_help_does_not_wait_for_torch():
    code = "import sys; from svertka.cli.app import run; run(['--help']); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL).returncode == 0


def test_importing_svertka_loads_nothing():
    code = "import sys, svertka; sys.exit(any(name in sys.modules for name in ('torch', 'numpy', 'pydantic')))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_the_version_is_said(capsys):
    assert run(["--version"]) == 0
    assert re.fullmatch(r"svertka \d+\.\d+\.\d+, torch \d+\.\d+\S*\n", capsys.readouterr().out)


def answers(digits_run, photos_run, convolutions_run):
    photos = photos_run.parent / "photos"
    return [
        ["zoo"],
        ["cost", "resnet20"],
        ["cost", "lenet5", "--layers"],
        ["data", "check", photos],
        ["resume", digits_run],
        ["evaluate", digits_run],
        ["evaluate", photos_run, photos, "--part", "all"],
        ["predict", photos_run, photos / "red"],
        ["factor", convolutions_run, convolutions_run.parent / "cheap", "--overwrite"],
        ["optimise", convolutions_run, "--engines", "torch", "--images", "8"],
        ["optimise", convolutions_run, "--undo"],
        ["export", convolutions_run, convolutions_run.parent / "net.pt2", "--overwrite"],
        ["filter", "--list"],
        ["reproduce", "--list"],
        ["filter", "sobel", photos / "red" / "0.png", photos_run.parent / "edges.png", "--overwrite"],
    ]


def test_json_is_one_document_on_stdout(digits_run, photos_run, convolutions_run, capsys):
    for words in answers(digits_run, photos_run, convolutions_run):
        assert run([*map(str, words), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)


def test_what_is_printed_for_people_is_no_json(digits_run, photos_run, convolutions_run, capsys):
    for words in answers(digits_run, photos_run, convolutions_run):
        assert run([*map(str, words)]) == 0
        with pytest.raises(json.JSONDecodeError):
            json.loads(capsys.readouterr().out)


def test_train_by_itself_learns_digits_well(tmp_path):
    done = svertka("train", "--json", "--quiet", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer["run"] == "runs/lenet5-digits"
    assert answer["report"]["accuracy"] >= 0.97
    assert (tmp_path / "runs/lenet5-digits/report.html").is_file()


def test_notes_and_progress_go_to_stderr(tmp_path):
    done = svertka("train", "linear", "digits", tmp_path / "run", "--epochs", "2", "--json")
    assert json.loads(done.stdout)
    assert "epoch 2/2" in done.stderr
    assert "data: digits" in done.stderr


def test_settings_come_from_a_file_and_words_go_before_it(tmp_path, digits_run):
    config = digits_run / "settings.toml"
    assert run(["train", "linear", "digits", f"{tmp_path}/a", "--config", str(config), "--seed", "5", "--quiet"]) == 0
    settings = (tmp_path / "a" / "settings.toml").read_text()
    assert "epochs = 3" in settings  # as in the file
    assert "seed = 5" in settings  # as said


def test_predictions_are_csv_with_a_line_for_each_image(photos_run, capsys):
    assert run(["predict", str(photos_run), str(photos_run.parent / "photos"), "--top", "3"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 60
    assert list(rows[0]) == ["path", "class", "score", "class_2", "score_2", "class_3", "score_3"]
    assert all(abs(sum(float(row[f"score{n}"]) for n in ("", "_2", "_3")) - 1) < 1e-5 for row in rows)
    assert sum(f"/{row['class']}/" in row["path"] for row in rows) >= 57


def test_predictions_in_a_file_are_counted(photos_run, tmp_path, capsys):
    photos, out = str(photos_run.parent / "photos"), str(tmp_path / "all.csv")
    assert run(["predict", str(photos_run), photos, "--out", out, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"out": out, "images": 60}
    assert len((tmp_path / "all.csv").read_text().splitlines()) == 61


def test_a_reader_that_stops_early_is_no_failure(photos_run):
    command = f"{sys.executable} -m svertka predict {photos_run} {photos_run.parent}/photos | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_training_says_how_to_go_on_and_does(number, tmp_path):
    said = tmp_path / "said.txt"
    with said.open("w") as file:
        words = ["train", "linear", "digits", "run", "--epochs", "2000"]
        child = subprocess.Popen([sys.executable, "-m", "svertka", *words], stderr=file, stdout=file, cwd=tmp_path)
        while "epoch 2/" not in said.read_text():
            assert child.poll() is None
        child.send_signal(number)
        assert child.wait(timeout=60) == 130
    assert said.read_text().splitlines()[-1] == "svertka: interrupted; go on with: svertka resume run"
    assert "Traceback" not in said.read_text()
    _shorten(tmp_path / "run")
    assert svertka("resume", "run", cwd=tmp_path).returncode == 0


def _shorten(folder):
    """Let a training end a few epochs after where it stands."""
    epochs = len((folder / "history.csv").read_text().splitlines())
    settings = (folder / "settings.toml").read_text()
    (folder / "settings.toml").write_text(settings.replace("epochs = 2000", f"epochs = {epochs + 3}"))


def test_a_terminal_shows_a_live_bar(tmp_path):
    leader, follower = pty.openpty()
    words = ["train", "lenet5", "digits", "run", "--epochs", "3"]
    child = subprocess.Popen(
        [sys.executable, "-m", "svertka", *words], stderr=follower, stdout=subprocess.DEVNULL, cwd=tmp_path,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "140"},
    )  # fmt: skip
    os.close(follower)
    seen = _drained(leader)
    assert child.wait() == 0
    assert all(word in seen for word in ("images/s", "left", "val_accuracy"))
    assert "\x1b[?25h" in seen  # the cursor is given back


def _drained(leader):
    """All that a terminal is shown until the other end is closed."""
    seen = b""
    try:
        while piece := os.read(leader, 65536):
            seen += piece
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(leader)
    return seen.decode(errors="replace")
