from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import calendars, tickets
from app.domain.access import Role
from app.domain.errors import NotFound
from app.domain.registrations import RegistrationStatus
from app.domain.tickets import Ticket
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_user,
    an_attendee,
    caller,
)
from tests.repositories.counting import counted


async def found(uow: Units, registration_id: int) -> Ticket:
    async with uow().reading() as tx:
        ticket = await tx.tickets.find(registration_id)
    assert ticket is not None
    return ticket


async def test_all_facts_come_in_one_statement(uow: Units, engine: AsyncEngine) -> None:
    organizer = await a_user(uow, role=Role.ORGANIZER)
    conference = await a_conference(uow, organizer=organizer, name="Tech Summit")
    session = await a_session(uow, conference, name="Keynote", room="Hall A", price=Decimal(49))
    user = await a_user(uow)
    person = await an_attendee(uow, user=user)
    registration = await a_registration(uow, session, person)
    with counted(engine) as statements:
        ticket = await found(uow, registration.id)
    assert len(statements) == 1
    assert (ticket.code, ticket.registration_id) == (registration.ticket_code, registration.id)
    assert (ticket.conference_id, ticket.conference_name) == (conference.id, "Tech Summit")
    assert (ticket.session_id, ticket.session_name) == (session.id, "Keynote")
    assert (ticket.room, ticket.location) == ("Hall A", "San Francisco")
    assert (ticket.period, ticket.timezone) == (session.period, "UTC")
    assert (ticket.attendee_id, ticket.attendee_name) == (person.id, person.name)
    assert (ticket.owner_id, ticket.organizer_id) == (user.id, organizer.id)
    assert (ticket.status, ticket.price) == (RegistrationStatus.PENDING, session.price)
    assert ticket.hold_expires_at == registration.hold_expires_at
    assert (ticket.ticket_type_id, ticket.ticket_type_name) == (None, None)
    assert (ticket.checked_in_at, ticket.confirmed_at) == (None, None)


async def test_an_admission_has_the_period_of_its_conference_and_no_room(uow: Units) -> None:
    conference = await a_conference(uow)
    ticket = await found(uow, (await a_registration(uow, conference)).id)
    assert ticket.period == conference.period
    assert (ticket.session_id, ticket.session_name, ticket.room) == (None, None, "")
    assert ticket.is_valid
    assert ticket.owner_id is None


async def test_the_name_that_a_guest_gave_wins(uow: Units, engine: AsyncEngine) -> None:
    registration = await a_registration(uow, await a_conference(uow))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE registrations SET guest_name = 'Bob the guest'"))
    assert (await found(uow, registration.id)).attendee_name == "Bob the guest"


async def test_the_ticket_type_is_named(uow: Units, engine: AsyncEngine) -> None:
    conference = await a_conference(uow)
    registration = await a_registration(uow, conference)
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "WITH made AS (INSERT INTO ticket_types (conference_id, name, name_folded,"
                " created_at, updated_at) VALUES (:id, 'Early bird', 'early bird', now(), now())"
                " RETURNING id) UPDATE registrations SET ticket_type_id = made.id FROM made"
            ),
            {"id": conference.id},
        )
    ticket = await found(uow, registration.id)
    assert ticket.ticket_type_id is not None
    assert ticket.ticket_type_name == "Early bird"


async def test_codes_differ_and_stay(uow: Units) -> None:
    conference = await a_conference(uow)
    made = [await a_registration(uow, conference) for _ in range(3)]
    codes = [(await found(uow, one.id)).code for one in made]
    assert len(set(codes)) == 3
    assert [(await found(uow, one.id)).code for one in made] == codes


async def test_what_is_not_there_is_not_found(uow: Units) -> None:
    admin = caller(await a_user(uow, role=Role.ADMIN))
    with pytest.raises(NotFound):
        await tickets.find(uow(), admin, 404)
    with pytest.raises(NotFound):
        await calendars.find(uow(), admin, 404)


@pytest.mark.parametrize("number", [0, 1, 4])
async def test_a_calendar_takes_two_statements_however_many_sessions(
    uow: Units, engine: AsyncEngine, number: int
) -> None:
    conference = await a_conference(uow)
    for hour in reversed(range(number)):
        await a_session(uow, conference, hour=hour)
    await a_session(uow)
    visitor = caller(await a_user(uow))
    with counted(engine) as statements:
        calendar = await calendars.find(uow(), visitor, conference.id)
    assert len(statements) == 2
    starts = [entry.period.start for entry in calendar.entries]
    assert len(starts) == number + 1
    assert starts == sorted(starts)
