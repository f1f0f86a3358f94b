import numpy as np
import pytest
import torch

from svertka import LINE, PLANE, VOLUME, build


@pytest.mark.parametrize(("space", "sizes"), [(LINE, (9,)), (PLANE, (4, 7)), (VOLUME, (3, 4, 5))], ids=str)
def test_scores_are_inner_products_with_an_image_of_weights(space, sizes, rng):
    network = build("linear", classes=6, channels=2, space=space, size=sizes).double()
    images = rng.normal(size=(5, 2, *sizes))
    weight, bias = (value.detach().numpy() for value in network.parameters())
    expected = images.reshape(5, -1) @ weight.reshape(6, -1).T + bias
    np.testing.assert_allclose(network(torch.from_numpy(images)).detach().numpy(), expected)


def test_it_learns_what_least_squares_learns(rng):
    """Trained to the end on the squared error, its weights are the solution of the normal equations."""
    images, truth = rng.normal(size=(60, 1, 3, 3)), rng.normal(size=(60, 2))
    network = build("linear", classes=2, size=3).double()
    optimiser = torch.optim.LBFGS(network.parameters(), max_iter=200, tolerance_grad=1e-12, tolerance_change=1e-16)

    def loss():
        optimiser.zero_grad()
        value = (network(torch.from_numpy(images)) - torch.from_numpy(truth)).square().mean()
        value.backward()
        return value

    optimiser.step(loss)
    design = np.hstack([images.reshape(60, -1), np.ones((60, 1))])
    solution = np.linalg.lstsq(design, truth, rcond=None)[0]
    weight, bias = (value.detach().numpy() for value in network.parameters())
    np.testing.assert_allclose(np.hstack([weight.reshape(2, -1), bias[:, None]]), solution.T, atol=1e-6)
