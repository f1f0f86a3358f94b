import pytest
import torch

from svertka.inference.tiles.calls import Call, Ref, Value, each, narrowed, only_image
from svertka.inference.tiles.rules import operation


def call(values, *args, **kwargs):
    return Call("conv1d", torch.conv1d, args, kwargs, values[-1], values)


def test_arguments_have_names_and_tensors_are_found_among_them():
    made = call([Value((1, 2, 9), (2,)), Value((2, 2, 3))], Ref(0), Ref(1), None, 2, padding=1)
    assert made.named("input", "weight", "bias", "stride") == {
        "input": Ref(0), "weight": Ref(1), "bias": None, "stride": 2, "padding": 1,
    }  # fmt: skip
    assert made.refs == [Ref(0), Ref(1)]
    assert made.images == [Ref(0)]


def test_a_call_is_made_with_tensors_for_references_and_on_another_device():
    made = Call("zeros", torch.zeros, ((2,),), {"device": torch.device("meta")}, Value((2,)), [])
    assert made.run(lambda ref: None, torch.device("cpu")).tolist() == [0, 0]


def test_an_image_in_another_order_of_axes_is_refused():
    made = call([Value((1, 9, 2), (1,)), Value((2, 2, 3))], Ref(0), Ref(1))
    with pytest.raises(ValueError, match="conv1d is given images in an order that is not"):
        only_image(made)
    with pytest.raises(ValueError, match="order"):
        operation(made)


def test_one_value_serves_for_all_axes():
    assert each(3, 2) == each((3,), 2) == (3, 3)
    assert each([1, 2], 2) == (1, 2)


def test_a_box_is_taken_out_of_a_larger_one():
    line = torch.arange(5, 12)
    assert narrowed(line, (0,), ((5, 12),), ((7, 9),)).tolist() == [7, 8]
