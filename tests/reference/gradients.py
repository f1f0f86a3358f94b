"""Three ways to check an operator and its gradients: against PyTorch, differences, and its matrix.

An operator is here a function of arrays, `forward(*inputs)`, with `backward(gradient, *inputs)` that gives the
gradient for each; its settings are bound already.
"""

import numpy as np
import torch


def several(found):
    """Gradients as a tuple, also where there is only one."""
    return found if isinstance(found, tuple) else (found,)


def agrees_with_torch(forward, backward, peer, *inputs, rng):
    """Values and gradients equal those of autograd through a function of tensors, to ten digits."""
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs]
    wanted = peer(*tensors)
    gradient = rng.standard_normal(wanted.shape)
    np.testing.assert_allclose(forward(*inputs), wanted.detach().numpy(), rtol=1e-10, atol=1e-11)
    expected = torch.autograd.grad(wanted, tensors, torch.as_tensor(gradient))
    for ours, theirs in zip(several(backward(gradient, *inputs)), expected, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-10, atol=1e-11)


def agrees_with_differences(forward, backward, *inputs, rng, step=1e-5):
    """`Σ ∇L · v` is the central difference of `L = g · f` along a random direction `v` of all inputs at once."""
    ways = [rng.standard_normal(np.shape(x)) for x in inputs]
    gradient = rng.standard_normal(np.shape(forward(*inputs)))

    def loss(t):
        return np.vdot(gradient, forward(*(x + t * way for x, way in zip(inputs, ways, strict=True))))

    slope = (loss(step) - loss(-step)) / (2 * step)
    found = several(backward(gradient, *inputs))
    assert [np.shape(one) for one in found] == [np.shape(x) for x in inputs]
    told = sum(np.vdot(one, way) for one, way in zip(found, ways, strict=True))
    np.testing.assert_allclose(told, slope, rtol=1e-6, atol=1e-7)


def matrix(forward, shape):
    """The matrix of a linear map of images `(channels, *sizes)`: its columns are the images of the unit vectors."""
    units = np.eye(int(np.prod(shape))).reshape(-1, *shape)
    return forward(units).reshape(len(units), -1).T


def agrees_with_its_matrix(forward, backward, shape, *, rng):
    """A linear map of a batch of images is `A x`, and its gradient is `Aᵀ g`."""
    a = matrix(forward, shape)
    x = rng.standard_normal((2, *shape))
    y = forward(x)
    gradient = rng.standard_normal(y.shape)
    np.testing.assert_allclose(y.reshape(2, -1), x.reshape(2, -1) @ a.T, rtol=1e-10, atol=1e-11)
    told = several(backward(gradient, x))[0].reshape(2, -1)
    np.testing.assert_allclose(told, gradient.reshape(2, -1) @ a, rtol=1e-10, atol=1e-11)
