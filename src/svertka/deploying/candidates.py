"""The ways to compute that are worth trying: each engine, with one stream and with several."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from svertka.engines import ENGINES, Conversion, Engine, Precision, Scores, Working, engine
from svertka.engines.listed import why_not

SHORT = (16, 4, 1)  # images in pieces


@dataclass(frozen=True)
class Candidate:
    """An engine and how it is to work."""

    engine: Engine
    working: Working

    @property
    def name(self) -> str:
        """Which it is among all."""
        streams, length = self.working.streams, self.working.shape[0]
        return self.engine.name + (f", {streams} streams of {length}" if streams > 1 else f", pieces of {length}")


@dataclass
class Workshop:
    """Converts a network for candidates, once for all that take the same file, and remembers what failed."""

    network: nn.Module
    images: Tensor
    calibration: Tensor | None

    def __post_init__(self) -> None:
        self.files: dict[object, bytes | str] = {}
        self.conversions: dict[object, Conversion] = {}

    def unmade(self, candidate: Candidate) -> bool:
        """Whether the network cannot even be converted for its engine."""
        return isinstance(self._content(candidate), str)

    def started(self, candidate: Candidate) -> tuple[bytes, Scores] | str:
        """The candidate's file, and the candidate at work; or in words why there is none."""
        content = self._content(candidate)
        if isinstance(content, str):
            return content
        try:
            return content, candidate.engine.start(content, self.network, candidate.working)
        except Exception as error:
            # Whatever an engine raises over a network means that it cannot compute it; the others can.
            return reason(error)

    def _content(self, candidate: Candidate) -> bytes | str:
        working, chosen = candidate.working, candidate.engine
        kind = working.precision, working.shape[0] if chosen.bound else 0
        key = (chosen.convert, *kind)
        if key not in self.files:
            made = Conversion(self.network, self.images[: working.shape[0]], working.precision, self.calibration)
            try:
                self.files[key] = chosen.convert(self.conversions.setdefault(kind, made))
            except Exception as error:
                # The same for converters, which are compilers and raise what compilers do.
                self.files[key] = reason(error)
        return self.files[key]


def candidates(names: Sequence[str], precision: Precision, shape: tuple[int, ...], threads: int) -> Iterator[Candidate]:
    """Every engine that can work here in this precision, for calls with images of this shape `(batch, …)`.

    One that streams is tried with the whole call as one piece, with an equal share for each thread, and with shorter
    pieces, of which more stays in the processor's fast memory.
    """
    batch = shape[0]
    for name in names:
        chosen = engine(name)
        if why_not(chosen, precision):
            continue
        ways = {(1, batch)}
        if chosen.streaming:
            ways |= {(1, length) for length in SHORT if length < batch}
            streams, share = min(threads, batch), -(-batch // threads)
            ways |= {(streams, length) for length in (share, *SHORT) if length <= share}
        for streams, length in sorted(ways, key=lambda way: (way[0], -way[1])):
            yield Candidate(chosen, Working((length, *shape[1:]), precision, threads, streams))


def left_out(names: Sequence[str], precision: Precision) -> dict[str, str]:
    """Why the other engines cannot work."""
    reasons = {name: why_not(engine(name), precision) for name in names}
    return {name: why for name, why in reasons.items() if why}


def chosen_names(words: str | None) -> list[str]:
    """The engines that are named, with commas between them; all where none is.

    Raises:
        UnknownName: there is no such engine.
    """
    names = [name.strip() for name in (words or "").split(",") if name.strip()]
    return [engine(name).name for name in names] or list(ENGINES)


def reason(error: Exception) -> str:
    """The first line of what went wrong."""
    return " ".join((str(error).strip().splitlines() or [""])[0].split())[:200] or type(error).__name__
