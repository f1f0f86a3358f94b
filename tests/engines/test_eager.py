import pytest
import torch
from torch import nn

from svertka import SettingError, build
from svertka.engines import engine
from svertka.engines.eager import check_convertible, eager_layer
from svertka.engines.engine import Conversion


def test_layers_of_the_sphere_are_named():
    network = build("spherical_mnist")
    name, kind = eager_layer(network).split(" ")
    assert kind == "(SphereConv)"
    assert type(network.get_submodule(name)).__name__ == "SphereConv"


def test_ordinary_networks_have_no_such_layer():
    assert eager_layer(build("resnet18")) == ""
    check_convertible(nn.Conv2d(1, 1, 3))


@pytest.mark.parametrize("name", ["compile", "onnxruntime", "openvino"])
def test_no_engine_that_converts_tries(name):
    network = build("spherical_mnist").eval()
    with pytest.raises(
        SettingError, match=r"^layer .*\(SphereConv\) can be neither written nor compiled; only svertka"
    ):
        engine(name).convert(Conversion(network, torch.zeros(2, 1, 60, 60)))
