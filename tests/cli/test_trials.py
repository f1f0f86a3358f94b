"""Claims, told on the screen."""

import io
import json

import pytest
from rich.console import Console

from svertka.claims import Findings, Reproduced, claims
from svertka.cli.app import run
from svertka.cli.trials import listed, table_of_claims, told
from svertka.drawing import curves


def shown(what):
    file = io.StringIO()
    Console(file=file, width=300).print(what)
    return file.getvalue()


def test_every_claim_is_listed_with_the_data_it_needs():
    assert [each["name"] for each in listed()] == [claim.name for claim in claims()]
    lines = {line.split()[0]: line.split()[1] for line in shown(table_of_claims()).splitlines()[1:]}
    assert lines == {claim.name: claim.needs or "–" for claim in claims()}


def test_the_table_is_told_with_remarks_and_places(tmp_path):
    findings = Findings(
        ("network", "reached"), [("planar", 0.123456), ("other", None)], curves({"x": [1]}), {}, ("So.",)
    )
    lines = shown(told(Reproduced(tmp_path, findings, {}))).splitlines()
    assert [line.split() for line in lines[:3]] == [["network", "reached"], ["planar", "0.1235"], ["other", "–"]]
    assert any(line.split()[:2] == ["remark", "So."] for line in lines)
    assert lines[-1].split() == ["folder", str(tmp_path)]


def test_the_list_is_answered_in_json(capsys):
    assert run(["reproduce", "--list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == listed()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "reproduce wants the name of a claim; svertka reproduce --list lists them"),
        (["qm8"], 2, "did you mean 'qm7'?"),
        (["qm7", "out", "--size", "huge"], 2, "size"),
        (["qm7", "out", "--data", "nowhere"], 1, "there is no nowhere, where qm7 should be"),
    ],
)
def test_what_cannot_be_tried_is_said_in_one_line(words, code, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["reproduce", *words, "--quiet"]) == code
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert said in lines[0]
    assert list(tmp_path.iterdir()) == []
