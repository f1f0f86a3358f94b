"""A network with what is done before and after it: ready pixels in, answers out."""

import torch
from torch import Tensor, nn

from svertka.inference import Predictor
from svertka.tasks import TASKS

BY_PLACE = ("segment", "forecast")


class Whole(nn.Module):
    """From ready pixels `(batch, channels, *sizes)` to probabilities, or to numbers in their own units."""

    def __init__(self, predictor: Predictor, network: nn.Module) -> None:
        super().__init__()
        self.network, self.preprocess, self.facts = network, predictor.preprocess, predictor.facts

    def forward(self, pixels: Tensor) -> Tensor:
        answers = TASKS[self.facts.task].answer(self.network(self.preprocess.normal(pixels)))
        if not self.facts.target_mean:
            return answers
        shape = (1, -1, *[1] * (self.preprocess.rank if self.facts.task in BY_PLACE else 0))
        mean, deviation = (torch.tensor(each) for each in (self.facts.target_mean, self.facts.target_deviation))
        return answers * deviation.reshape(shape) + mean.reshape(shape)
