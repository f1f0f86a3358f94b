import platform

import torch

from svertka.engines import machine


def test_the_marks_are_those_of_this_machine():
    marks = machine.traits(["numpy", "no-such-package"])
    assert marks["torch"] == torch.__version__.partition("+")[0] or marks["torch"] == torch.__version__
    assert marks["threads"] == str(torch.get_num_threads())
    assert marks["no-such-package"] == "none"
    assert marks["processor"]


def test_without_the_systems_list_the_processor_has_a_name_all_the_same(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "PROCESSORS", tmp_path / "none")
    assert machine.processor() == (platform.processor() or platform.machine())
    (tmp_path / "some").write_text("flags : a\nmodel name\t: Fast One\nmodel name\t: Fast One\n")
    monkeypatch.setattr(machine, "PROCESSORS", tmp_path / "some")
    assert machine.processor() == "Fast One"


def test_the_first_difference_is_told_in_words():
    assert machine.difference({"a": "1", "b": "2"}, {"a": "1", "b": "2", "c": "3"}) == ""
    assert machine.difference({"a": "1", "b": "2"}, {"a": "1", "b": "4"}) == "b 2 has become 4"
    assert machine.difference({"a": "1"}, {}) == "a 1 has become none"
