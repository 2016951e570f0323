"""Says the same thing once in a while instead of a thousand times a second."""

import logging
import time


class Throttle:
    """Logs at most one line per `seconds`, and how many were left out since."""

    def __init__(self, logger: logging.Logger, seconds: float = 10.0) -> None:
        self._logger = logger
        self._seconds = seconds
        self._silent_until = 0.0
        self._left_out = 0

    def warning(self, sentence: str, error: BaseException) -> None:
        """Log the sentence and the error, unless something was logged a moment ago."""
        now = time.monotonic()
        if now < self._silent_until:
            self._left_out += 1
            return
        self._silent_until = now + self._seconds
        self._logger.warning(
            "%s: %s: %s (%d similar ones not shown)",
            sentence,
            type(error).__name__,
            error,
            self._left_out,
        )
        self._left_out = 0
