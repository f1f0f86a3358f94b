"""How a training looks while it runs: a live bar on a terminal, a line for each epoch elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

from svertka.cli.screen import bars
from svertka.training.events import EpochDone, Event, Reading, Stepped, Watch

LARGE = 5_000  # images, from which on reading them shows its progress without a terminal too


@contextmanager
def watching(console: Console, *, quiet: bool) -> Iterator[Watch]:
    """Show a training as it goes."""
    if quiet:
        yield lambda event: None
        return
    if not console.is_terminal:
        yield lambda event: _line(console, event)
        return
    with bars(console) as progress:
        yield Bars(progress, console).see


class Bars:
    """A bar for reading, then one for the whole training."""

    def __init__(self, progress: Progress, console: Console) -> None:
        self.progress = progress
        self.console = console
        self.reading = progress.add_task("reading", total=None, visible=False, note="")
        self.training = progress.add_task("training", total=None, visible=False, note="")
        self.last = ""

    def see(self, event: Event) -> None:
        """Show one event."""
        match event:
            case Reading(done, total):
                self.progress.update(self.reading, completed=done, total=total, visible=done < total)
            case Stepped(epoch, epochs, place, batches, loss, speed):
                note = f"epoch {epoch}/{epochs}  loss {loss:.3f}  {speed:,.0f} images/s{self.last}"
                done = (epoch - 1) * batches + place
                self.progress.update(self.training, completed=done, total=epochs * batches, visible=True, note=note)
            case EpochDone():
                self.last = "  " + "  ".join(
                    f"{name} {value:.4f}" for name, value in event.row.items() if name.startswith("val_")
                )


def _line(console: Console, event: Event) -> None:
    if isinstance(event, EpochDone):
        console.print(described(event), markup=False)
    elif isinstance(event, Reading) and event.done == event.total and event.total >= LARGE:
        console.print(f"read {event.total:,} images", markup=False)


def described(event: EpochDone) -> str:
    """An epoch in one line."""
    row = event.row
    figures = [f"{name} {value:.4f}" for name, value in row.items() if name.startswith(("train_", "val_"))]
    mark = "  best" if event.best and len(figures) > 2 else ""
    return (
        f"epoch {row['epoch']:.0f}/{event.epochs}  {'  '.join(figures)}  {row['images_per_second']:,.0f} images/s{mark}"
    )
