"""A request repeated under the same key has one effect and one answer.

The answer is kept in the transaction that made it (`tx.keep`), so there is no moment at which
the effect exists and the answer does not.
"""

from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar, cast

from app.domain.errors import DomainError, KeyInProgress

if TYPE_CHECKING:
    from app.repositories.uow import Transaction

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


class Claiming(Protocol):
    """What is asked for under a key, or without one."""

    @property
    def claim(self) -> Claim | None: ...


def repeated_in_batch(asks: Sequence[Claiming]) -> dict[int, DomainError]:
    """A key that came twice at once: the first goes on, the others are told to wait."""
    seen: set[tuple[str, str]] = set()
    repeated: dict[int, DomainError] = {}
    for place, ask in enumerate(asks):
        if ask.claim is None:
            continue
        key = (ask.claim.caller, ask.claim.key)
        if key in seen:
            repeated[place] = KeyInProgress()
        seen.add(key)
    return repeated


def answered_before(
    asks: Sequence[Claiming],
    earlier: Mapping[Claim, AlreadyDone | DomainError],
    answers: Container[int],
) -> dict[int, AlreadyDone | DomainError]:
    """What was answered under its key before is answered so again."""
    return {
        place: earlier[ask.claim]
        for place, ask in enumerate(asks)
        if ask.claim is not None and ask.claim in earlier and place not in answers
    }


async def answered_by_keys(
    tx: "Transaction", asks: Sequence[Claiming], now: datetime
) -> dict[int, AlreadyDone | DomainError]:
    """Claim the keys of a batch; by place, what must not be done (again)."""
    answers: dict[int, AlreadyDone | DomainError] = dict(repeated_in_batch(asks))
    claims = [ask.claim for place, ask in enumerate(asks) if ask.claim and place not in answers]
    earlier = await tx.idempotency.open(claims, now)
    return answers | answered_before(asks, earlier, answers)


def kept_kind(answer: Any) -> str:
    """The name under which an answer's type is stored."""
    return type(answer).__name__
