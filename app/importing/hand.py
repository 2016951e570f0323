"""What both files are brought in with: a hand that counts, rejects, and is patient."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TypeVar

from app.domain.errors import ConflictingWrite, Later
from app.importing.rejects import Reject, Rejects
from app.importing.tables import Record
from app.repositories.uow import UnitOfWork

Answer = TypeVar("Answer")

_ATTEMPTS = 6
_PAUSE_SECONDS = 0.2


@dataclass(kw_only=True)
class Tally:
    """What became of the good lines of one file."""

    added: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who brings in, and how; `zone` is that of times which name none."""

    unit_of_work: Callable[[], UnitOfWork]
    rejects: Rejects
    now: datetime
    organizer_id: int | None = None
    zone: tzinfo | None = None
    announces: bool = False

    def reject(self, file: Path, record: Record, code: str, reason: str) -> None:
        self.rejects.add(
            Reject(file=file, line=record.line, code=code, reason=reason, content=record.text)
        )


async def patiently(work: Callable[[], Awaitable[Answer]]) -> Answer:
    """Try again what was given up because others were at it."""
    pause = _PAUSE_SECONDS
    for _ in range(_ATTEMPTS - 1):
        try:
            return await work()
        except (Later, ConflictingWrite):
            await asyncio.sleep(pause)
            pause *= 2
    return await work()
