"""The application: its verbs, and what becomes of errors.

Every error is one line on stderr. The exit code is 0 for success, 1 for failure, 2 for wrong usage and 130 for an
interruption.
"""

import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version

from cyclopts import App, CycloptsError
from pydantic import ValidationError

from svertka.cli import commands
from svertka.errors import SettingError, SvertkaError, UnknownName
from svertka.settings import explained

FAILURE, USAGE, INTERRUPTED = 1, 2, 130

app = App(
    name="svertka",
    help="Train convolutional networks on your own images, check them, and use them: one command for each step.",
    suppress_keyboard_interrupt=False,  # the run's own word on how to go on is worth saying
    version=lambda: f"svertka {version('svertka')}, torch {version('torch')}",
    help_epilogue="Try: svertka train. Every command explains itself with --help, and answers in JSON with --json.",
)
data = App(name="data", help="Look at a data set before training on it.", sort_key=-1)
app.command(data)
data.command(commands.check, name="check")
VERBS: tuple[Callable[..., object], ...] = (
    commands.train, commands.resume, commands.evaluate, commands.predict, commands.factor, commands.zoo, commands.cost,
    commands.optimise, commands.export, commands.filter_, commands.reproduce,
)  # fmt: skip
for _place, _verb in enumerate(VERBS):
    app.command(_verb, sort_key=_place)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    code = run(words)
    sys.exit(code)


def run(words: list[str]) -> int:
    """Run one command; the exit code."""
    try:
        return app(words, exit_on_error=False, print_error=False, result_action="return_value") or 0
    except CycloptsError as error:
        return _fail(_usage(error), USAGE, words)
    except (UnknownName, SettingError) as error:
        return _fail(str(error), USAGE, words)
    except SvertkaError as error:
        return _fail(str(error), FAILURE, words)
    except KeyboardInterrupt as error:
        return _fail("; ".join(["interrupted", *map(str, error.args)]), INTERRUPTED, words)
    except BrokenPipeError:
        # Whoever read our output has stopped, as `head` does; that is no failure of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _fail(f"{error.filename or 'the system'}: {error.strerror or error}", FAILURE, words)
    except (MemoryError, RuntimeError) as error:
        if "memory" not in str(error) and not isinstance(error, MemoryError):
            raise
        return _fail("out of memory; try a smaller --batch or --size", FAILURE, words)


def _usage(error: CycloptsError) -> str:
    """What was wrong with the words, in one line."""
    cause = error.__cause__ or error.__context__
    if isinstance(cause, ValidationError):
        return explained(cause)
    return " ".join(str(error).split())


def _fail(message: str, code: int, words: list[str]) -> int:
    if "--debug" in words:
        raise
    print(f"svertka: {message}", file=sys.stderr)  # noqa: T201 - it is the command line
    return code
