"""Search: conferences by name and description, sessions by name and speaker (seed 000 §5.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.access import Caller
from app.domain.conferences import Conference
from app.domain.errors import Invalid
from app.domain.sessions import Session

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork

MOST_HITS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """What was found, of each kind the best first."""

    conferences: Sequence[Conference]
    sessions: Sequence[Session]


def ensure_asks_something(question: str) -> None:
    """An empty question has no answer."""
    if not question.strip():
        raise Invalid(errors={"q": ["Say what to search for."]})


async def search(uow: "UnitOfWork", caller: Caller, question: str) -> Hits:
    """What the caller may see and holds a word that begins with each word of the question."""
    ensure_asks_something(question)
    async with uow.reading() as tx:
        return Hits(
            conferences=await tx.search.conferences(question, caller, MOST_HITS),
            sessions=await tx.search.sessions(question, caller, MOST_HITS),
        )
