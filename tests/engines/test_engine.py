"""The interface, by an engine of one's own."""

import torch

from svertka.engines import Conversion, Engine, Working


def test_an_engine_is_a_row_of_functions(network, images, expected):
    def start(content, network, working):
        return lambda images: network(images) * int(content)

    doubling = Engine("doubling", ("float32",), (), lambda: "", lambda wanted: b"2", start)
    content = doubling.convert(Conversion(network, images))
    with torch.inference_mode():
        found = doubling.start(content, network, Working(tuple(images.shape)))(images)
    torch.testing.assert_close(found, 2 * expected)
    assert (doubling.bound, doubling.streaming, doubling.ending) == (False, False, "")
