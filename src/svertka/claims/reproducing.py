"""Trying a claim: from its name to a folder with its table and its picture."""

import logging
import os
import platform
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

from svertka.claims.listed import find
from svertka.claims.values import Claim, Findings, Work
from svertka.claims.writing import RUNS, check_place, store
from svertka.errors import TrainingError
from svertka.settings import ReproduceSettings

log = logging.getLogger(__name__)

FOLDER = Path("claims")
VERSIONS = ("svertka", "torch", "numpy", "scipy", "scikit-learn")


@dataclass(frozen=True)
class Reproduced:
    """What was found, everything that is known about how, and the folder that holds both."""

    path: Path
    findings: Findings
    about: Mapping[str, Any]


def reproduce(
    name: str,
    out: str | Path | None = None,
    *,
    overwrite: bool = False,
    settings: ReproduceSettings | None = None,
    **changes: object,
) -> Reproduced:
    """Try a claim of the literature, and write a folder with its table, its picture, the settings and the versions.

    What was interrupted goes on where its trainings stood when it is asked for again.

    Args:
        name: of the claim; `svertka reproduce --list` lists them.
        out: the folder to make; by default `claims/NAME-SIZE`.
        overwrite: replace a claim that is there.
        settings: the choices of `ReproduceSettings`; each may also be given by name.
        **changes: choices by name, as in `size="full"`.

    Raises:
        UnknownName: no claim or choice is called so; the message offers the nearest.
        DataError: the data set that it needs is not there.
        RunError: the folder is taken, or cannot be written.
        TrainingError: a figure that is not finite was found.
    """
    claim = find(name)
    chosen = (settings or ReproduceSettings()).but(**changes)
    path = FOLDER / f"{name}-{chosen.size}" if out is None else Path(out)
    check_place(path, overwrite=overwrite)
    log.info("%s: %s", name, claim.full if chosen.size == "full" else claim.quick)
    begin = perf_counter()
    findings = claim.tried(Work(path / RUNS, chosen.size, chosen.data, chosen.seed))
    _check_finite(claim, findings)
    about = _about(claim, findings, chosen, perf_counter() - begin)
    store(path, findings, about)
    return Reproduced(path, findings, about)


def _about(claim: Claim, findings: Findings, chosen: ReproduceSettings, seconds: float) -> dict[str, Any]:
    return {
        "name": claim.name, "says": claim.says, "paper": claim.paper, "size": chosen.size,
        "command": _command(claim.name, chosen), "seconds": round(seconds, 1),
        "columns": list(findings.columns), "rows": [list(row) for row in findings.rows],
        "remarks": list(findings.remarks), "settings": {"seed": chosen.seed, **findings.settings},
        "versions": {name: version(name) for name in VERSIONS} | {"python": platform.python_version()},
        "machine": {"cores": os.cpu_count(), "threads": torch.get_num_threads()},
    }  # fmt: skip


def _command(name: str, chosen: ReproduceSettings) -> str:
    said = [(f"--{key}", str(value)) for key, value in chosen.model_dump(exclude_defaults=True).items()]
    return shlex.join(["svertka", "reproduce", name, *(word for pair in said for word in pair)])


def _check_finite(claim: Claim, findings: Findings) -> None:
    figures = [cell for row in findings.rows for cell in row if isinstance(cell, float)]
    if not torch.tensor(figures, dtype=torch.float64).isfinite().all():
        raise TrainingError(f"{claim.name} should give finite figures, but found {figures}; nothing was written")
