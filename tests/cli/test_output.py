import json
import logging

import pytest

from svertka.cli.output import Output, amount, facts, table, written


@pytest.mark.parametrize(
    ("count", "words"),
    [(7, "7"), (999, "999"), (1_000, "1 k"), (40_600_000, "40.6 M"), (1_814_000_000, "1.81 G"), (2e12, "2 T")],
)
def test_large_numbers_have_three_digits(count, words):
    assert amount(count) == words


@pytest.mark.parametrize(("value", "words"), [(1234567, "1,234,567"), (0.123456, "0.1235"), (True, "True"), ("a", "a")])
def test_values_are_written_as_people_read_them(value, words):
    assert written(value) == words


def test_a_program_gets_json_with_all_letters(capsys):
    Output(json_=True).answer({"name": "свёртка", "share": 0.25}, facts([]))
    out = capsys.readouterr().out
    assert json.loads(out) == {"name": "свёртка", "share": 0.25}
    assert "свёртка" in out


def test_numbers_that_json_does_not_know_are_refused():
    with pytest.raises(ValueError, match="Out of range float"):
        Output(json_=True).answer({"share": float("nan")}, facts([]))


def test_a_person_gets_a_table_whose_lines_are_never_cut(capsys):
    name = "a-very-long-name-" * 12
    Output().answer({}, table(["name", "size"], [[name, 12345]], texts="name"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "size"]
    assert lines[1].split() == [name, "12,345"]


@pytest.mark.parametrize(("quiet", "said"), [(False, "a note\na warning\n"), (True, "a warning\n")])
def test_notes_go_to_stderr_and_can_be_silenced(quiet, said, capsys):
    Output(quiet=quiet).console()
    logging.getLogger("svertka.some.room").info("a note")
    logging.getLogger("svertka.some.room").warning("a warning")
    assert capsys.readouterr() == ("", said)


def test_names_in_brackets_are_names(capsys):
    Output().console()
    logging.getLogger("svertka").warning("[red]/photo[1].png cannot be read")
    assert capsys.readouterr().err == "[red]/photo[1].png cannot be read\n"


@pytest.mark.parametrize("made", [facts([("way", "[red]")]), table(["way"], [["[red]"]], texts="way")])
def test_brackets_in_tables_are_brackets(capsys, made):
    """As in `pip install 'svertka[engines]'`."""
    Output().answer({}, made)
    assert "[red]" in capsys.readouterr().out
