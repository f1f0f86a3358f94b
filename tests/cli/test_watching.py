import io

from rich.console import Console

from svertka.cli.watching import described, watching
from svertka.training.events import EpochDone, Reading, Stepped

ROW = {
    "epoch": 3, "rate": 0.1, "train_loss": 0.5, "train_accuracy": 0.75, "val_loss": 0.25, "val_accuracy": 0.875,
    "seconds": 2.0, "images_per_second": 1234.5, "waiting": 0.1,
}  # fmt: skip


def shown(events, *, terminal, quiet=False):
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=160)
    with watching(console, quiet=quiet) as watch:
        for event in events:
            watch(event)
    return file.getvalue()


def test_an_epoch_is_one_line():
    assert described(EpochDone(10, ROW, best=True)) == (
        "epoch 3/10  train_loss 0.5000  train_accuracy 0.7500  val_loss 0.2500  val_accuracy 0.8750  "
        "1,234 images/s  best"
    )


def test_without_validation_none_is_called_the_best():
    row = {name: value for name, value in ROW.items() if not name.startswith("val_")}
    assert "best" not in described(EpochDone(10, row, best=True))


def test_elsewhere_than_on_a_terminal_only_epochs_are_said():
    events = [Reading(3, 3), *[Stepped(1, 2, n, 20, 0.5, 100.0) for n in range(1, 21)], EpochDone(2, ROW, best=False)]
    assert shown(events, terminal=False).count("\n") == 1


def test_reading_many_images_is_worth_a_line():
    assert shown([Reading(60_000, 60_000)], terminal=False) == "read 60,000 images\n"


def test_a_terminal_shows_where_the_training_is():
    said = shown([Stepped(2, 4, 5, 20, 0.512, 321.0), EpochDone(4, ROW, best=True)], terminal=True)
    assert "25/80" in said
    assert "epoch 2/4  loss 0.512  321 images/s" in said


def test_quiet_is_quiet():
    assert shown([Reading(1, 2), EpochDone(2, ROW, best=True)], terminal=True, quiet=True) == ""
