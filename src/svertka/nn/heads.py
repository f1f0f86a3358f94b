"""What a network ends with."""

from torch import Tensor, nn

from svertka.nn.space import Space


def classifier(space: Space, cin: int, classes: int) -> nn.Sequential:
    """Global mean and one linear map: scores `(batch, classes)` from features `(batch, cin, *sizes)`."""
    return nn.Sequential(space.global_mean(1), nn.Flatten(), nn.Linear(cin, classes))


class Sided(nn.Module):
    """A network with `stem`, `body` and `head`, and more classifiers on the way that serve in training only.

    `sides` holds them by the places of the blocks in the body behind which they look.
    """

    stem: nn.Module
    body: nn.Sequential
    head: nn.Module
    sides: nn.ModuleDict

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.head(self.body(self.stem(x)))
        return scores

    def heads(self, x: Tensor) -> list[Tensor]:
        """Scores of all classifiers, the main one first; for training."""
        x = self.stem(x)
        scores = []
        for name, block in self.body.named_children():
            x = block(x)
            if name in self.sides:
                scores.append(self.sides[name](x))
        return [self.head(x), *scores]
