import numpy as np
import pytest

from svertka.data.windows import created, pieces

SHAPES = [(1, (97,)), (2, (97,)), (1, (37, 41)), (3, (37, 41)), (2, (5, 37, 41))]


@pytest.mark.parametrize(("channels", "sizes"), SHAPES)
@pytest.mark.parametrize("dtype", ["bool", "u1", "i8", "f4"])
def test_the_array_is_the_one_that_numpy_reads(tmp_path, rng, channels, sizes, dtype):
    values = rng.integers(0, 2, (channels, *sizes)).astype(dtype)
    windows = list(pieces(tuple(slice(0, size) for size in sizes), (16,) * len(sizes)))
    rng.shuffle(windows)
    with created(tmp_path / "x.npy", channels=channels, sizes=sizes, dtype=dtype, tile=(16,) * len(sizes)) as sink:
        for window in map(tuple, windows):
            sink.write(window, values[(slice(None), *window)])
            sink.mark(window)
    found = np.load(tmp_path / "x.npy")
    assert found.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(found, values[0] if channels == 1 else values)
