"""What a person may choose, verb by verb: each setting with its type, its range, its default and a line of help.

The command line makes its flags from these fields, Python its keywords, and a run folder its `settings.toml`,
so they cannot differ. `None` stands for a choice that depends on the data; `training.defaults` makes it.
"""

from svertka.settings.base import OFF, PIXELS, Sizes, explained
from svertka.settings.training import DataSettings, TrainSettings, read_settings
from svertka.settings.using import EvaluateSettings, PredictSettings, SeveralSettings
from svertka.settings.working import FactorSettings, FilterSettings, OptimiseSettings, ReproduceSettings

__all__ = [
    "OFF",
    "PIXELS",
    "DataSettings",
    "EvaluateSettings",
    "FactorSettings",
    "FilterSettings",
    "OptimiseSettings",
    "PredictSettings",
    "ReproduceSettings",
    "SeveralSettings",
    "Sizes",
    "TrainSettings",
    "explained",
    "read_settings",
]
