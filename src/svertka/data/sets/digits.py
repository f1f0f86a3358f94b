"""The handwritten digits that come with scikit-learn: 1797 real images of 8x8, offline."""

import numpy as np

from svertka.data.datasets import DataSet, Origin, classified
from svertka.data.samples import Arrays
from svertka.data.sets.registry import NAMED


def digits() -> DataSet:
    """The test part of UCI's "Optical Recognition of Handwritten Digits", with values 0 to 16."""
    from sklearn.datasets import load_digits

    found = load_digits()
    images = (found.images / 16).astype(np.float32)
    samples = Arrays({"digits": images}, "NHW")
    return classified(Origin("digits", "digits", "scikit-learn's handwritten digits", samples), found.target)


NAMED["digits"] = digits
