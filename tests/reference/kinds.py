"""Values that many tests start from, with what matters to a test changed."""

import numpy as np

from svertka.data.preprocess import Preprocess
from svertka.data.samples import Arrays
from svertka.evaluation.reports import Subject

VALUES = np.array([[[0, 7], [7, 200]], [[0, 0], [200, 200]]], np.uint8)


def preprocess(**changes):
    """Grey 8-bit images of some size."""
    plain = {
        "colour": "rgb", "channels": 3, "model": "keep", "dtype": "uint8", "fill": None, "pages": "auto",
        "sizes": (8, 8), "resize": "cover", "scale": 255.0, "mean": (0.5, 0.4, 0.3), "deviation": (0.2, 0.1, 0.4),
    }  # fmt: skip
    return Preprocess(**plain | changes)


def subject(**changes):
    """What a report is about."""
    plain = {
        "run": "r", "network": "linear", "data": "d", "part": "test", "samples": 1234, "skipped": 0, "seconds": 1.0,
        "svertka": "0", "torch": "2",
    }  # fmt: skip
    return Subject(**plain | changes)


def masked(array=VALUES, axes="NHW"):
    """Masks as samples; by default two of 2x2 with the values 0, 7 and 200."""
    return Arrays({"masks": np.asarray(array)}, axes)
