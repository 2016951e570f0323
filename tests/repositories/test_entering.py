"""What is written of a batch is what was drafted, whether they are alike or differ in anything."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.money import Money
from app.domain.registrations import Registration, RegistrationStatus
from app.domain.times import TimeRange
from app.domain.trail import Actor, ActorKind
from app.repositories.registrations import columns_of
from app.repositories.uow import UnitOfWork
from tests.races.scene import START, Scene, set_up

HOUR = timedelta(hours=1)
GUEST = Actor(kind=ActorKind.GUEST, request_id="r-1")


def drafts(scene: Scene) -> list[Registration]:
    """Three who want the same session, each in an own way."""
    return [
        Registration(
            id=0,
            conference_id=scene.conference,
            session_id=scene.sessions[0],
            attendee_id=attendee,
            status=RegistrationStatus.CONFIRMED,
            quantity=number,
            price=Money(minor=500 * number, currency="EUR"),
            hold_expires_at=None,
            created_at=START,
            confirmed_at=START,
            ended_at=None,
            end_reason="",
            organizer_id=None,
            owner_id=None if number == 1 else 1,
            guest_name=f"Guest {number}",
            special_requirements="A chair" if number == 2 else "",
        )
        for number, attendee in enumerate(scene.attendees, start=1)
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"status": RegistrationStatus.PENDING, "hold_expires_at": START + HOUR},
        {"confirmed_at": None},
        {"created_at": START + HOUR},
        {"price": Money(minor=700, currency="USD")},
        {"session_id": "another"},
        {"session_id": None},
        {"session_id": None, "ticket_type_id": "any"},
    ],
    ids=lambda changes: " and ".join(changes) or "nothing",
)
@pytest.mark.parametrize("who", [0, 2])
async def test_one_may_differ_from_the_others_in_anything(
    engine: AsyncEngine, uow: Callable[[], UnitOfWork], changes: dict[str, Any], who: int
) -> None:
    scene = await set_up(engine, attendees=3, capacities=[10, 10])
    ids = {"another": scene.sessions[1], "any": await _a_ticket_type(engine, scene)}
    wanted = drafts(scene)
    wanted[who] = replace(
        wanted[who], **{name: ids.get(str(value), value) for name, value in changes.items()}
    )
    periods = [
        None if one.session_id is None else TimeRange(start=START, end=START + HOUR)
        for one in wanted
    ]
    async with uow() as tx:
        made = await tx.entering.write(
            wanted, periods, [GUEST] * 3, shifts={}, told={}, now=START + HOUR
        )
    columns = columns_of(wanted, periods)
    async with engine.connect() as connection:
        rows = await connection.execute(
            text(f"SELECT id, {', '.join(columns)} FROM registrations ORDER BY id")
        )
        assert [tuple(row) for row in rows] == [
            (one.id, *values) for one, *values in zip(made, *columns.values(), strict=True)
        ]


async def _a_ticket_type(engine: AsyncEngine, scene: Scene) -> int:
    async with engine.begin() as connection:
        made = await connection.execute(
            text(
                "INSERT INTO ticket_types (conference_id, name, name_folded, created_at,"
                " updated_at) VALUES (:conference, 'Any', 'any', now(), now()) RETURNING id"
            ),
            {"conference": scene.conference},
        )
    return int(made.scalar_one())
