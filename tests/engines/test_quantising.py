"""Rounding to 8 bits."""

import numpy as np
import pytest
import torch

from svertka.engines.quantising import Reader, quantised

onnx = pytest.importorskip("onnx")


def test_images_are_handed_over_once_in_order():
    images = torch.randn(19, 1, 3)
    reader, found = Reader(images), []
    while (batch := reader.get_next()) is not None:
        found.append(batch["images"])
    assert np.array_equal(np.concatenate(found), images.numpy())
    assert reader.get_next() is None


def test_weights_are_bytes_whose_scales_are_those_of_their_channels(file, images):
    model = onnx.load_from_string(quantised(file, images))
    values = {each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer}
    weights = [each for each in values.values() if each.ndim == 4]
    plain = [
        onnx.numpy_helper.to_array(each)
        for each in onnx.load_from_string(file).graph.initializer
        if len(each.dims) == 4
    ]
    assert {each.dtype for each in weights} == {np.dtype("int8")}
    for exact in plain:
        (rounded,) = (each for each in weights if each.shape == exact.shape)
        scale = np.abs(exact).max(axis=(1, 2, 3), keepdims=True) / 127
        assert np.abs(rounded * scale - exact).max() <= 0.51 * scale.max()
