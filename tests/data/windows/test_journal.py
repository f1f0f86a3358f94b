from concurrent.futures import ThreadPoolExecutor

import pytest

from svertka.data.windows.journal import Journal

WINDOWS = [(slice(n, n + 4), slice(0, 7)) for n in range(0, 80, 4)]


def test_what_is_marked_is_done_for_everybody(tmp_path):
    journal = Journal(tmp_path / "x.zarr")
    journal.begin({"a": 1})
    assert not any(map(journal.done, WINDOWS))
    journal.mark(WINDOWS[3])
    journal.mark(WINDOWS[3])
    other = Journal(tmp_path / "x.zarr")
    assert [other.done(window) for window in WINDOWS[2:5]] == [False, True, False]
    assert (other.finished(), list(other.windows()), other.facts()) == (28, [WINDOWS[3]], {"a": 1})


def test_beginning_anew_forgets(tmp_path):
    journal = Journal(tmp_path / "x.zarr")
    journal.begin({})
    journal.mark(WINDOWS[0])
    journal.begin({"b": 2})
    assert (journal.finished(), journal.facts()) == (0, {"b": 2})
    journal.end()
    assert list(tmp_path.iterdir()) == []
    assert journal.facts() is None


@pytest.mark.parametrize("window", [(slice(3, 5),), (slice(0, 2), slice(1, 9), slice(7, 8))])
def test_windows_of_any_rank_are_kept(tmp_path, window):
    journal = Journal(tmp_path / "x.npy")
    journal.begin({})
    journal.mark(window)
    assert list(journal.windows()) == [window]


def test_several_mark_at_once(tmp_path):
    Journal(tmp_path / "x.zarr").begin({})
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda window: Journal(tmp_path / "x.zarr").mark(window), WINDOWS * 3))
    assert Journal(tmp_path / "x.zarr").finished() == 80 * 7
