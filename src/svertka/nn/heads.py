"""What a network ends with."""

from torch import nn

from svertka.nn.space import Space


def classifier(space: Space, cin: int, classes: int) -> nn.Sequential:
    """Global mean and one linear map: scores `(batch, classes)` from features `(batch, cin, *sizes)`."""
    return nn.Sequential(space.global_mean(1), nn.Flatten(), nn.Linear(cin, classes))
