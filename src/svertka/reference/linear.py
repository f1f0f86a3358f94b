"""The fully connected layer: every output sees every input."""

from typing import NamedTuple

from numpy.typing import ArrayLike

from svertka.errors import ShapeError
from svertka.reference.axes import Array, like, numbers
from svertka.reference.convolution import like_bias


class LinearGradients(NamedTuple):
    """How a loss changes with each input of a linear layer; each is shaped as that input."""

    x: Array
    weight: Array
    bias: Array


def linear(x: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None) -> Array:
    """`y = x Wᵀ + b`, for `x` of `(batch, in)`, `W` of `(out, in)` and `b` of `(out,)`.

    Raises:
        ShapeError: they do not fit together.
    """
    inputs, weights = _matched(x, weight)
    y = inputs @ weights.T
    return y if bias is None else y + like_bias(bias, len(weights))


def linear_backward(gradient: ArrayLike, x: ArrayLike, weight: ArrayLike) -> LinearGradients:
    """The gradients of `linear`.

    From `y[n, o] = Σ_i W[o, i] x[n, i] + b[o]`: `∂L/∂x[n, i] = Σ_o g[n, o] W[o, i]`, which is `g W`;
    `∂L/∂W[o, i] = Σ_n g[n, o] x[n, i]`, which is `gᵀ x`; and `∂L/∂b[o] = Σ_n g[n, o]`.
    """
    inputs, weights = _matched(x, weight)
    g = like(gradient, (len(inputs), len(weights)))
    return LinearGradients(x=g @ weights, weight=g.T @ inputs, bias=g.sum(axis=0))


def _matched(x: ArrayLike, weight: ArrayLike) -> tuple[Array, Array]:
    inputs, weights = numbers(x), numbers(weight)
    if inputs.ndim != 2 or weights.ndim != 2 or inputs.shape[1] != weights.shape[1]:
        raise ShapeError(
            f"a linear layer wants (batch, in) and a weight (out, in), not shapes {inputs.shape} and {weights.shape}"
        )
    return inputs, weights
