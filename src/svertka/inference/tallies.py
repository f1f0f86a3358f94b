"""Several answers to the same images, one after another: how they combine, and how far they differ."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Answers = NDArray[np.floating[Any]]

TIE = 1e-6  # of a vote: the weight of the mean, which settles ties


@dataclass
class Tally:
    """Answers `(batch, outputs, *places)`, probabilities or numbers, counted as they come.

    Means and squares are kept by Welford's recurrence (1962), so answers that agree have a spread of exactly 0.
    """

    classes: bool
    count: int = 0
    mean: Answers = field(default_factory=lambda: np.zeros(()))
    squares: Answers = field(default_factory=lambda: np.zeros(()))
    doubt: Answers = field(default_factory=lambda: np.zeros(()))
    votes: Answers = field(default_factory=lambda: np.zeros(()))

    def add(self, answers: Answers) -> None:
        """Take one more answer to every image."""
        self.count += 1
        step = answers - self.mean
        self.mean = self.mean + step / self.count
        self.squares = self.squares + step * (answers - self.mean)
        if self.classes:
            self.doubt = self.doubt + (entropy(answers) - self.doubt) / self.count
            self.votes = self.votes + (np.arange(answers.shape[1]).reshape(_beside(answers)) == _likeliest(answers))

    def combined(self, how: str) -> Answers:
        """The mean; or by vote the share of answers that name each class as the likeliest.

        To a vote the mean adds a millionth, which settles ties; the sum over the classes stays 1.
        """
        return self.mean if how == "mean" else (self.votes + TIE * self.mean) / (self.count + TIE)

    @property
    def spread(self) -> Answers:
        """The standard deviation of every output over the answers, `(batch, outputs, *places)`."""
        return np.asarray(np.sqrt(self.squares / self.count))

    def spread_of(self, told: Answers) -> Answers:
        """That of the probability of the class that is told, `(batch, *places)`; `told` are the combined answers."""
        return np.asarray(np.take_along_axis(self.spread, _likeliest(told), axis=1)[:, 0])

    @property
    def entropy(self) -> Answers:
        """That of the mean probabilities, `(batch, *places)`, in nats: all doubt there is."""
        return entropy(self.mean)

    @property
    def information(self) -> Answers:
        """The part of it that is due to answers that differ: `H(mean) - mean(H)`, at least 0.

        It is the mutual information of the class and the network; Houlsby et al., arXiv:1112.5745, equation 2.
        """
        return np.maximum(self.entropy - self.doubt, 0)

    def uncertainty(self, told: Answers) -> dict[str, Answers]:
        """All three for classes, `(batch, *places)` each."""
        return {"spread": self.spread_of(told), "entropy": self.entropy, "mutual_information": self.information}


def entropy(probabilities: Answers) -> Answers:
    """`-sum p log p` over the classes, the second axis, in nats."""
    logarithms = np.log(np.where(probabilities > 0, probabilities, 1))
    return np.asarray(-(probabilities * logarithms).sum(axis=1))


def _likeliest(answers: Answers) -> NDArray[np.intp]:
    return np.asarray(answers.argmax(axis=1)[:, None])


def _beside(answers: Answers) -> tuple[int, ...]:
    return (1, -1, *[1] * (answers.ndim - 2))
