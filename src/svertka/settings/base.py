"""What all settings have in common: kinds of values, headings of the command line, and how a choice is checked."""

from pathlib import Path
from typing import Annotated, Any, Self

from cyclopts import Group, Parameter
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from svertka.errors import SettingError, UnknownName

DATA = Parameter(group=Group("Data", sort_key=1))
LENGTH = Parameter(group=Group("Length", sort_key=2))
OPTIMISATION = Parameter(group=Group("Optimisation", sort_key=3))
LOSS = Parameter(group=Group("Loss", sort_key=4))
AUGMENTATION = Parameter(group=Group("Augmentation", sort_key=5))
FILTER = Parameter(group=Group("Filter", sort_key=0))
FACTORS = Parameter(group=Group("Factors", sort_key=1))
ENGINE = Parameter(group=Group("Engine", sort_key=1))
SEVERAL = Parameter(group=Group("Several answers", sort_key=2))
MACHINE = Parameter(group=Group("Machine", sort_key=6))
OFF = Parameter(negative="", show_default=False)  # a switch that is off until it is named

PIXELS = 178_956_970  # Pillow's own limit against decompression bombs


def _written(value: object) -> object:
    """`32`, `(32, 48)` and `"32x48"` all become `"32x48"`."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (tuple, list)):
        return "x".join(map(str, value))
    return value


Sizes = Annotated[str, BeforeValidator(_written), Field(pattern=r"^[1-9]\d{0,5}(x[1-9]\d{0,5}){0,2}$")]


def _whole(value: float) -> float:
    """A share, or from 1 on a whole number."""
    if value >= 1 and value != int(value):
        raise PydanticCustomError("whole", "Input should be less than 1 or a whole number")
    return value


def _listed(value: object) -> object:
    """One path is a list of one."""
    return (value,) if isinstance(value, (str, Path)) else value


Paths = Annotated[tuple[Path, ...], BeforeValidator(_listed)]
Share = Annotated[float, Field(ge=0, lt=1)]
Part = Annotated[float, Field(ge=0), AfterValidator(_whole)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


@Parameter(name="*")
class Settings(BaseModel):
    """Base of all: frozen, and every name is known."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    def but(self, **changes: Any) -> Self:
        """A copy with these settings instead, checked.

        Raises:
            UnknownName: no setting is called so; the message offers the nearest.
            SettingError: a value of the wrong kind or out of range.
        """
        for name in changes:
            if name not in type(self).model_fields:
                raise UnknownName("setting", name, type(self).model_fields)
        try:
            return type(self)(**{**self.model_dump(include=self.model_fields_set), **changes})
        except ValidationError as error:
            raise SettingError(explained(error)) from None


def explained(error: ValidationError) -> str:
    """The first setting that is wrong, in one line."""
    found = error.errors()
    name = found[0]["loc"][0] if found[0]["loc"] else "settings"
    wishes = [wrong["msg"].removeprefix("Input ") for wrong in found if wrong["loc"][:1] == (name,)]
    if name == "size" and found[0]["type"] != "literal_error":
        wishes = ["should be one length, or one for each axis, as 96 or 96x128"]
    return f"setting {name} {' or '.join(wishes)}, not {found[0]['input']!r}"


class Reading(Settings):
    """How files become images."""

    axes: Annotated[str | None, DATA, Field(pattern="^N?[CTDHW]+$")] = None
    """What the axes of arrays mean, in order, where that cannot be seen from their shape: N samples, C channels,
    T time, D depth, H height, W width. For example NCHW."""

    max_pixels: Annotated[Count, DATA] = PIXELS
    """Refuse images with more pixels than this, before they are decoded."""

    skip_bad: Annotated[bool, DATA, OFF] = False
    """Leave out files that cannot be read, and count them, instead of stopping at the first."""
