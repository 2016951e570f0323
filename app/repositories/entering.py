"""Registrations that are made, and all that is written with each: one statement for a batch.

What waits for its turn meanwhile waits for each step to the database and back.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from json import dumps
from typing import Any

from sqlalchemy import TextClause, text

from app.domain.admission import Pool, PoolKind
from app.domain.messages import MessageKind
from app.domain.registrations import Registration, RegistrationStatus, Shift
from app.domain.times import TimeRange
from app.domain.trail import Actor
from app.repositories.base import Repository
from app.repositories.registrations import columns_of
from app.repositories.seats import move_of, moves_of

_COLUMNS = {
    "conference_id": "bigint",
    "session_id": "bigint",
    "attendee_id": "bigint",
    "status": "text",
    "quantity": "int",
    "price_minor": "bigint",
    "currency": "text",
    "starts_at": "timestamptz",
    "ends_at": "timestamptz",
    "hold_expires_at": "timestamptz",
    "created_at": "timestamptz",
    "confirmed_at": "timestamptz",
    "ticket_type_id": "bigint",
    "guest_name": "text",
    "special_requirements": "text",
    "owner_id": "bigint",
}
# What people differ in who want the same: the rest is said once for all of them.
_OF_EACH = frozenset(
    {
        "attendee_id",
        "quantity",
        "price_minor",
        "guest_name",
        "special_requirements",
        "owner_id",
    }
)
_TOLD = (
    "INSERT INTO outbox (kind, subject, due_at, created_at) SELECT told.kind, made.id, :now, :now"
    " FROM made JOIN unnest(CAST(:told_of AS text[]), CAST(:told_as AS text[]))"
    " AS told(status, kind) ON told.status = made.status ORDER BY made.id RETURNING id"
)


class Entering(Repository):
    async def write(
        self,
        drafts: Sequence[Registration],
        periods: Sequence[TimeRange | None],
        asked: Sequence[Actor],
        *,
        shifts: Mapping[Pool, Shift],
        told: Mapping[RegistrationStatus, MessageKind],
        now: datetime,
    ) -> Sequence[Registration]:
        """Insert drafts (their id is ignored), move the counters, and write to the outbox what is
        told of each by its status; returns them, with their ids by now.

        The trail says of each who asked for it.
        """
        if not drafts:
            return []
        moves = moves_of(shifts)
        columns = columns_of(drafts, periods)
        alike = _are_alike(columns)
        values: dict[str, Any] = _once_for_all(columns) if alike else {**columns}
        values["asked"] = _said(drafts, asked)
        for moved in moves.values():
            values |= moved
        if told:
            values |= {
                "told_of": [status.value for status in told],
                "told_as": [kind.value for kind in told.values()],
                "now": now,
            }
        rows: Sequence[Any] = (
            await self._do(_written(tuple(moves), bool(told), alike), values)
        ).all()
        made = {row[:3]: row[3:] for row in rows}
        for draft in drafts:
            id, code = made[draft.attendee_id, draft.conference_id, draft.session_id]
            # Nobody else has seen it yet, and a copy costs more than all else that is done here.
            object.__setattr__(draft, "id", id)
            object.__setattr__(draft, "ticket_code", code)
        return drafts


@cache
def _written(moves: tuple[PoolKind, ...], told: bool, alike: bool) -> TextClause:
    parts = [f"made AS ({_made(alike)})", *(f"moved_{kind} AS ({move_of(kind)})" for kind in moves)]
    if told:
        parts.append(f"told AS ({_TOLD})")
    return text(
        f"WITH {', '.join(parts)}"
        " SELECT attendee_id, conference_id, session_id, id, ticket_code FROM made"
    )


def _made(alike: bool) -> str:
    each = [name for name in _COLUMNS if name in _OF_EACH or not alike]
    arrays = ", ".join(f"CAST(:{name} AS {_COLUMNS[name]}[])" for name in each)
    values = ", ".join(
        f"wanted.{name}" if name in each else f"CAST(:{name} AS {kind})"
        for name, kind in _COLUMNS.items()
    )
    return (
        f"INSERT INTO registrations ({', '.join(_COLUMNS)}) SELECT {values}"
        f" FROM unnest({arrays}) AS wanted({', '.join(each)})"
        # Read by the trigger that notes each in the trail.
        " CROSS JOIN (SELECT set_config('plenary.asked', :asked, true)) AS told"
        " RETURNING attendee_id, conference_id, session_id, id,"
        " CAST(ticket_code AS text) AS ticket_code, status"
    )


def _are_alike(columns: Mapping[str, Sequence[Any]]) -> bool:
    return all(
        values.count(values[0]) == len(values)
        for name, values in columns.items()
        if name not in _OF_EACH
    )


def _once_for_all(columns: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    return {name: values if name in _OF_EACH else values[0] for name, values in columns.items()}


def _said(drafts: Sequence[Registration], asked: Sequence[Actor]) -> str:
    """Who asked for each: by the attendee and the target, of which nobody claims one twice."""
    said = {}
    for draft, actor in zip(drafts, asked, strict=True):
        key = f"{draft.attendee_id}/{draft.conference_id}"
        said[key if draft.session_id is None else f"{key}/{draft.session_id}"] = actor.said
    return dumps(said)
