"""Says the same thing once in a while instead of a thousand times a second."""

import logging
import time

from app.domain.errors import DomainError


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
        # Our own words need no name; others are often empty without theirs.
        reason = (
            str(error) if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
        )
        others = f" ({self._left_out} similar ones not shown)" if self._left_out else ""
        self._logger.warning("%s: %s%s", sentence, reason, others)
        self._left_out = 0
