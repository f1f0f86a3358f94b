import numpy as np
import pytest
import torch

from reference.convolution import correlate
from svertka import LINE, PLANE, VOLUME, build


def halved(images):
    return images.reshape(*images.shape[:2], images.shape[2] // 2, 2, images.shape[3] // 2, 2).mean((3, 5))


def by_hand(network, images):
    """LeNet-5 in plain NumPy; a larger image is averaged before the decision."""
    w = {name: value.detach().numpy() for name, value in network.named_parameters()}
    c1 = halved(np.tanh(correlate(images, w["stem.0.weight"], w["stem.0.bias"])))
    c3 = halved(np.tanh(correlate(c1, w["body.0.weight"], w["body.0.bias"])))
    c5 = np.tanh(correlate(c3, w["body.3.weight"], w["body.3.bias"])).mean((2, 3))
    f6 = np.tanh(c5 @ w["head.2.weight"].T + w["head.2.bias"])
    return f6 @ w["head.4.weight"].T + w["head.4.bias"]


@pytest.mark.parametrize("size", [32, 36])
def test_it_is_the_network_of_the_paper(size, rng):
    network = build("lenet5", classes=10).double()
    images = rng.normal(size=(2, 1, size, size))
    np.testing.assert_allclose(
        network(torch.from_numpy(images)).detach().numpy(), by_hand(network, images), rtol=1e-9, atol=1e-12
    )


def test_its_layers_have_the_papers_sizes():
    """Figure 2: C1 6@28x28, S2 6@14x14, C3 16@10x10, S4 16@5x5, C5 120, F6 84; C5 has 48,120 parameters, F6 10,164."""
    network = build("lenet5")
    shapes = []
    for layer in [*network.stem, *network.body]:
        layer.register_forward_hook(lambda layer, inputs, out: shapes.append(tuple(out.shape[1:])))
    network(torch.zeros(1, 1, 32, 32))
    convolved = [(6, 28, 28), (16, 10, 10), (120, 1, 1)]
    assert [shapes[place] for place in (0, 3, 6)] == convolved
    assert [shapes[place] for place in (2, 5)] == [(6, 14, 14), (16, 5, 5)]
    fifth, sixth = network.body[3], network.head[2]
    assert [sum(value.numel() for value in layer.parameters()) for layer in (fifth, sixth)] == [48_120, 10_164]


@pytest.mark.parametrize("space", [LINE, PLANE, VOLUME], ids=str)
def test_it_lives_in_every_space(space):
    assert build("lenet5", channels=2, classes=3, space=space)(torch.zeros(1, 2, *[32] * space.rank)).shape == (1, 3)
