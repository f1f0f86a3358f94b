import numpy as np
import pytest
from PIL import Image

from svertka.errors import DataError
from svertka.filtering import before_and_after
from svertka.filtering.showing import DETAIL, LONG


def saved(folder, name, pixels):
    if name.endswith(".npy"):
        np.save(folder / name, pixels)
    else:
        Image.fromarray(pixels).save(folder / name)
    return folder / name


def test_small_images_are_shown_as_they_are(tmp_path, rng):
    pixels = rng.integers(0, 256, (40, 60, 3), dtype=np.uint8)
    path = saved(tmp_path, "a.png", pixels)
    figure = before_and_after(path, path, "identity")
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["a.png", "a.png: identity"]
    np.testing.assert_allclose(figure.axes[0].images[0].get_array(), pixels / 255)


def test_large_ones_are_made_smaller_and_have_a_detail_where_most_is_to_see(tmp_path):
    pixels = np.full((2000, 3000), 100, np.uint8)
    pixels[1500:1540, 2400:2480] = 255
    path = saved(tmp_path, "a.npy", pixels)
    above, _, below, _ = before_and_after(path, path, "identity").axes
    assert max(above.images[0].get_array().shape) <= LONG
    assert below.images[0].get_array().shape == DETAIL
    left, right, bottom, top = below.images[0].get_extent()
    assert left <= 2400
    assert right >= 2480
    assert top <= 1500
    assert bottom >= 1540
    frame = above.patches[0]
    assert (frame.get_x(), frame.get_width(), frame.get_height()) == (left, DETAIL[1], DETAIL[0])


def test_a_large_image_is_shown_by_its_means(tmp_path, rng):
    pixels = rng.integers(0, 256, (2700, 900)).astype(np.float64)
    path = saved(tmp_path, "a.npy", pixels)
    shown = before_and_after(path, path, "identity").axes[0].images[0].get_array()
    means = pixels.reshape(900, 3, 300, 3).mean(axis=(1, 3))
    low, high = np.percentile(means, (0.5, 99.5))
    np.testing.assert_allclose(shown, ((means - low) / (high - low)).clip(0, 1), atol=1e-12)


def test_the_middle_page_of_a_volume_is_shown(tmp_path, rng):
    volume = rng.random((7, 20, 30))
    path = saved(tmp_path, "a.npy", volume)
    shown = np.asarray(before_and_after(path, path, "identity").axes[0].images[0].get_array())
    assert np.corrcoef(shown.ravel(), volume[3].ravel())[0, 1] > 0.99


def test_signals_are_not_drawn(tmp_path):
    path = saved(tmp_path, "a.npy", np.zeros(9))
    with pytest.raises(DataError, match=r"a\.npy holds a signal, and --show draws images"):
        before_and_after(path, path, "identity")
