import pytest
import torch
from pydantic import ValidationError

from svertka.errors import UnknownName
from svertka.runs import Asked, Facts
from svertka.settings import TrainSettings


def facts(**changes):
    plain = {
        "variant": "resnet-20-small", "task": "classify", "outputs": 4, "channels": 3, "space": "plane",
        "sizes": (12, 16), "target_mean": (), "target_deviation": (), "svertka": "0.1", "torch": "2.11",
    }  # fmt: skip
    return Facts(**plain | changes)


@pytest.mark.parametrize(
    ("space", "sizes", "shape"),
    [("line", (32,), (2, 3, 32)), ("plane", (12, 16), (2, 3, 12, 16)), ("volume", (8, 8, 8), (2, 3, 8, 8, 8))],
)
def test_the_network_takes_the_images_it_is_made_for(space, sizes, shape):
    network = facts(variant="linear", space=space, sizes=sizes).build().eval()
    assert network(torch.zeros(shape)).shape == (2, 4)


def test_facts_survive_the_file():
    told = facts(outputs=2, target_mean=(0.1, 1e-30), target_deviation=(1 / 3, 2.0), task="regress")
    assert Facts.model_validate_json(told.model_dump_json()) == told


def test_a_network_is_built_with_its_factors_as_they_were_read():
    factors = {"body.0": {"kind": "spatial", "rank": 2}, "body.0.1": {"kind": "bottleneck", "rank": 1}}
    told = facts(variant="lenet5", sizes=(32, 32), channels=1, factors=factors)
    network = Facts.model_validate_json(told.model_dump_json()).build()
    kernels = [network.get_submodule(name).kernel_size for name in ("body.0.0", "body.0.1.0", "body.0.1.1")]
    assert kernels == [(5, 1), (1, 5), (1, 1)]


def test_facts_of_runs_from_before_factoring_are_read():
    plain = facts().model_dump()
    del plain["factors"]
    assert Facts(**plain).factors == {}


def test_a_network_that_nobody_knows_any_more_is_named():
    with pytest.raises(UnknownName, match=r"'resnet-21'; did you mean .*resnet"):
        facts(variant="resnet-21").build()


@pytest.mark.parametrize("changes", [{"sizes": "big"}, {"colour": "grey"}, {"outputs": None}])
def test_facts_of_the_wrong_kind_are_refused(changes):
    with pytest.raises(ValidationError, match=next(iter(changes))):
        facts(**changes)


def test_what_was_asked_cannot_be_changed():
    asked = Asked(variant="linear", data="digits", settings=TrainSettings(epochs=3))
    with pytest.raises(ValidationError, match="frozen"):
        asked.variant = "lenet-5"
