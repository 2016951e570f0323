"""What a promise is made of, for whoever checks it: a sentence, and queries for what breaks it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One way to break a promise: a query for the `id` of what breaks it, and what is `said`.

    What is said names what is and what should be, and no secret. What `mends` may be so for a few
    seconds, until the sweeper has put it right: it breaks the promise only if it lasts. A query may
    ask for `:grace`, the time in which what is due by the clock is to be done.
    """

    query: str
    mends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What holds at every commit, whatever happened before."""

    name: str
    sentence: str
    checks: tuple[Check, ...]
