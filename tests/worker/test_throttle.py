import logging

import pytest

from app.domain.errors import Busy
from worker.throttle import Throttle


def test_it_counts_only_what_it_left_out(caplog: pytest.LogCaptureFixture) -> None:
    throttle = Throttle(logging.getLogger("test"), seconds=3600)
    throttle.warning("It cannot be rung", Busy("The database cannot be reached."))
    throttle.warning("It cannot be rung", OSError("gone"))
    throttle._silent_until = 0
    throttle.warning("It cannot be rung", OSError("gone"))
    assert caplog.messages == [
        "It cannot be rung: The database cannot be reached.",
        "It cannot be rung: OSError: gone (1 similar ones not shown)",
    ]
