"""Every operator in plain NumPy, forward and backward by derived formulas: to be read, and to be trusted by tests.

A function `f(x, ...)` has its gradient in `f_backward(gradient, x, ...)`, which takes what `f` took, with
`gradient = ∂L/∂y` of some loss `L` before it, and gives `∂L/∂x`, and the like for each parameter. All is computed in
64-bit floats, whatever comes in; images are `(batch, channels, *sizes)`, with one, two, three or more axes of sizes.
"""

from svertka.reference.activations import (
    log_softmax,
    log_softmax_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
    tanh,
    tanh_backward,
)
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
from svertka.reference.batch_normalisation import (
    RunningStatistics,
    batch_norm,
    batch_norm_backward,
    batch_norm_running,
    batch_norm_running_backward,
    running_statistics,
)
from svertka.reference.convolution import (
    ConvolutionGradients,
    convolve,
    convolve_backward,
)
from svertka.reference.dropout import (
    alpha_dropout,
    alpha_dropout_backward,
    drop_channels,
    drop_elements,
    dropout,
    dropout_backward,
)
from svertka.reference.layer_normalisation import (
    group_norm,
    group_norm_backward,
    instance_norm,
    instance_norm_backward,
    layer_norm,
    layer_norm_backward,
)
from svertka.reference.linear import (
    LinearGradients,
    linear,
    linear_backward,
)
from svertka.reference.losses import (
    cross_entropy,
    cross_entropy_backward,
)
from svertka.reference.padding import (
    BORDERS,
    pad,
    pad_backward,
)
from svertka.reference.pooling import (
    average_pool,
    average_pool_backward,
    max_pool,
    max_pool_backward,
    power_pool,
    power_pool_backward,
)
from svertka.reference.response_normalisation import (
    local_response_norm,
    local_response_norm_backward,
)
from svertka.reference.rotations import (
    so3_analyse,
    so3_rotate,
    so3_synthesise,
)
from svertka.reference.sphere import (
    s2_analyse,
    s2_rotate,
    s2_synthesise,
)
from svertka.reference.sphere_correlation import (
    CorrelationGradients,
    s2_correlate,
    s2_correlate_backward,
    so3_correlate,
    so3_correlate_backward,
)
from svertka.reference.standardisation import (
    NormalisationGradients,
    standardise,
    standardise_backward,
)
from svertka.reference.transposed import (
    convolve_transposed,
    convolve_transposed_backward,
)
from svertka.reference.wigner import (
    spherical_harmonics,
    wigner_d,
    wigner_matrix,
)

__all__ = [
    "BORDERS",
    "ConvolutionGradients",
    "CorrelationGradients",
    "LinearGradients",
    "NormalisationGradients",
    "RunningStatistics",
    "adaptive_average_pool",
    "adaptive_average_pool_backward",
    "adaptive_max_pool",
    "adaptive_max_pool_backward",
    "alpha_dropout",
    "alpha_dropout_backward",
    "average_pool",
    "average_pool_backward",
    "batch_norm",
    "batch_norm_backward",
    "batch_norm_running",
    "batch_norm_running_backward",
    "convolve",
    "convolve_backward",
    "convolve_transposed",
    "convolve_transposed_backward",
    "cross_entropy",
    "cross_entropy_backward",
    "drop_channels",
    "drop_elements",
    "dropout",
    "dropout_backward",
    "global_average_pool",
    "global_average_pool_backward",
    "global_max_pool",
    "global_max_pool_backward",
    "group_norm",
    "group_norm_backward",
    "instance_norm",
    "instance_norm_backward",
    "layer_norm",
    "layer_norm_backward",
    "linear",
    "linear_backward",
    "local_response_norm",
    "local_response_norm_backward",
    "log_softmax",
    "log_softmax_backward",
    "max_pool",
    "max_pool_backward",
    "pad",
    "pad_backward",
    "power_pool",
    "power_pool_backward",
    "relu",
    "relu_backward",
    "running_statistics",
    "s2_analyse",
    "s2_correlate",
    "s2_correlate_backward",
    "s2_rotate",
    "s2_synthesise",
    "sigmoid",
    "sigmoid_backward",
    "so3_analyse",
    "so3_correlate",
    "so3_correlate_backward",
    "so3_rotate",
    "so3_synthesise",
    "softmax",
    "softmax_backward",
    "spherical_harmonics",
    "standardise",
    "standardise_backward",
    "tanh",
    "tanh_backward",
    "wigner_d",
    "wigner_matrix",
]
