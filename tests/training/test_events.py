import dataclasses

import pytest

from svertka.training.events import EpochDone, Reading, Stepped, unwatched

EVENTS = [Reading(1, 10), Stepped(1, 2, 3, 4, 0.5, 100.0), EpochDone(2, {"epoch": 1}, best=True)]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_is_a_value_that_nobody_changes(event):
    assert dataclasses.replace(event) == event
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.total = 0


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_nobody_needs_to_watch(event):
    unwatched(event)
