import os
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svertka.data.windows.laying import Laid, extended


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.integers(0, 2**32))
def test_windows_lie_where_they_belong(tmp_path_factory, shape, seed):
    rng = np.random.default_rng(seed)
    path = tmp_path_factory.mktemp("laid") / "x"
    wanted = np.zeros(shape, ">i2")
    path.write_bytes(b"head" + wanted.tobytes())
    with closing(Laid(path, 4, shape, wanted.dtype)) as laid:
        for number in range(1, 4):
            ends = [sorted(rng.choice(size + 1, 2, replace=False)) for size in shape]
            place = tuple(slice(int(low), int(high)) for low, high in ends)
            values = number * 1000 + np.arange(wanted[place].size, dtype=np.int16).reshape(wanted[place].shape)
            wanted[place] = values
            laid.put(place, values)
    assert path.read_bytes() == b"head" + wanted.tobytes()


def test_an_array_may_begin_further_on(tmp_path):
    (tmp_path / "x").write_bytes(bytes(12))
    laid = Laid(tmp_path / "x", 1, (2, 2), np.dtype("u1"))
    laid.put((slice(1, 2), slice(0, 1)), np.array([[7]], np.uint8), further=5)
    laid.settle()
    laid.close()
    assert list((tmp_path / "x").read_bytes()) == [0] * 8 + [7] + [0] * 3


@pytest.mark.skipif(os.name == "nt", reason="holes are another matter there")
def test_what_is_not_written_yet_takes_no_room(tmp_path):
    (tmp_path / "x").touch()
    extended(tmp_path / "x", 2**30)
    assert (tmp_path / "x").stat().st_size == 2**30
    assert (tmp_path / "x").stat().st_blocks * 512 < 2**20
