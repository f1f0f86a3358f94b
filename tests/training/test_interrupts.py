import os
import signal
import threading

import pytest

from svertka.training.interrupts import postponed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_stop_is_noted_and_not_obeyed(number):
    with postponed() as interrupts:
        assert interrupts.asked is None
        os.kill(os.getpid(), number)
        assert interrupts.asked is number


def test_the_second_request_is_obeyed_at_once():
    with postponed() as interrupts:
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupts.asked is signal.SIGINT
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_afterwards_everything_is_as_before_whatever_happened():
    def failing():
        with postponed():
            assert signal.getsignal(signal.SIGINT) is not before[0]
            raise ValueError("inside")

    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with pytest.raises(ValueError, match="inside"):
        failing()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_in_another_thread_it_stands_aside():
    before, asked = signal.getsignal(signal.SIGINT), []

    def work():
        with postponed() as interrupts:
            asked.append((interrupts.asked, signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert asked == [(None, before)]
