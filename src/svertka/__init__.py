"""Convolutional networks on signals, planes, volumes and spheres.

Every public name is listed here, sorted, and loaded when it is first used, so that importing svertka is instant.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from svertka.claims import reproduce
    from svertka.deploying import export, optimise
    from svertka.errors import (
        ClusterError,
        DataError,
        MissingExtra,
        RunError,
        SettingError,
        ShapeError,
        SvertkaError,
        TrainingError,
        UnknownName,
    )
    from svertka.estimators import Classifier, Regressor
    from svertka.evaluation import evaluate
    from svertka.factoring import factor
    from svertka.filtering import filter  # noqa: A004
    from svertka.inference import predict, pretrained
    from svertka.measure import cost
    from svertka.nn import LINE, PLANE, VOLUME
    from svertka.training import resume, train
    from svertka.zoo import build, variants

__version__ = "0.1.0"

__all__ = [
    "LINE",
    "PLANE",
    "VOLUME",
    "Classifier",
    "ClusterError",
    "DataError",
    "MissingExtra",
    "Regressor",
    "RunError",
    "SettingError",
    "ShapeError",
    "SvertkaError",
    "TrainingError",
    "UnknownName",
    "build",
    "cost",
    "evaluate",
    "export",
    "factor",
    "filter",
    "optimise",
    "predict",
    "pretrained",
    "reproduce",
    "resume",
    "train",
    "variants",
]

_ROOMS = {
    "claims": ["reproduce"],
    "deploying": ["export", "optimise"],
    "errors": [name for name in __all__ if name.endswith(("Error", "Extra", "Name"))],
    "estimators": ["Classifier", "Regressor"],
    "evaluation": ["evaluate"],
    "filtering": ["filter"],
    "factoring": ["factor"],
    "inference": ["predict", "pretrained"],
    "measure": ["cost"],
    "nn": ["LINE", "PLANE", "VOLUME"],
    "training": ["resume", "train"],
    "zoo": ["build", "variants"],
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'svertka' has no attribute {name!r}")
    return getattr(import_module(f"svertka.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
