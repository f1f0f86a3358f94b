"""What the words behind `svertka train` mean: where to start, what to learn from, and what to make."""

from pathlib import Path

from svertka.errors import SettingError


def check_order(variant: str) -> None:
    """Data in the place of the network is the likeliest slip; say so instead of naming a network like it."""
    from svertka.training.starting import run_at

    if variant != "auto" and ("/" in variant or Path(variant).exists()) and run_at(variant) is None:
        raise SettingError(f"{variant} stands where the network should; write: svertka train auto {variant}")


def sorted_out(variant: str, data: str | None, run: Path | None) -> tuple[str | None, Path | None]:
    """A lone word behind a run is data where there is such, and else the folder to make."""
    from svertka.data.sets.registry import NAMED
    from svertka.runs import is_run
    from svertka.training.starting import run_at

    if data is None or run is not None or run_at(variant) is None:
        return data, run
    known = data in NAMED or (Path(data).exists() and not is_run(Path(data)))
    return (data, None) if known else (None, Path(data))
