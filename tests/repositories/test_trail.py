import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import closing, endings, opening, payments
from app.domain.access import Role
from app.domain.admission import Target, Wish
from app.domain.conferences import ConferenceStatus
from app.domain.errors import DomainError
from app.domain.payments import Outcome
from app.domain.registering import Ask, register_batch
from app.domain.registrations import Registration
from app.domain.times import utc_now
from app.domain.trail import ACTOR, Actor, ActorKind
from app.repositories.tables.trail import FOLLOWED
from app.repositories.uow import UnitOfWork
from tests import factories
from tests.races.scene import ADMIN, Scene, set_up

Units = Callable[[], UnitOfWork]
GUEST = Actor(kind=ActorKind.GUEST, request_id="r-1")
ADA = Actor(kind=ActorKind.USER, user_id=7, request_id="r-2")


async def noted(engine: AsyncEngine, kind: str, id: int | None = None) -> Sequence[Any]:
    """The trail of one object or of all of a kind, the oldest first."""
    statement = text(
        "SELECT * FROM trail WHERE kind = :kind AND object_id = coalesce(:id, object_id)"
        " ORDER BY id"
    )
    async with engine.connect() as connection:
        return (await connection.execute(statement, {"kind": kind, "id": id})).all()


async def run(engine: AsyncEngine, *statements: str) -> None:
    async with engine.begin() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)


def wish(scene: Scene, attendee: int, *, session: int | None = 0) -> Wish:
    chosen = None if session is None else scene.sessions[session]
    target = Target(conference_id=scene.conference, session_id=chosen)
    return Wish(attendee_id=attendee, target=target, may_wait=True)


async def registered(uow: Units, *asks: Ask) -> list[Registration]:
    made = await register_batch(uow(), asks, utc_now())
    assert all(isinstance(one, Registration) for one in made), made
    return [one for one in made if isinstance(one, Registration)]


async def test_what_is_new_is_a_narrow_row_with_its_first_state(
    engine: AsyncEngine, uow: Units
) -> None:
    scene = await set_up(engine, attendees=1, capacities=[1])
    [made] = await registered(uow, Ask(caller=ADMIN, wish=wish(scene, scene.attendees[0])))
    [entry] = await noted(engine, "registration", made.id)
    assert (entry.verb, entry.state, entry.changes) == ("created", "confirmed", None)
    assert (entry.actor, entry.actor_id, entry.request_id) == ("command", None, None)


async def test_each_of_a_batch_is_noted_in_the_name_of_who_asked(
    engine: AsyncEngine, uow: Units
) -> None:
    scene = await set_up(engine, attendees=2, capacities=[None, None])
    one, other = scene.attendees
    made = await registered(
        uow,
        Ask(caller=ADMIN, wish=wish(scene, one), actor=ADA),
        Ask(caller=ADMIN, wish=wish(scene, other), actor=GUEST),
        Ask(caller=ADMIN, wish=wish(scene, one, session=1), actor=GUEST),
        Ask(caller=ADMIN, wish=wish(scene, one, session=None), actor=ADA),
    )
    entries = [(await noted(engine, "registration", one.id))[0] for one in made]
    assert [(e.actor, e.actor_id, e.request_id) for e in entries] == [
        ("user", 7, "r-2"),
        ("guest", None, "r-1"),
        ("guest", None, "r-1"),
        ("user", 7, "r-2"),
    ]


async def test_a_change_tells_from_what_to_what_and_in_whose_name(
    engine: AsyncEngine, uow: Units
) -> None:
    scene = await set_up(engine, attendees=1, capacities=[1])
    [made] = await registered(uow, Ask(caller=ADMIN, wish=wish(scene, scene.attendees[0])))
    ACTOR.set(ADA)
    await endings.cancel(uow(), ADMIN, made.id, utc_now())
    _, entry = await noted(engine, "registration", made.id)
    assert (entry.verb, entry.state, entry.actor_id) == ("cancelled", "cancelled", 7)
    assert entry.changes == {
        "status": ["confirmed", "cancelled"],
        "end_reason": ["", "cancelled"],
    }


