from math import pi

import numpy as np
import pytest

from svertka.errors import SettingError
from svertka.ops import convolve, convolve_each, gabor_bank, gabor_kernel
from svertka.ops.gabor import OCTAVE


def stripes(wavelength, orientation, shift=0.0, size=81):
    """A wave of amplitude 1 across a plane."""
    y, x = np.indices((size, size)) - size // 2
    theta = np.radians(orientation)
    return np.cos(2 * pi * (x * np.cos(theta) + y * np.sin(theta)) / wavelength + shift)


@pytest.mark.parametrize("orientation", [0, 30, 90, 135])
@pytest.mark.parametrize("phase", [0, 90])
def test_the_formula_is_opencvs(orientation, phase):
    cv2 = pytest.importorskip("cv2")
    ours = gabor_kernel(8, orientation, deviation=4, aspect=0.5, phase=phase, size=31, zero_mean=False)
    # OpenCV turns the other way round, as its arrays are filled from the end.
    theirs = cv2.getGaborKernel((31, 31), 4, np.radians(orientation), 8, 0.5, np.radians(phase))[::-1, ::-1]
    np.testing.assert_allclose(ours / np.abs(ours).max(), theirs / np.abs(theirs).max(), atol=1e-12)


@pytest.mark.parametrize("orientation", [0, 22.5, 60, 90, 150])
@pytest.mark.parametrize("phase", [0, 90])
def test_it_answers_with_one_to_its_own_wave(orientation, phase):
    kernel = gabor_kernel(8, orientation, phase=phase)
    wave = stripes(8, orientation, np.radians(phase))
    assert convolve_each(wave, kernel)[40, 40] == pytest.approx(1, abs=1e-12)


def test_it_answers_most_to_stripes_of_its_own_direction_and_width():
    kernel = gabor_kernel(8, 45)
    by_angle = {
        angle: np.abs(convolve_each(stripes(8, angle), kernel)[30:50, 30:50]).max() for angle in range(0, 180, 15)
    }
    assert max(by_angle, key=by_angle.get) == 45
    assert by_angle[135] < 0.01
    by_width = {
        width: np.abs(convolve_each(stripes(width, 45), kernel)[30:50, 30:50]).max() for width in (3, 4, 8, 16, 24)
    }
    assert max(by_width, key=by_width.get) == 8


def test_the_bandwidth_is_an_octave():
    """Frequencies f₁ < f < f₂ with f₂ = 2 f₁ around 1/λ, where the answer is half: f₁ = 2/3, f₂ = 4/3 of 1/λ."""
    kernel = gabor_kernel(12, 0, zero_mean=False)
    for frequency in (2 / 3, 4 / 3):
        answer = np.abs(convolve_each(stripes(12 / frequency, 0, size=161), kernel)[70:90, 70:90]).max()
        assert answer == pytest.approx(0.5, abs=0.02)  # cut off at 3 deviations
    assert pytest.approx(0.5622, abs=1e-4) == OCTAVE


@pytest.mark.parametrize("phase", [0, 45, 90])
def test_an_even_grey_has_no_texture(phase):
    assert gabor_kernel(6, 20, phase=phase).sum() == pytest.approx(0, abs=1e-12)


def test_the_box_holds_the_bell_curve_in_every_direction():
    assert gabor_kernel(8, 0).shape == gabor_kernel(8, 90).shape[::-1]
    for orientation in range(0, 180, 10):
        kernel = np.abs(gabor_kernel(8, orientation, zero_mean=False))
        border = max(kernel[0].max(), kernel[-1].max(), kernel[:, 0].max(), kernel[:, -1].max())
        assert border < np.exp(-4.4) * kernel.max()  # e^(-3²/2) at 3 deviations, where the wave may be at its crest


def test_a_bank_is_the_weights_of_a_convolution():
    bank = gabor_bank((4, 8), 6)
    assert len(bank) == 12
    answers = convolve(stripes(8, 60)[None], bank[:, None], padding="same", border="reflect")[:, 40, 40]
    assert int(answers.argmax()) == 6 + 2  # the second wavelength, the third of six directions


def test_a_bank_holds_each_kernel_in_its_middle():
    bank, alone = gabor_bank((4, 8), 2), gabor_kernel(4, 0)
    rows, columns = ((bank.shape[1] - alone.shape[0]) // 2, (bank.shape[2] - alone.shape[1]) // 2)
    np.testing.assert_array_equal(bank[0][rows : rows + alone.shape[0], columns : columns + alone.shape[1]], alone)
    assert gabor_bank((4, 8), 4, size=31).shape == (8, 31, 31)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"wavelength": 1}, "wavelength should be 2 pixels or more, not 1"),
        ({"wavelength": np.nan}, "wavelength"),
        ({"aspect": 0}, "aspect should be above 0, not 0"),
        ({"deviation": -2}, "deviation of a Gabor kernel should be a number of pixels above 0, not -2"),
        ({"size": 8}, "should be odd and 3 or more, not 8"),
    ],
)
def test_numbers_out_of_range_are_refused(words, message):
    with pytest.raises(SettingError, match=message):
        gabor_kernel(**words)


def test_an_empty_bank_is_refused():
    with pytest.raises(SettingError, match="1 or more directions and wavelengths, not 0 and 3"):
        gabor_bank(orientations=0)
