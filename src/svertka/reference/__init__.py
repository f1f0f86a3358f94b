"""Every operator in plain NumPy, forward and backward by derived formulas: to be read, and to be trusted by tests.

A function `f(x, ...)` has its gradient in `f_backward(gradient, x, ...)`, which takes what `f` took, with
`gradient = ∂L/∂y` of some loss `L` before it, and gives `∂L/∂x`, and the like for each parameter. All is computed in
64-bit floats, whatever comes in; images are `(batch, channels, *sizes)`, with one, two, three or more axes of sizes.
"""

from svertka.reference.adaptive import (
    adaptive_average_pool,
    adaptive_average_pool_backward,
    adaptive_max_pool,
    adaptive_max_pool_backward,
    global_average_pool,
    global_average_pool_backward,
    global_max_pool,
    global_max_pool_backward,
)
from svertka.reference.convolution import ConvolutionGradients, convolve, convolve_backward
from svertka.reference.padding import BORDERS, pad, pad_backward
from svertka.reference.pooling import (
    average_pool,
    average_pool_backward,
    max_pool,
    max_pool_backward,
    power_pool,
    power_pool_backward,
)
from svertka.reference.transposed import convolve_transposed, convolve_transposed_backward

__all__ = [
    "BORDERS",
    "ConvolutionGradients",
    "adaptive_average_pool",
    "adaptive_average_pool_backward",
    "adaptive_max_pool",
    "adaptive_max_pool_backward",
    "average_pool",
    "average_pool_backward",
    "convolve",
    "convolve_backward",
    "convolve_transposed",
    "convolve_transposed_backward",
    "global_average_pool",
    "global_average_pool_backward",
    "global_max_pool",
    "global_max_pool_backward",
    "max_pool",
    "max_pool_backward",
    "pad",
    "pad_backward",
    "power_pool",
    "power_pool_backward",
]
