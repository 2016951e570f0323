"""A request repeated under the same key has one effect and one answer.

The answer is kept in the transaction that made it (`tx.keep`), so there is no moment at which
the effect exists and the answer does not.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from app.domain.errors.base import Overtaken

KEPT_FOR = timedelta(hours=24)

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who asks under which key, and a digest of what exactly is asked."""

    caller: str
    key: str
    fingerprint: str


class AlreadyDone(Exception):
    """Raised as a transaction opens: under this key the use case has answered before."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        super().__init__("answered before under the same idempotency key")


def once(use_case: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Answer a repeated request as the first one was answered, without doing it again.

    What was rolled back because the tables changed beneath it is done over, once.
    """

    @wraps(use_case)
    async def answered(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            try:
                return await use_case(*args, **kwargs)
            except Overtaken:
                return await use_case(*args, **kwargs)
        except AlreadyDone as done:
            return cast(T, done.answer)

    return answered


def kept_kind(answer: Any) -> str:
    """The name under which an answer's type is stored."""
    return type(answer).__name__
