import pytest
import torch

import svertka
from svertka.engines import Conversion, Working

pytest.importorskip("llvmlite")

from svertka.engines.vectors import VECTORS


def started(network, images, **working):
    content = VECTORS.convert(Conversion(network, images))
    return VECTORS.start(content, network, Working(tuple(images.shape), **working))


@pytest.mark.parametrize("working", [{}, {"threads": 2}, {"threads": 2, "streams": 2}], ids=str)
def test_the_scores_are_the_networks(network, images, expected, working):
    scores = started(network, images, **working)
    torch.testing.assert_close(scores(images), expected, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(scores(images[:3]), expected[:3], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_100", "densenet121", "googlenet", "seresnet50", "vgg11_bn"])
def test_networks_of_the_zoo_give_their_own_scores(name):
    torch.manual_seed(0)
    network, images = svertka.build(name, classes=10).eval(), torch.randn(2, 3, 96, 96)
    with torch.inference_mode():
        expected = network(images)
    found = started(network, images, threads=2)(images)
    assert (found - expected).abs().max() < 1e-4 * expected.std()


def test_torch_keeps_its_threads(network, images):
    before = torch.get_num_threads()
    started(network, images, threads=2)(images)
    assert torch.get_num_threads() == before


def test_what_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr("svertka.engines.vectors.is_there", lambda: False)
    assert VECTORS.lacking() == "it needs llvmlite; run: pip install 'svertka[fast]'"
