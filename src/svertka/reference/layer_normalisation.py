"""Normalisations that look at one sample at a time: LayerNorm, GroupNorm and InstanceNorm."""

from numpy.typing import ArrayLike

from svertka.errors import ShapeError
from svertka.reference.axes import Array, batch_of_images, but_channels, channelwise, each, like, numbers
from svertka.reference.standardisation import (
    EPSILON,
    NormalisationGradients,
    parameter,
    standardise,
    standardise_backward,
)


def layer_norm(
    x: ArrayLike,
    scale: ArrayLike | None = None,
    shift: ArrayLike | None = None,
    *,
    axes: int = 1,
    epsilon: float = EPSILON,
) -> Array:
    """LayerNorm (Ba, Kiros and Hinton 2016, arXiv:1607.06450): `y = γ x̂ + β` over the last axes of each sample.

    Args:
        x: any shape.
        scale: `γ`, shaped as those axes; by default ones.
        shift: `β`, shaped as those axes; by default zeros.
        axes: how many axes from the end are normalised together.
        epsilon: added to the variance.

    Raises:
        ShapeError: fewer axes, or parameters of another shape.
        SettingError: no positive number of axes, or an epsilon that is not positive.
    """
    array, last = _last_axes(x, axes)
    gamma = parameter(scale, array.shape[-axes:], "scale", 1)
    beta = parameter(shift, array.shape[-axes:], "shift", 0)
    return gamma * standardise(array, last, epsilon=epsilon) + beta


def layer_norm_backward(
    gradient: ArrayLike, x: ArrayLike, scale: ArrayLike | None = None, *, axes: int = 1, epsilon: float = EPSILON
) -> NormalisationGradients:
    """The gradients of `layer_norm`.

    From `y = γ x̂ + β`, with a `γ` for each place of the last axes: `∂L/∂β = Σ g` and `∂L/∂γ = Σ g x̂` over all axes
    before them; `∂L/∂x̂ = γ g`, which `standardise_backward` takes to `x`.
    """
    array, last = _last_axes(x, axes)
    g = like(gradient, array.shape)
    gamma = parameter(scale, array.shape[-axes:], "scale", 1)
    before = tuple(range(array.ndim - axes))
    return NormalisationGradients(
        x=standardise_backward(gamma * g, array, last, epsilon=epsilon),
        scale=(g * standardise(array, last, epsilon=epsilon)).sum(axis=before),
        shift=g.sum(axis=before),
    )


def group_norm(
    x: ArrayLike,
    groups: int,
    scale: ArrayLike | None = None,
    shift: ArrayLike | None = None,
    *,
    epsilon: float = EPSILON,
) -> Array:
    """GroupNorm (Wu and He 2018, arXiv:1803.08494): `y = γ x̂ + β` over a group of channels of each sample.

    Args:
        x: `(batch, channels, *sizes)`.
        groups: into how many groups channels are shared out, in order.
        scale: `γ`, `(channels,)`; by default ones.
        shift: `β`, `(channels,)`; by default zeros.
        epsilon: added to the variance.

    Raises:
        ShapeError: channels that cannot be shared out so, or parameters of another shape.
        SettingError: no positive number of groups, or an epsilon that is not positive.
    """
    array = batch_of_images(x)
    gamma = channelwise(parameter(scale, array.shape[1:2], "scale", 1), array.ndim)
    beta = channelwise(parameter(shift, array.shape[1:2], "shift", 0), array.ndim)
    return gamma * _standard(array, groups, epsilon) + beta


def group_norm_backward(
    gradient: ArrayLike, x: ArrayLike, groups: int, scale: ArrayLike | None = None, *, epsilon: float = EPSILON
) -> NormalisationGradients:
    """The gradients of `group_norm`.

    From `y = γ x̂ + β`, with a `γ` for each channel: `∂L/∂β = Σ g` and `∂L/∂γ = Σ g x̂` over batch and places;
    `∂L/∂x̂ = γ g`, which `standardise_backward` takes to `x`, group by group.
    """
    array = batch_of_images(x)
    g = like(gradient, array.shape)
    gamma = channelwise(parameter(scale, array.shape[1:2], "scale", 1), array.ndim)
    of_groups = standardise_backward(
        _in_groups(gamma * g, groups), _in_groups(array, groups), (2,), epsilon=epsilon
    ).reshape(array.shape)
    return NormalisationGradients(
        x=of_groups,
        scale=(g * _standard(array, groups, epsilon)).sum(axis=but_channels(array.ndim)),
        shift=g.sum(axis=but_channels(array.ndim)),
    )


def instance_norm(
    x: ArrayLike, scale: ArrayLike | None = None, shift: ArrayLike | None = None, *, epsilon: float = EPSILON
) -> Array:
    """InstanceNorm (Ulyanov and others 2016, arXiv:1607.08022): a group for each channel of each sample."""
    return group_norm(x, batch_of_images(x).shape[1], scale, shift, epsilon=epsilon)


def instance_norm_backward(
    gradient: ArrayLike, x: ArrayLike, scale: ArrayLike | None = None, *, epsilon: float = EPSILON
) -> NormalisationGradients:
    """The gradients of `instance_norm`: those of `group_norm` with as many groups as channels."""
    return group_norm_backward(gradient, x, batch_of_images(x).shape[1], scale, epsilon=epsilon)


def _last_axes(x: ArrayLike, axes: int) -> tuple[Array, tuple[int, ...]]:
    array = numbers(x)
    each(axes, 1, "axes")
    if array.ndim < axes:
        raise ShapeError(f"LayerNorm over the last {axes} axes does not fit an array of shape {array.shape}")
    return array, tuple(range(-axes, 0))


def _in_groups(array: Array, groups: int) -> Array:
    """`(batch, groups, numbers of a group)`."""
    each(groups, 1, "groups")
    if array.shape[1] % groups:
        raise ShapeError(f"{array.shape[1]} channels cannot be shared out among {groups} groups")
    return array.reshape(len(array), groups, -1)


def _standard(array: Array, groups: int, epsilon: float) -> Array:
    return standardise(_in_groups(array, groups), (2,), epsilon=epsilon).reshape(array.shape)
