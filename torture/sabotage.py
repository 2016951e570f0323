"""`python -m torture.sabotage NAME serve …`: Plenary without one of its guards.

A campaign that does not fail against such an installation proves nothing.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app import cli, runtime
from app.domain import registering
from app.domain.messages import Message
from app.domain.registrations import Registration
from app.domain.times import utc_now
from app.repositories import seats, uow
from app.repositories.entering import Entering
from app.repositories.uow import Transaction, UnitOfWork
from app.routers import deps

_LOCK = "FOR NO KEY UPDATE"
# Between two things that belong together, where they are torn apart.
_GAP = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sabotage:
    """What is taken out: of the program, and of the database."""

    what: str
    patch: Callable[[], None]
    statements: Sequence[str] = ()


def _without_locks() -> None:
    for name in ("_LOCK_CONFERENCES", "_LOCK_SESSIONS", "_LOCK_BOTH"):
        statement = getattr(seats, name).text
        if _LOCK not in statement:
            raise LookupError(f"{name} locks nothing that could be taken out")
        setattr(seats, name, text(statement.replace(_LOCK, "")))
    write = Entering.write

    async def after_a_while(self: Entering, *drafts: Any, **rest: Any) -> Sequence[Registration]:
        await asyncio.sleep(_GAP)
        return await write(self, *drafts, **rest)

    Entering.write = after_a_while  # type: ignore[method-assign]


def _without_keys() -> None:
    async def nothing(*_: object) -> None:
        """The key is not read."""

    deps._claim = nothing  # type: ignore[assignment]


def _announcing_later() -> None:
    announce, leave = Transaction.announce, UnitOfWork.__aexit__

    async def remember(
        tx: Transaction, messages: Sequence[Message], now: datetime, due_at: datetime | None = None
    ) -> int:
        vars(tx).setdefault("later", []).append((messages, now, due_at))
        tx.has_told(message.kind for message in messages)
        return len(messages)

    async def then_announce(unit: UnitOfWork, kind: Any, error: Any, trace: Any) -> None:
        later = vars(unit._transaction).get("later", ())
        await leave(unit, kind, error, trace)
        if error is None and later:
            await asyncio.sleep(_GAP)
            async with UnitOfWork(unit._engine, unit._ring) as tx:
                for told in later:
                    await announce(tx, *told)

    uow.Transaction.announce = remember  # type: ignore[assignment,method-assign]
    uow.UnitOfWork.__aexit__ = then_announce  # type: ignore[assignment,method-assign]


def _answering_first() -> None:
    committing: set[asyncio.Task[None]] = set()

    class Early(UnitOfWork):
        async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
            if error is not None:
                await super().__aexit__(kind, error, trace)
                return
            task = asyncio.create_task(self._later())
            committing.add(task)
            task.add_done_callback(committing.discard)

        async def _later(self) -> None:
            await asyncio.sleep(_GAP)
            await super().__aexit__(None, None, None)

    async def register(self: runtime.Runtime, asks: Sequence[Any]) -> Any:
        return await registering.register_batch(
            Early(self.engine, self.ring, hold=self.unit_of_work()._hold), asks, utc_now()
        )

    runtime.Runtime._register = register  # type: ignore[method-assign]


def _constraints_dropped() -> list[str]:
    return [
        f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_seats_within_capacity"
        for table in ("conferences", "sessions", "ticket_types")
    ]


SABOTAGES: Mapping[str, Sabotage] = {
    "seats": Sabotage(
        what="seats are counted without a lock, and the database lets them exceed the capacity",
        patch=_without_locks,
        statements=_constraints_dropped(),
    ),
    "keys": Sabotage(what="idempotency keys are ignored", patch=_without_keys),
    "outbox": Sabotage(
        what="messages are written after the commit, not with it", patch=_announcing_later
    ),
    "commit": Sabotage(
        what="registrations are answered before they are committed", patch=_answering_first
    ),
}


def main() -> None:
    name = sys.argv.pop(1)
    SABOTAGES[name].patch()
    cli.main()


if __name__ == "__main__":
    main()
