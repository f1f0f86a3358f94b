import logging
import warnings

import pytest

from svertka.engines.hushed import hushed


def test_warnings_and_notes_are_not_heard_but_errors_are(caplog):
    with hushed():
        warnings.warn("of my own future", stacklevel=1)
        logging.getLogger("converter").warning("I did this")
        logging.getLogger("converter").error("I failed")
    assert [record.getMessage() for record in caplog.records] == ["I failed"]


def test_all_is_heard_again_afterwards_whatever_happened(caplog):
    with pytest.raises(KeyError), hushed():
        raise KeyError
    logging.getLogger("converter").warning("again")
    assert "again" in caplog.text
