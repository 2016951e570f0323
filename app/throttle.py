"""How often is too often: writes per sender, logins (and resets) per account and per address.

Counted per process and per minute, exports while they last: with several server processes the
limits are that much wider.
"""

import math
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.domain.errors import TooMany

_ONE_PER_MINUTE = RateLimitItemPerMinute(1)
_EXPORT_AGAIN_AFTER = 10


class Throttle:
    """Each limit is a number per minute; 0 means none."""

    def __init__(self, *, writes: int, logins_of_account: int, logins_of_address: int) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._writes = _per_minute(writes)
        self._logins_of_account = _per_minute(logins_of_account)
        self._logins_of_address = _per_minute(logins_of_address)
        self._exports: Counter[str] = Counter()

    def write(self, sender: str) -> None:
        """Count a write; raises TooMany for one beyond the limit."""
        self._count(self._writes, "write", sender)

    def login(self, account: str, address: str) -> None:
        """Count an attempt to log in, before anything is hashed for it."""
        self._count(self._logins_of_address, "login address", address)
        self._count(self._logins_of_account, "login account", account)

    def password_of(self, user_id: int) -> None:
        """Count a try at the password of somebody who is in: apart from logins, which anybody may
        try in their name.
        """
        self._count(self._logins_of_account, "password", str(user_id))

    def verification(self, sender: str) -> None:
        """Count a letter asked for to prove an address: one a minute."""
        self._count(_ONE_PER_MINUTE, "verification", sender)

    def reset(self, what: str, sender: str) -> None:
        """Count what is done about a forgotten password: per address or link, and per sender."""
        self._count(self._logins_of_address, "reset sender", sender)
        self._count(self._logins_of_account, "reset", what)

    @contextmanager
    def export(self, sender: str, most: int) -> Iterator[None]:
        """Count an export of a sender while it lasts; raises TooMany for one beyond the limit."""
        if self._exports[sender] >= most:
            raise TooMany("Your exports are still under way.", retry_after=_EXPORT_AGAIN_AFTER)
        self._exports[sender] += 1
        try:
            yield
        finally:
            self._exports[sender] -= 1
            if not self._exports[sender]:
                del self._exports[sender]

    def _count(self, limit: RateLimitItem | None, what: str, who: str) -> None:
        if limit is None or self._limiter.hit(limit, what, who):
            return
        ends = self._limiter.get_window_stats(limit, what, who).reset_time
        raise TooMany(retry_after=max(1, math.ceil(ends - time.time())))


def _per_minute(amount: int) -> RateLimitItem | None:
    return RateLimitItemPerMinute(amount) if amount else None
