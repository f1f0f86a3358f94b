"""Functions of images: convolution in its forms, padding, its matrix, and what follows from them.

They take NumPy arrays or tensors, of any rank, and give back what they were given.
"""

from svertka.geometry import output_size, receptive_field
from svertka.ops.aligning import align
from svertka.ops.convolution import convolve, convolve_each
from svertka.ops.factoring import Separation, rank, ranks, separate
from svertka.ops.filters import Filter, custom_filter, gaussian
from svertka.ops.gabor import gabor_bank, gabor_kernel
from svertka.ops.kernel_text import parse_kernel
from svertka.ops.matrix import convolution_matrix, fold, unfold
from svertka.ops.named import FILTERS, filtered, kernel, named_filter
from svertka.ops.padding import BORDERS, pad
from svertka.ops.pairs import Pair, pair
from svertka.ops.sphere_correlation import rotation_correlate, sphere_correlate
from svertka.ops.sphere_rotating import rotate
from svertka.ops.sphere_sampling import power_spectrum, sample
from svertka.ops.sphere_spectra import harmonic_spectrum, real_spectrum
from svertka.ops.sphere_transforms import rotation_fft, rotation_ifft, sphere_fft, sphere_ifft
from svertka.ops.transposed import convolve_transposed

__all__ = [
    "BORDERS",
    "FILTERS",
    "Filter",
    "Pair",
    "Separation",
    "align",
    "convolution_matrix",
    "convolve",
    "convolve_each",
    "convolve_transposed",
    "custom_filter",
    "filtered",
    "fold",
    "gabor_bank",
    "gabor_kernel",
    "gaussian",
    "harmonic_spectrum",
    "kernel",
    "named_filter",
    "output_size",
    "pad",
    "pair",
    "parse_kernel",
    "power_spectrum",
    "rank",
    "ranks",
    "real_spectrum",
    "receptive_field",
    "rotate",
    "rotation_correlate",
    "rotation_fft",
    "rotation_ifft",
    "sample",
    "separate",
    "sphere_correlate",
    "sphere_fft",
    "sphere_ifft",
    "unfold",
]
