import pytest

from svertka import SettingError
from svertka.settings import FactorSettings, FilterSettings, OptimiseSettings, ReproduceSettings


@pytest.mark.parametrize(
    ("verb", "changes"),
    [
        (FilterSettings, {"border": "mirror"}), (OptimiseSettings, {"precision": "float16"}),
        (ReproduceSettings, {"size": "large"}), (FactorSettings, {"device": "gpu"}),
    ],
)  # fmt: skip
def test_what_is_no_choice_is_refused(verb, changes):
    (name,) = changes
    with pytest.raises(SettingError, match=f"^setting {name} "):
        verb().but(**changes)
