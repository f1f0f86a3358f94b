import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from reference.resample import scaled
from svertka.data.resample import cover, cut, resampled

LENGTHS = st.integers(1, 24)


@given(st.integers(1, 3), st.data())
def test_floats_are_scaled_along_every_axis(rank, data):
    sizes, wanted = ([data.draw(LENGTHS) for _ in range(rank)] for _ in range(2))
    pixels = np.random.default_rng(0).normal(size=(2, *sizes)).astype(np.float32)
    found = resampled(pixels, wanted)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, scaled(pixels, wanted), atol=2e-5)


@pytest.mark.parametrize("sizes", [(31, 17), (7, 40), (64, 64), (1, 5)])
def test_eight_bits_are_pillows_bilinear_filter(rng, sizes):
    pixels = rng.integers(0, 256, (3, 29, 23)).astype(np.uint8)
    found = resampled(pixels, sizes)
    expected = np.asarray(Image.fromarray(pixels.transpose(1, 2, 0)).resize(sizes[::-1], Image.Resampling.BILINEAR))
    assert found.dtype == np.uint8
    assert np.abs(found.transpose(1, 2, 0).astype(int) - expected).max() <= 1


@pytest.mark.parametrize("sizes", [(3, 1), (5, 1), (1, 1), (1, 4)])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_a_side_of_one_pixel_is_no_exception(rng, sizes, dtype):
    """Torch's own scaling to a width of 1 gives other numbers, and for 8 bits stops with an internal error."""
    for height, width in ((2, 1), (2, 2), (1, 3), (7, 9)):
        pixels = rng.integers(0, 256, (2, height, width)).astype(dtype)
        np.testing.assert_allclose(
            resampled(pixels, sizes), scaled(pixels, sizes), atol=1.01 if dtype == "uint8" else 1e-3
        )


@pytest.mark.parametrize("rank", [1, 3])
def test_eight_bits_of_other_ranks_are_rounded(rng, rank):
    pixels = rng.integers(0, 256, (2, *[9] * rank)).astype(np.uint8)
    found = resampled(pixels, [6] * rank)
    assert found.dtype == np.uint8
    np.testing.assert_allclose(found, scaled(pixels, [6] * rank), atol=0.5 + 1e-3)


@pytest.mark.parametrize("dtype", [">u2", "int16", ">f8", "float16"])
def test_any_number_comes_out_as_single_precision(rng, dtype):
    pixels = rng.integers(0, 200, (1, 5, 5)).astype(dtype)
    found = resampled(pixels, (3, 4))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, scaled(pixels, (3, 4)), rtol=1e-5)


def test_views_and_read_only_arrays_may_be_scaled(rng):
    pixels = rng.random((6, 5, 3)).astype(np.float32)
    pixels.flags.writeable = False
    view = pixels.transpose(2, 1, 0)[:, ::-1]
    np.testing.assert_allclose(resampled(view, (4, 4)), scaled(view, (4, 4)), atol=1e-5)


def test_a_constant_stays_constant_and_a_mean_nearly_does(rng):
    np.testing.assert_allclose(resampled(np.full((1, 9, 7), 0.3, np.float32), (4, 20)), 0.3, rtol=1e-6)
    noise = rng.random((1, 64, 64)).astype(np.float32)
    assert resampled(noise, (32, 32)).mean() == pytest.approx(noise.mean(), rel=0.02)


def test_several_images_are_scaled_as_each_alone(rng):
    block = rng.random((4, 3, 8, 9)).astype(np.float32)
    np.testing.assert_allclose(resampled(block, (5, 5)), [resampled(image, (5, 5)) for image in block], rtol=1e-6)


@given(LENGTHS, LENGTHS)
def test_the_middle_is_cut_out_or_put_into_zeros(have, want):
    line = np.arange(1, have + 1)[None]
    found = cut(line, [want])[0].tolist()
    assert len(found) == want
    inner = [value for value in found if value]
    start = (have - want) // 2 if have > want else 0
    assert inner == list(range(start + 1, start + 1 + min(have, want)))
    before = next(place for place, value in enumerate(found) if value)
    assert before == max((want - have) // 2, 0)


def test_every_axis_is_cut_or_padded_for_itself():
    image = np.ones((2, 4, 3))
    assert cut(image, (2, 7)).shape == (2, 2, 7)
    assert cut(image, (2, 7)).sum() == 2 * 2 * 3
    assert cut(image, (4, 3)) is image


@given(st.lists(st.tuples(LENGTHS, LENGTHS), min_size=1, max_size=3))
def test_covering_sizes_keep_proportions_and_leave_nothing_bare(pairs):
    sizes, wanted = zip(*pairs, strict=True)
    found = cover(sizes, wanted)
    assert all(have >= want for have, want in zip(found, wanted, strict=True))
    assert any(have == want for have, want in zip(found, wanted, strict=True))
    scale = max(want / size for size, want in pairs)
    assert all(abs(have - size * scale) <= 0.5 + 1e-9 for have, size in zip(found, sizes, strict=True))