async def test_who_moves_up_is_promoted_by_who_freed_the_seat(
    engine: AsyncEngine, uow: Units
) -> None:
    scene = await set_up(engine, attendees=2, capacities=[1])
    asks = [Ask(caller=ADMIN, wish=wish(scene, one)) for one in scene.attendees]
    seated, waits = await registered(uow, *asks)
    ACTOR.set(ADA)
    await endings.cancel(uow(), ADMIN, seated.id, utc_now())
    began, entry = await noted(engine, "registration", waits.id)
    assert began.state == "waitlisted"
    assert (entry.verb, entry.state, entry.actor_id) == ("promoted", "confirmed", 7)
    assert entry.changes == {"status": ["waitlisted", "confirmed"]}


async def test_money_is_followed_from_asking_to_giving_back(
    engine: AsyncEngine, uow: Units
) -> None:
    scene = await set_up(engine, attendees=1, capacities=[1], price_minor=4900)
    [made] = await registered(uow, Ask(caller=ADMIN, wish=wish(scene, scene.attendees[0])))
    payment = await payments.start(uow(), ADMIN, made.id, None, utc_now())
    ACTOR.set(Actor(kind=ActorKind.GATEWAY))
    await payments.settle(
        uow(), payment.id, outcome=Outcome.PAID, reason="", settled_by="e", now=utc_now()
    )
    ACTOR.set(ADA)
    await payments.refund(uow(), ADMIN, payment.id, amount=None, reason="ill", now=utc_now())
    entries = await noted(engine, "payment", payment.id)
    assert [(e.verb, e.state, e.actor) for e in entries] == [
        ("created", "pending", "command"),
        ("paid", "paid", "gateway"),
        ("refunded", "refunded", "user"),
    ]
    assert entries[2].changes == {"status": ["paid", "refunded"], "refunded_minor": [0, 4900]}
    assert [e.verb for e in await noted(engine, "refund")] == ["created"]
    assert [e.verb for e in await noted(engine, "registration")] == [
        "created",
        "confirmed",
        "cancelled",
    ]


async def test_counters_and_what_stays_as_it_was_are_no_change(
    engine: AsyncEngine, uow: Units
) -> None:
    scene = await set_up(engine, attendees=1, capacities=[1])
    await registered(uow, Ask(caller=ADMIN, wish=wish(scene, scene.attendees[0])))
    await run(
        engine,
        "UPDATE users SET unread_notifications = unread_notifications + 1",
        "UPDATE conferences SET name = name, updated_at = now()",
        "UPDATE registrations SET checked_in_at = now()",
    )
    for kind in ("conference", "session", "user", "registration"):
        assert [entry.verb for entry in await noted(engine, kind)] == ["created"], kind


async def test_addresses_are_masked_and_secrets_only_said_to_have_changed(
    engine: AsyncEngine, uow: Units
) -> None:
    user = await factories.a_user(uow, username="ada")
    await run(
        engine,
        "UPDATE users SET email = 'jane@other.example', username = 'jane@other.example',"
        " password_hash = 'of another', phone = '+49 30 1', bio = 'Ask a@b.org, or c.d@b.org.'",
    )
    _, entry = await noted(engine, "user", user.id)
    assert entry.changes == {
        "email": ["a***@example.com", "j***@other.example"],
        "username": ["ada", "j***@other.example"],
        "password_hash": ["***", "***"],
        "phone": ["***", "***"],
        "bio": ["", "Ask a***@b.org, or c***@b.org."],
    }


async def test_what_is_taken_out_leaves_what_it_was(engine: AsyncEngine, uow: Units) -> None:
    category = await factories.a_category(uow, name="Retreats")
    await run(engine, f"DELETE FROM categories WHERE id = {category.id}")
    _, entry = await noted(engine, "category", category.id)
    assert entry.verb == "removed"
    assert entry.changes == {"name": ["Retreats", None], "slug": ["retreats", None]}


async def test_who_clears_a_table_is_noted_once(engine: AsyncEngine) -> None:
    await set_up(engine, attendees=3, capacities=[1])
    await run(engine, "TRUNCATE conferences, attendees CASCADE")
    assert [e.verb for e in await noted(engine, "attendee", 0)] == ["cleared"]
    assert [e.verb for e in await noted(engine, "registration", 0)] == ["cleared"]


