"""Which layers of a network are worth factoring, and to which rank."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from torch import nn

from svertka.errors import SettingError, UnknownName
from svertka.measure import Cost, count, walk
from svertka.measure.walking import Visit, on_meta
from svertka.nn import Factor, pair_for
from svertka.nn.factored import why_not
from svertka.nn.initial import CONVOLUTIONS, TRANSPOSED
from svertka.ops.pairs import KINDS, Kind, errors, highest
from svertka.settings import FactorSettings

FIRST, UNNAMED = "the first layer is kept unless it is named", "it is not among the layers that were named"
HALF = 0.5  # of a layer's multiply-adds, where nothing else is asked for
SHOWN = 3  # reasons in a line
LAYERS = (*CONVOLUTIONS, *TRANSPOSED, nn.Linear)


@dataclass(frozen=True)
class Choice:
    """A layer to be made of two: at which of its ranks, and what one image costs in it before and after.

    `highest` is the rank with which nothing would be lost, and `error` the share of the weights that is lost, in least
    squares.
    """

    name: str
    kind: Kind
    rank: int
    highest: int
    error: float
    parameters_before: int
    parameters_after: int
    macs_before: int
    macs_after: int

    @property
    def factor(self) -> Factor:
        """How it is made."""
        return Factor(self.kind, self.rank)


@dataclass(frozen=True)
class Skipped:
    """A layer that stays, and why."""

    name: str
    reason: str


def choices(
    network: nn.Module, channels: int, sizes: Sequence[int], settings: FactorSettings
) -> tuple[list[Choice], list[Skipped]]:
    """What becomes of every convolution and linear layer that an image `(channels, *sizes)` passes, in that order.

    The first one stays, unless it is named: it has few channels, and all that follows hangs on it.

    Raises:
        UnknownName: a pattern names no layer.
        SettingError: the settings contradict each other, or no layer can be factored; the message says why.
    """
    check(settings)
    bare = on_meta(network)
    visits = {visit.name: visit for visit in walk(bare, channels, sizes) if isinstance(visit.layer, LAYERS)}
    patterns = _patterns(settings, list(visits))
    chosen: list[Choice] = []
    skipped: list[Skipped] = []
    for place, (name, visit) in enumerate(visits.items()):
        if patterns and not any(fnmatchcase(name, pattern) for pattern in patterns):
            found: Choice | str = UNNAMED
        elif place == 0 and not patterns:
            found = FIRST
        else:
            found = choice(visit, network.get_submodule(name), settings)
        if isinstance(found, str):
            skipped.append(Skipped(name, found))
        else:
            chosen.append(found)
    if not chosen:
        raise SettingError(f"no layer can be factored so: {_said(skipped)}")
    return chosen, skipped


def choice(visit: Visit, layer: nn.Module, settings: FactorSettings) -> Choice | str:
    """The pair for one layer, of several kinds the one that loses least and costs least, or why there is none."""
    kinds = KINDS if settings.kind == "auto" else (settings.kind,)
    found = [_of_kind(visit, layer, kind, settings) for kind in kinds]
    good = [each for each in found if isinstance(each, Choice)]
    if not good:
        return "; ".join(dict.fromkeys(map(str, found)))
    by_error = settings.error is None
    return min(good, key=lambda each: (each.error, each.macs_after) if by_error else (each.macs_after, each.error))


def check(settings: FactorSettings) -> None:
    """See that one budget is asked for at most.

    Raises:
        SettingError: there are two, or a rank without a kind.
    """
    asked = [name for name in ("rank", "error", "share") if getattr(settings, name) is not None]
    if len(asked) > 1:
        raise SettingError(f"{' and '.join(asked)} each choose the ranks; give one of them")
    if settings.kind == "auto" and settings.rank is not None:
        raise SettingError("a rank means another thing for each kind; name the kind, or give an error or a share")


def _of_kind(visit: Visit, layer: nn.Module, kind: Kind, settings: FactorSettings) -> Choice | str:
    if why := why_not(layer, kind):
        return why
    weight, groups = layer.weight, getattr(layer, "groups", 1)
    before, single = _price(visit.layer, visit), _price(pair_for(visit.layer, Factor(kind, 1)), visit)
    most = highest(weight, kind, groups)  # type: ignore[arg-type]
    lost = errors(weight, kind, groups=groups) if _worthwhile(settings, before, single) else []  # type: ignore[arg-type]
    rank = _rank(settings, lost, most, before.macs / single.macs)
    if rank > most:
        return f"rank {rank} is above its highest, which is {most}"
    if rank == 0 or rank * single.macs >= before.macs:
        return f"rank {max(rank, 1)} costs {max(rank, 1) * single.macs:,} multiply-adds instead of {before.macs:,}"
    bias = _numbers(visit.layer) - weight.numel()  # type: ignore[operator]
    return Choice(
        name=visit.name, kind=kind, rank=rank, highest=most, error=lost[rank - 1],
        parameters_before=before.parameters, parameters_after=rank * (single.parameters - bias) + bias,
        macs_before=before.macs, macs_after=rank * single.macs,
    )  # fmt: skip


def _worthwhile(settings: FactorSettings, before: Cost, single: Cost) -> bool:
    """Whether singular values are wanted: any pair saves something, and the one asked for does."""
    return (settings.rank or 1) * single.macs < before.macs


def _rank(settings: FactorSettings, lost: Sequence[float], most: int, affordable: float) -> int:
    """The rank that is asked for; with which the error is small enough; or which costs no more than the share.

    Both layers of a pair grow in proportion to the rank; at `affordable` they cost as much as the one.
    """
    if settings.rank is not None:
        return settings.rank
    if settings.error is not None:
        return next((rank for rank, error in enumerate(lost, 1) if error <= settings.error), most)
    return min(int((settings.share or HALF) * affordable), most)


def _price(layer: nn.Module, visit: Visit) -> Cost:
    return count(layer.eval(), visit.shape_in[0], visit.shape_in[1:])


def _numbers(layer: nn.Module) -> int:
    return sum(parameter.numel() for parameter in layer.parameters())


def _patterns(settings: FactorSettings, names: list[str]) -> list[str]:
    patterns = [pattern.strip() for pattern in (settings.layers or "").split(",") if pattern.strip()]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise UnknownName("convolution or linear layer", pattern, names)
    return patterns


def _said(skipped: Sequence[Skipped]) -> str:
    """The reasons, with the layers they are for."""
    reasons = {each.reason: each.name for each in reversed(skipped) if each.reason not in (FIRST, UNNAMED)}
    if not reasons:
        return f"there is but one, and {FIRST}" if skipped else "there is none"
    shown = [f"{name}: {reason}" for reason, name in reversed(reasons.items())]
    return "; ".join(shown[:SHOWN]) + (f"; and {len(shown) - SHOWN} more reasons" if len(shown) > SHOWN else "")
