"""Functions of images: convolution in its forms, padding, its matrix, and what follows from them.

They take NumPy arrays or tensors, of any rank, and give back what they were given.
"""

from svertka.geometry import output_size, receptive_field
from svertka.ops.convolution import convolve, convolve_each
from svertka.ops.factoring import Separation, rank, ranks, separate
from svertka.ops.matrix import convolution_matrix, fold, unfold
from svertka.ops.padding import BORDERS, pad
from svertka.ops.transposed import convolve_transposed

__all__ = [
    "BORDERS",
    "Separation",
    "convolution_matrix",
    "convolve",
    "convolve_each",
    "convolve_transposed",
    "fold",
    "output_size",
    "pad",
    "rank",
    "ranks",
    "receptive_field",
    "separate",
    "unfold",
]
