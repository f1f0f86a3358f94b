"""Coordinates of the sky in the cards of FITS, for an image whose pixels are some of another's, or joined from them.

Calabretta and Greisen, Astronomy & Astrophysics 395 (2002) 1077, define the cards, and Shupe et al., ASP Conference
Series 347 (2005) 491, the polynomials of distortion (SIP). A header may hold several systems, with a letter for each.
"""

import re
from collections.abc import Sequence
from typing import Any

SYSTEM = re.compile(r"(?:CTYPE|CRVAL|CRPIX|CDELT)\d+([A-Z]?)|(?:CD|PC)\d+_\d+([A-Z]?)")
AXES = re.compile(
    r"(?:CTYPE|CUNIT|CRVAL|CRPIX|CDELT|CROTA|CNAME|CRDER|CSYER)(\d+)[A-Z]?"
    r"|(?:CD|PC)(\d+)_(\d+)[A-Z]?|P[VS](\d+)_\d+[A-Z]?"
)
SIP = re.compile(r"([AB])P?_(\d)_(\d)")


def carried(cards: Any, *, scale: Sequence[float], offset: Sequence[float], channels: int = 1) -> Any:
    """The header for an image whose pixel `i` lies, along each axis, where `offset + scale · i` lies in the other.

    Args:
        cards: the header of the other image.
        scale: along each axis, in the order of arrays (height before width).
        offset: in pixels of the other image, whose first has its middle at 0.
        channels: where there are several, they take the place of axes beyond those of space.
    """
    found = cards.copy()
    if channels > 1:
        _cut(found, len(scale))
    systems = sorted({match[1] or match[2] or "" for name in cards if (match := SYSTEM.fullmatch(name))})
    for axis, (step, shift) in enumerate(zip(scale[::-1], offset[::-1], strict=True), 1):
        if (step, shift) != (1, 0):
            for letter in systems:
                _move(found, axis, letter, step, shift)
    if len(scale) > 1:
        _bend(found, scale[-1], scale[-2])
    return found


def _move(cards: Any, axis: int, letter: str, step: float, shift: float) -> None:
    """Begin an axis of pixels elsewhere and widen its pixels, in one system."""
    point = f"CRPIX{axis}{letter}"
    cards[point] = (cards.get(point, 0.0) - 1 - shift) / step + 1
    if _named(cards, rf"CD\d+_\d+{letter}"):
        names = _named(cards, rf"CD\d+_{axis}{letter}")
    elif _named(cards, rf"PC\d+_\d+{letter}"):
        # What is not there of this matrix is that of the identity.
        cards.setdefault(f"PC{axis}_{axis}{letter}", 1.0)
        names = _named(cards, rf"PC\d+_{axis}{letter}")
    else:
        cards.setdefault(f"CDELT{axis}{letter}", 1.0)
        names = [f"CDELT{axis}{letter}"]
    for name in names:
        cards[name] *= step


def _named(cards: Any, pattern: str) -> list[str]:
    return [name for name in cards if re.fullmatch(pattern, name)]


def _bend(cards: Any, across: float, down: float) -> None:
    """Distortions, which are polynomials of pixels that give pixels."""
    for name in list(cards):
        if match := SIP.fullmatch(name):
            own = across if match[1] == "A" else down
            cards[name] *= across ** int(match[2]) * down ** int(match[3]) / own


def _cut(cards: Any, rank: int) -> None:
    """Leave out what is said of axes beyond these."""
    for name in list(cards):
        match = AXES.fullmatch(name)
        if match and any(int(number) > rank for number in match.groups() if number):
            cards.remove(name, remove_all=True)
    for name in list(cards):
        if re.fullmatch(r"WCSAXES[A-Z]?", name):
            cards[name] = min(cards[name], rank)