async def test_what_is_rolled_back_leaves_no_trail(engine: AsyncEngine) -> None:
    await set_up(engine, attendees=1, capacities=[1])
    async with engine.connect() as connection:
        await connection.exec_driver_sql("UPDATE conferences SET name = 'Never'")
        await connection.rollback()
    async with engine.begin() as connection:
        attempt = await connection.begin_nested()
        await connection.exec_driver_sql("UPDATE conferences SET name = 'Nor this'")
        await attempt.rollback()
    assert [entry.verb for entry in await noted(engine, "conference")] == ["created"]


@pytest.mark.parametrize(
    "statement", ["UPDATE trail SET verb = 'x'", "DELETE FROM trail", "TRUNCATE trail"]
)
async def test_nobody_changes_the_trail(engine: AsyncEngine, statement: str) -> None:
    await set_up(engine, attendees=1, capacities=[])
    with pytest.raises(DBAPIError, match="only ever added to"):
        await run(engine, statement)


async def test_whoever_comes_past_the_application_is_the_database(
    engine: AsyncEngine,
) -> None:
    await set_up(engine, attendees=1, capacities=[])
    await run(engine, "SET LOCAL plenary.actor = ''", "UPDATE attendees SET name = 'X'")
    assert [entry.actor for entry in await noted(engine, "attendee")] == ["command", "database"]


async def test_of_many_writers_each_change_is_there_exactly_once(
    engine: AsyncEngine, uow: Units
) -> None:
    scene = await set_up(engine, attendees=8, capacities=[2, None])

    async def come_and_go(number: int, attendee: int) -> list[tuple[int, int, str]]:
        actor = Actor(kind=ActorKind.USER, user_id=1000 + number, request_id=f"r-{number}")
        ACTOR.set(actor)
        session = number % 2
        done: list[tuple[int, int, str]] = []
        for _ in range(4):
            ask = Ask(caller=ADMIN, wish=wish(scene, attendee, session=session))
            [made] = await registered(uow, ask)
            done.append((made.id, 1000 + number, "created"))
            try:
                async with uow() as tx:
                    await tx.registrations.end([made.id], made.status, "given up", utc_now())
                    raise DomainError
            except DomainError:
                await endings.cancel(uow(), ADMIN, made.id, utc_now())
            done.append((made.id, 1000 + number, "cancelled"))
        return done

    async with asyncio.TaskGroup() as group:
        people = [group.create_task(come_and_go(*one)) for one in enumerate(scene.attendees)]
    entries = await noted(engine, "registration")
    told = [(e.object_id, e.actor_id, e.verb) for e in entries if e.verb != "promoted"]
    assert sorted(told) == sorted(one for person in people for one in person.result())
    assert "given up" not in json.dumps([entry.changes for entry in entries])


async def test_a_conference_is_followed_to_its_end(engine: AsyncEngine, uow: Units) -> None:
    organizer = await factories.a_user(uow, role=Role.ORGANIZER)
    conference = await factories.a_conference(
        uow, organizer=organizer, status=ConferenceStatus.DRAFT
    )
    who = factories.caller(organizer)
    await opening.publish(uow(), who, conference.id, utc_now())
    await closing.cancel_conference(uow(), who, conference.id, utc_now())
    await closing.delete_conference(uow(), who, conference.id, utc_now())
    entries = await noted(engine, "conference", conference.id)
    assert [(entry.verb, entry.state) for entry in entries] == [
        ("created", "draft"),
        ("published", "published"),
        ("cancelled", "cancelled"),
        ("deleted", "cancelled"),
    ]


async def test_every_column_that_is_followed_is_there(engine: AsyncEngine) -> None:
    columns = text(
        "SELECT table_name || '.' || column_name FROM information_schema.columns"
        " WHERE table_schema = 'public'"
    )
    async with engine.connect() as connection:
        known = set((await connection.execute(columns)).scalars().all())
    named = {f"{one.table}.{name}" for one in FOLLOWED for name in one.fields.split(", ")}
    assert named <= known
