"""How many images are done: a live bar on a terminal, nothing elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


@contextmanager
def counting(console: Console, what: str, *, quiet: bool) -> Iterator[Callable[[int, int | None], None]]:
    """Show how many images are done; a function to call with that and the total."""
    if quiet or not console.is_terminal:
        yield lambda done, total: None
        return
    with bars(console) as progress:
        task = progress.add_task(what, total=None, note="")
        yield lambda done, total: progress.update(task, completed=done, total=total)


def bars(console: Console) -> Progress:
    """Bars that are gone when they are done."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), TextColumn("{task.fields[note]}"),
        console=console, transient=True,
    )  # fmt: skip
