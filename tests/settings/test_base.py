import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from svertka import SettingError, UnknownName
from svertka.settings import (
    EvaluateSettings,
    FactorSettings,
    FilterSettings,
    OptimiseSettings,
    PredictSettings,
    TrainSettings,
)

VERBS = [TrainSettings, EvaluateSettings, PredictSettings, FactorSettings, OptimiseSettings, FilterSettings]


@pytest.mark.parametrize("verb", VERBS)
def test_every_setting_has_a_line_of_help(verb):
    assert [name for name, field in verb.model_fields.items() if not (field.description or "").endswith(".")] == []


@pytest.mark.parametrize("verb", VERBS)
def test_settings_cannot_be_changed_in_place(verb):
    with pytest.raises(ValidationError, match="frozen"):
        setattr(verb(), next(iter(verb.model_fields)), 1)


def test_a_copy_has_the_changes_and_nothing_else():
    plain, other = TrainSettings(), TrainSettings().but(epochs=3, rate=0.1)
    assert (other.epochs, other.rate) == (3, 0.1)
    assert other.but(epochs=None, rate=None) == plain


@pytest.mark.parametrize("size", [96, "96", [96]])
def test_one_length_may_be_written_in_any_way(size):
    assert TrainSettings(size=size).size == "96"


@given(st.lists(st.integers(1, 999_999), min_size=1, max_size=3))
def test_lengths_for_each_axis_are_written_with_crosses(sizes):
    assert TrainSettings(size=tuple(sizes)).size == "x".join(map(str, sizes))


@pytest.mark.parametrize("size", ["0", "3x0", "-4", "big", "1x2x3x4", "4 x 4", "", "1.5"])
def test_what_is_no_size_is_refused_with_an_example(size):
    with pytest.raises(SettingError, match="setting size should be one length, or one for each axis, as 96 or 96x128"):
        TrainSettings().but(size=size)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("epochs", 0, "greater than or equal to 1"),
        ("epochs", 2.5, "integer"),
        ("rate", 0, "greater than 0"),
        ("rate", float("inf"), "finite"),
        ("rate", "quick", "find"),
        ("test", -1, "greater than or equal to 0"),
        ("decay", -1, "greater than or equal to 0"),
        ("rotation", 181, "less than or equal to 180"),
        ("optimiser", "sdg", "'sgd', 'adam' or 'adamw'"),
        ("seed", -1, "greater than or equal to 0"),
        ("device", "gpu", "pattern"),
        ("pages", "some", "pattern"),
    ],
)
def test_what_is_out_of_range_is_named_with_its_value(name, value, words):
    with pytest.raises(SettingError, match=f"^setting {name} ") as caught:
        TrainSettings().but(**{name: value})
    assert words in str(caught.value)
    assert str(caught.value).endswith(f"not {value!r}")


def test_an_unknown_setting_offers_the_nearest():
    with pytest.raises(UnknownName, match="no setting is called 'epoch'; did you mean 'epochs'"):
        TrainSettings().but(epoch=3)


def test_a_changed_copy_knows_what_was_chosen():
    assert TrainSettings(epochs=3).but(rate=0.1).model_fields_set == {"epochs", "rate"}
