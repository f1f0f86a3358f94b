from svertka.zoo import find
from svertka.zoo.accuracies import PAPERS, published
from svertka.zoo.published import TORCHVISION


def test_every_accuracy_is_of_a_network_and_has_its_source():
    for name, accuracy in published().items():
        assert find(name).name == name
        assert 40 < accuracy.percent < 90
        assert accuracy.source.startswith(("arXiv:", "torchvision"))


def test_papers_and_torchvision_do_not_contradict():
    assert not set(PAPERS) & set(TORCHVISION)


def test_error_rates_of_the_squeeze_and_excitation_paper():
    """Table 2 gives single-crop top-1 errors."""
    errors = {"seresnet50": 23.29, "seresnet101": 22.38, "seresnet152": 21.57, "seresnext50_32x4d": 21.10}
    assert {name: round(100 - published()[name].percent, 2) for name in errors} == errors
