"""Stopping when asked, between two steps."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Whether somebody has asked to stop, by Ctrl-C or by ending the process."""

    def __init__(self) -> None:
        self.asked: signal.Signals | None = None

    def note(self, number: int, frame: FrameType | None) -> None:
        """Take note; the second time, stop at once."""
        if self.asked is not None:
            raise KeyboardInterrupt
        self.asked = signal.Signals(number)


@contextmanager
def postponed() -> Iterator[Interrupts]:
    """Note requests to stop instead of obeying at once; only the main thread can."""
    interrupts = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return
    before = {number: signal.signal(number, interrupts.note) for number in SIGNALS}
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
