import numpy as np
import pytest

from svertka.data.windows.coordinates import carried

wcs = pytest.importorskip("astropy.wcs")
fits = pytest.importorskip("astropy.io.fits")

SKY = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 150.1, "CRVAL2": 2.2, "CRPIX1": 100.5, "CRPIX2": 80.25}
SPECTRUM = {"CTYPE3": "FREQ", "CRVAL3": 1.4e9, "CRPIX3": 3.0, "CDELT3": 1e6}
HEADERS = {
    "steps": {**SKY, "CDELT1": -2e-4, "CDELT2": 3e-4},
    "no steps": SKY,
    "turned": {**SKY, "CDELT1": -2e-4, "CDELT2": 3e-4, "CROTA2": 30.0},
    "PC": {**SKY, "CDELT1": -2e-4, "CDELT2": 3e-4, "PC1_1": 0.8, "PC1_2": -0.6, "PC2_1": 0.6, "PC2_2": 0.8},
    "part of PC": {**SKY, "CDELT1": -2e-4, "CDELT2": 3e-4, "PC1_2": -0.1},
    "CD": {**SKY, "CD1_1": -2e-4, "CD1_2": 3e-5, "CD2_1": 4e-5, "CD2_2": 2.5e-4},
    "part of CD": {**SKY, "CD1_1": -2e-4, "CD2_2": 2.5e-4},
}
BENT = {
    **HEADERS["CD"], "CTYPE1": "RA---TAN-SIP", "CTYPE2": "DEC--TAN-SIP", "A_ORDER": 2, "B_ORDER": 3, "A_2_0": 2e-5,
    "A_1_1": -1e-5, "A_0_2": 7e-6, "B_0_2": 3e-5, "B_2_1": 4e-8, "AP_ORDER": 2, "BP_ORDER": 2, "AP_2_0": -2e-5,
    "BP_0_2": -3e-5,
}  # fmt: skip
STEPS = [
    ((1, 1), (0, 0)),
    ((4, 4), (1.5, 1.5)),
    ((2, 3), (-7, 10.25)),
    ((1, 1), (30, 40)),
    ((0.5, 0.5), (-0.25, -0.25)),
]
ROWS, COLUMNS = np.array([0, 3, 11, 40.5, 59]), np.array([0, 50, 7, 13.25, 2])


def header(cards):
    return fits.Header({"NAXIS": 2, "NAXIS1": 200, "NAXIS2": 160, **cards})


def agree(cards, scale, offset, key=" "):
    """Pixels of the one lie on the sky where those of the other do."""
    before, after = header(cards), carried(header(cards), scale=scale, offset=offset)
    rows, columns = offset[0] + scale[0] * ROWS, offset[1] + scale[1] * COLUMNS
    wanted = wcs.WCS(before, key=key).all_pix2world(columns, rows, 0)
    found = wcs.WCS(after, key=key).all_pix2world(COLUMNS, ROWS, 0)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-10)


@pytest.mark.parametrize("cards", [*HEADERS.values(), BENT], ids=[*HEADERS, "SIP"])
@pytest.mark.parametrize(("scale", "offset"), STEPS)
def test_every_pixel_lies_on_the_sky_where_it_did(cards, scale, offset):
    agree(cards, scale, offset)


def unbent(cards, across, down):
    """Pixels, counted from the middle, of places on the plane of the sky: Shupe et al., equations 5 and 6."""
    both = [
        sum(value * across ** int(name[3]) * down ** int(name[5]) for name, value in cards.items() if name[:3] == which)
        for which in ("AP_", "BP_")
    ]
    return np.array([across + both[0], down + both[1]])


def test_the_way_back_to_pixels_is_bent_too():
    before = header(BENT)
    del before["AP_ORDER"], before["BP_ORDER"]
    after = carried(before, scale=(4, 2), offset=(1.5, 0.5))
    wanted = unbent(before, 2.0 * COLUMNS, 4.0 * ROWS)
    np.testing.assert_allclose(unbent(after, COLUMNS, ROWS) * [[2], [4]], wanted, rtol=1e-14)


def test_other_systems_move_along():
    cards = {**HEADERS["CD"], **{f"{name}B": value for name, value in HEADERS["PC"].items()}, "CRVAL1B": 10.0}
    agree(cards, (4, 4), (1.5, 1.5), key="B")
    agree(cards, (4, 4), (1.5, 1.5))


def test_classes_take_the_place_of_a_spectrum():
    cards = fits.Header({"WCSAXES": 3, **HEADERS["CD"], **SPECTRUM, "CD3_3": 1e6, "CUNIT3": "Hz", "OBJECT": "M 31"})
    found = carried(cards, scale=(1, 1), offset=(0, 0), channels=5)
    assert not [name for name in found if "3" in name]
    assert (found["WCSAXES"], found["OBJECT"]) == (2, "M 31")
    assert "CTYPE3" in carried(cards, scale=(1, 1), offset=(0, 0))


def test_a_volume_moves_along_its_spectrum():
    cards = fits.Header({**HEADERS["steps"], **SPECTRUM})
    found = wcs.WCS(carried(cards, scale=(2, 1, 1), offset=(0.5, 0, 0)))
    assert found.all_pix2world(3, 4, 5, 0)[2] == pytest.approx(1.4e9 + (0.5 + 2 * 5 - 2) * 1e6, rel=1e-14)


def test_a_header_without_coordinates_stays_as_it_is():
    cards = fits.Header({"OBJECT": "M 31", "EXPTIME": 30.0})
    assert carried(cards, scale=(2, 2), offset=(0.5, 0.5)) == cards
