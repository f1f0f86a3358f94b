import inspect

import pytest

import svertka
from svertka import errors

FAMILY = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.SvertkaError)]


@pytest.mark.parametrize("kind", FAMILY, ids=lambda kind: kind.__name__)
def test_the_tree_in_the_docstring_is_the_tree(kind):
    if kind is not errors.SvertkaError:
        builtin = kind.__bases__[1].__name__
        assert any(kind.__name__ in line and f"({builtin})" in line for line in errors.__doc__.splitlines())


def test_one_name_catches_them_all():
    with pytest.raises(svertka.SvertkaError):
        svertka.build("nothing of the kind")


@pytest.mark.parametrize(
    ("name", "hint"),
    [("resnet-18", "; did you mean 'resnet18'?"), ("qqq", "")],
)
def test_an_unknown_name_offers_the_nearest(name, hint):
    assert str(errors.UnknownName("network", name, ["resnet18", "lenet5"])) == f"no network is called {name!r}{hint}"


def test_a_missing_extra_says_how_to_get_it():
    text = str(errors.MissingExtra("sky.fits: FITS", "astropy", "science"))
    assert text == "sky.fits: FITS needs astropy, which is not installed; run: pip install 'svertka[science]'"


@pytest.mark.parametrize("kind", FAMILY, ids=lambda kind: kind.__name__)
def test_every_error_is_public(kind):
    assert getattr(svertka, kind.__name__) is kind
