import json

import pytest

from svertka.data.sets import manifests, open_data
from svertka.errors import DataError, UnknownName
from svertka.settings import DataSettings


def written(folder, text, ending=".csv", encoding="utf-8"):
    (folder / f"table{ending}").write_bytes(text.encode(encoding))
    return folder / f"table{ending}"


def opened(folder, text, ending=".csv", **settings):
    return open_data(written(folder, text, ending), DataSettings(**settings))


def named(data):
    return [data.classes[place] for place in data.targets]


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("path,label\na.png,cat\nb.png,dog\n", ".csv"),
        ("path;label\na.png;cat\nb.png;dog\n", ".csv"),
        ("path\tlabel\na.png\tcat\nb.png\tdog\n", ".tsv"),
        ("path\tlabel\na.png\tcat\nb.png\tdog\n", ".csv"),
        ("label,File\ncat,a.png\ndog,b.png\n", ".csv"),
        ("somewhere,label\na.png,cat\nb.png,dog\n", ".csv"),
        ("\ufeffpath,label\r\na.png,cat\r\nb.png,dog", ".csv"),
        ('path,label\n\n"a.png","cat"\n\nb.png,dog\n', ".csv"),
        ('{"path": "a.png", "label": "cat"}\n\n{"label": "dog", "path": "b.png"}\n', ".jsonl"),
    ],
)
def test_tables_in_every_dress_say_the_same(tmp_path, text, ending):
    data = opened(tmp_path, text, ending)
    assert (named(data), data.name) == (["cat", "dog"], "table")
    assert [data.samples.place(place) for place in range(2)] == [str(tmp_path / "a.png"), str(tmp_path / "b.png")]


def test_names_may_hold_anything(tmp_path):
    data = opened(tmp_path, 'path,label\n"größe, 1.png","a, b"\nx y.png,日本\n')
    assert (data.samples.key(0), named(data)) == ("größe, 1.png", ["a, b", "日本"])


def test_a_line_separator_inside_json_separates_nothing(tmp_path):
    lines = [json.dumps({"path": "a.png", "label": label}, ensure_ascii=False) for label in ("a\u2028b", "c")]
    assert named(opened(tmp_path, "\n".join(lines), ".jsonl")) == ["a\u2028b", "c"]


def test_what_a_column_called_label_holds_is_a_class(tmp_path):
    assert named(opened(tmp_path, "path,Label\na.png,3\nb.png,10\n")) == ["3", "10"]
    assert named(opened(tmp_path, "\ufefflabel,path\n3,a.png\n10,b.png\n")) == ["3", "10"]
    assert named(opened(tmp_path, "path,colour\na.png,red\nb.png,blue\n")) == ["red", "blue"]


def test_other_numbers_are_numbers(tmp_path):
    data = opened(tmp_path, "path,mass,age\na.png,1.5,3\nb.png,-2e3,4\n")
    assert (data.columns, data.targets.tolist()) == (("mass", "age"), [[1.5, 3], [-2000, 4]])


def test_the_task_decides_where_it_is_said(tmp_path):
    assert named(opened(tmp_path, "path,n\na.png,3\nb.png,10\n", task="classify")) == ["3", "10"]
    assert opened(tmp_path, "path,label\na.png,3\nb.png,10\n", task="regress").targets.tolist() == [[3], [10]]


def test_columns_may_be_chosen(tmp_path):
    data = opened(tmp_path, "path,name of ship,mass,age\na.png,x,1,2\nb.png,y,3,4\n", target="age, mass")
    assert (data.columns, data.targets.tolist()) == (("age", "mass"), [[2, 1], [4, 3]])


def test_a_column_that_is_not_there_has_a_nearest_one(tmp_path):
    with pytest.raises(UnknownName, match="no column is called 'mas'; did you mean 'mass'"):
        opened(tmp_path, "path,mass\na.png,1\n", target="mas")


def test_a_column_may_say_the_part(tmp_path):
    data = opened(tmp_path, "path,label,Split\na.png,x,Train\nb.png,y,dev\nc.png,x,test\nd.png,y,validation\n")
    assert data.parts.tolist() == ["train", "val", "test", "val"]


def test_files_are_listed_whatever_else_a_table_says(tmp_path):
    path = written(tmp_path, f"path\na.png\nsub/b.png\n{tmp_path}/c.png\n")
    assert manifests.files(path) == [tmp_path / "a.png", tmp_path / "sub" / "b.png", tmp_path / "c.png"]


@pytest.mark.parametrize("ending", [".CSV", ".Tsv"])
def test_an_ending_may_be_written_large(tmp_path, ending):
    assert named(opened(tmp_path, "path\tlabel\na.png\tcat\nb.png\tdog\n", ending)) == ["cat", "dog"]


@pytest.mark.parametrize(
    ("text", "ending", "message"),
    [
        ("", ".csv", "has no rows"),
        ("path,label\n", ".csv", "has no rows"),
        ("\n \n", ".jsonl", "has no rows"),
        ("[1, 2]\n", ".jsonl", "has no rows"),
        ("path\na.png\n", ".csv", "has no column but path: wanted a path and a label, or numbers"),
        ("path,label\na.png\n", ".csv", "row 1 has other columns than the first"),
        ("path,label\na.png,cat\nb.png,dog,3\n", ".csv", "row 2 has other columns than the first"),
        ('{"path": "a", "label": 1}\n{"path": "b"}\n', ".jsonl", "row 2 has other columns than the first"),
        ('{"path": "a", "label": null}\n', ".jsonl", "row 1 has other columns than the first"),
        ('{"path": ', ".jsonl", "cannot be read as JSONL: Expecting value"),
        ("path,a,b\na.png,x,1\nb.png,2,3\n", ".csv", "columns a, b are not all numbers .*'x'.*choose with --target"),
        ("path,label,split\na.png,x,train\nb.png,y,holdout\n", ".csv", "'holdout' is no part; wanted train, val or te"),
        ("path,mass\na.png,1\nb.png,nan\n", ".csv", "1 targets are not finite numbers, the first that of .*b.png"),
        ("path,label\na.png,cat\nb.png,cat\n", ".csv", r"one class only \(cat\)"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, text, ending, message):
    with pytest.raises(DataError, match=rf"table\{ending}.*{message}"):
        opened(tmp_path, text, ending)


@pytest.mark.parametrize(
    "text", ["path,mass\na.png,1\nb.png,\n", "path,label\na.png,x\nb.png,\n", "path,label\n,x\nb.png,y\n"]
)
def test_an_empty_cell_is_neither_a_class_nor_a_path(tmp_path, text):
    with pytest.raises(DataError, match=r"table\.csv, row \d"):
        opened(tmp_path, text)


def test_a_column_given_twice_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"table\.csv.*label"):
        opened(tmp_path, "path,label,label\na.png,cat,dog\nb.png,dog,cat\n")


def test_another_encoding_is_named(tmp_path):
    with pytest.raises(DataError, match=r"table\.csv cannot be read as CSV: 'utf-8' codec can't decode"):
        open_data(written(tmp_path, "path,label\nö.png,ä\n", encoding="latin-1"))
