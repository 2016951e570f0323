"""The trail: who changed what, when, from what to what.

It is written by the database in the transaction of the change, whoever changes something
(`app/repositories/tables/trail.py`). Every transaction says in whose name it acts: that is `ACTOR`,
of the context it runs in.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """In whose name something changes.

    The desk calls up those who wait before it serves; the database means somebody at its console.
    """

    USER = "user"
    GUEST = "guest"
    DESK = "desk"
    WORKER = "worker"
    GATEWAY = "gateway"
    IMPORT = "import"
    COMMAND = "command"
    DATABASE = "database"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, by the id of their account, and in which request, where there is one."""

    kind: ActorKind
    user_id: int | None = None
    request_id: str = ""

    @property
    def said(self) -> str:
        """As the database is told: three words, of which the last two may be empty."""
        return f"{self.kind.value} {self.user_id or ''} {self.request_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The legal ways of something that has states: where it begins, and each step from there.

    Some steps come about only by a `move` to another place, which may have another price.
    """

    beginnings: frozenset[str]
    steps: frozenset[tuple[str, str]]
    moves: frozenset[tuple[str, str]] = frozenset()


# Whoever has no request and is no worker was called from a command line.
COMMAND = Actor(kind=ActorKind.COMMAND)
DESK = Actor(kind=ActorKind.DESK)
ACTOR: ContextVar[Actor] = ContextVar("actor", default=COMMAND)


def act_for(kind: ActorKind) -> None:
    """From here on, whatever runs in this context acts for nobody with an account."""
    ACTOR.set(Actor(kind=kind, request_id=ACTOR.get().request_id))


def act_as(user_id: int) -> None:
    """From here on, this request acts in the name of who sends it."""
    request_id = ACTOR.get().request_id
    ACTOR.set(Actor(kind=ActorKind.USER, user_id=user_id, request_id=request_id))
