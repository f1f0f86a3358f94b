import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svertka.errors import RunError
from svertka.runs import Row, places, write
from svertka.runs.split import read_split, written

KEYS = st.lists(st.sampled_from("abcd"), max_size=12)


def rows(keys):
    return [Row(key, "train", "") for key in keys]


@pytest.mark.parametrize(
    "key", ["a.png", "a,b.png", 'say "x".png', "two\nlines", "ä ö.tif", "\udcff.png", "", " x ", "=1"]
)
def test_rows_are_read_as_they_were_written(tmp_path, key):
    table = [Row(key, "train", "00ff"), Row("last", "test", "")]
    write(tmp_path / "split.csv", written(table))
    assert read_split(tmp_path / "split.csv") == table


def test_the_file_is_a_table_that_any_program_reads():
    assert list(csv.DictReader(written([Row("a,b", "val", "12")]).splitlines())) == [
        {"key": "a,b", "part": "val", "digest": "12"}
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "missing or damaged"),
        ("name,part\na,train\n", "its columns are name, part"),
        ("key,part,digest\na,train\n", "missing or damaged"),
        ("key,part,digest\na,train,0,1\n", "missing or damaged"),
    ],
)
def test_a_damaged_table_is_named(tmp_path, content, said):
    (tmp_path / "split.csv").write_text(content)
    with pytest.raises(RunError, match=rf"split\.csv.*{said}"):
        read_split(tmp_path / "split.csv")


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(RunError, match=r"split\.csv is missing"):
        read_split(tmp_path / "split.csv")


def test_a_key_that_occurs_twice_is_met_in_order():
    assert places(rows("abaca"), "xaabay") == [1, 3, 2, None, 4]


@given(KEYS, KEYS)
@settings(deadline=None, max_examples=50)
def test_each_row_meets_the_first_place_that_is_still_free(wanted, keys):
    free, expected = list(enumerate(keys)), []
    for key in wanted:
        found = next((pair for pair in free if pair[1] == key), None)
        expected.append(found and found[0])
        free = [pair for pair in free if pair != found]
    assert places(rows(wanted), iter(keys)) == expected
