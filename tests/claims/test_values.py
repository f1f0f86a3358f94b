"""What is asked of a claim."""

from pathlib import Path

from svertka.claims import Work


def test_only_the_full_size_is_full():
    assert Work(Path("runs"), "full").full
    assert not Work(Path("runs")).full
