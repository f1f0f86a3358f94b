import numpy as np
import pytest

from svertka import ops
from svertka.data.spheres.grids import finite, kept, spectrum_for
from svertka.errors import DataError, ShapeError

X = np.random.default_rng(0).normal(size=(2, 3, 8, 8))


def test_spectra_have_no_more_degrees_than_there_are():
    np.testing.assert_allclose(spectrum_for(X, 9), ops.sphere_fft(X).reshape(6, 16))
    np.testing.assert_allclose(spectrum_for(X, 2), ops.sphere_fft(X, 2).reshape(6, 4))


@pytest.mark.parametrize("shape", [(8, 6), (7, 7), (8,), ()])
def test_grids_are_even_and_square(shape):
    with pytest.raises((ShapeError), match=r"should be \(\.\.\., 2b, 2b\)"):
        spectrum_for(np.zeros(shape), 3)


def test_whole_pixels_of_8_bits_are_rounded_and_cut():
    np.testing.assert_array_equal(kept(np.array([-3.0, 1.4, 1.6, 300.0]), np.dtype(np.uint8)), [0, 1, 2, 255])
    assert kept(X, np.dtype(np.uint8)).dtype == np.uint8
    assert {kept(X, np.dtype(kind)).dtype for kind in ("f4", "f8", "i2", "bool")} == {np.dtype(np.float32)}


def test_what_is_no_finite_number_is_refused():
    assert finite(X) is X
    with pytest.raises(DataError, match=r"2 of its pixels are NaN or infinite; put a value there first, as --fill 0"):
        finite(np.array([1, np.nan, np.inf]))
    with pytest.raises(DataError, match="holds real numbers, not complex128"):
        finite(np.array([1j]))
