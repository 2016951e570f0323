"""The SQL of the door: what is locked, what is read, what the constraints say last."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.check_ins import CheckIn, CheckInFilter, DoorTicket
from app.domain.conferences import Conference
from app.domain.errors import AlreadyCheckedIn
from app.domain.pages import PageRequest
from app.domain.registrations import RegistrationStatus
from tests.door import Sold, broken_promises, sell, standing
from tests.factories import Units, a_conference, a_user, an_attendee

AT = datetime(2026, 1, 2, 8, tzinfo=UTC)
EVERYTHING = PageRequest(size=100)


@pytest.fixture
async def conference(uow: Units) -> Conference:
    return await a_conference(uow)


def draft(conference: Conference, sold: Sold, nonce: str) -> CheckIn:
    assert conference.organizer_id is not None
    return CheckIn(
        id=0,
        registration_id=sold.registration,
        conference_id=conference.id,
        organizer_id=conference.organizer_id,
        nonce=nonce,
        checked_in_at=AT,
        received_at=AT,
        scanned_by=conference.organizer_id,
        undone_at=None,
        undone_by=None,
        attendee_name="Guest 1",
        ticket_type_name=None,
        session_name=None,
        quantity=1,
    )


async def test_a_ticket_is_read_by_its_code_at_its_own_door(
    engine: AsyncEngine, uow: Units, conference: Conference
) -> None:
    [sold] = await sell(engine, conference, quantity=2)
    async with uow() as tx:
        found = await tx.check_ins.lock_tickets([sold.code], None)
    assert found == {
        sold.code: DoorTicket(
            registration_id=sold.registration,
            code=sold.code,
            conference_id=conference.id,
            door_id=conference.id,
            organizer_id=conference.organizer_id,
            status=RegistrationStatus.CONFIRMED,
            checked_in_at=None,
            attendee_name="Guest 1",
            ticket_type_name=None,
            session_name=None,
            quantity=2,
        )
    }


async def test_the_organizer_is_that_of_the_door(
    engine: AsyncEngine, uow: Units, conference: Conference
) -> None:
    other = await a_conference(uow)
    [sold] = await sell(engine, conference)
    async with uow() as tx:
        [found] = (await tx.check_ins.lock_tickets([sold.code], other.id)).values()
        [nowhere] = (await tx.check_ins.lock_tickets([sold.code], 999)).values()
    assert (found.conference_id, found.door_id) == (conference.id, other.id)
    assert found.organizer_id == other.organizer_id
    assert (nowhere.door_id, nowhere.organizer_id) == (None, None)


async def test_a_locked_ticket_is_waited_for_and_then_read_as_it_is(
    engine: AsyncEngine, uow: Units, conference: Conference
) -> None:
    [sold] = await sell(engine, conference)

    async def second() -> DoorTicket:
        async with uow() as tx:
            [ticket] = (await tx.check_ins.lock_tickets([sold.code], None)).values()
        return ticket

    async with uow() as tx:
        await tx.check_ins.lock_tickets([sold.code], None)
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await tx.check_ins.add([draft(conference, sold, "n")])
    assert (await waiting).checked_in_at == AT


async def test_a_check_in_is_stored_and_its_ticket_marked(
    engine: AsyncEngine, uow: Units, conference: Conference
) -> None:
    sold = await sell(engine, conference, 2)
    drafts = [draft(conference, one, f"n{place}") for place, one in enumerate(sold)]
    async with uow() as tx:
        ids = await tx.check_ins.add(drafts)
    async with uow().reading() as tx:
        known = await tx.check_ins.known([(conference.id, nonce) for nonce in ("n0", "n1", "n2")])
        elsewhere = await tx.check_ins.known([(conference.id + 1, "n0")])
    expected = {
        (nonce := (conference.id, one.nonce)): replace(
            one, id=ids[nonce], attendee_name=f"Guest {place}"
        )
        for place, one in enumerate(drafts, start=1)
    }
    assert known == expected
    assert elsewhere == {}
    assert await broken_promises(engine) == []


async def test_nothing_to_lock_or_to_store_asks_nothing(uow: Units) -> None:
    async with uow() as tx:
        assert await tx.check_ins.lock_tickets([], None) == {}
        assert await tx.check_ins.known([]) == {}
        assert await tx.check_ins.add([]) == {}


async def test_what_is_barred_is_left_out_and_marks_nothing(
    engine: AsyncEngine, uow: Units, conference: Conference
) -> None:
    first, second, third = await sell(engine, conference, 3)
    async with uow() as tx:
        await tx.check_ins.add([draft(conference, first, "taken")])
        ids = await tx.check_ins.add(
            [
                draft(conference, second, "taken"),
                draft(conference, first, "other"),
                draft(conference, third, "free"),
            ]
        )
    assert list(ids) == [(conference.id, "free")]
    assert await standing(engine) == [first.registration, third.registration]
    assert await broken_promises(engine) == []


async def test_undoing_frees_the_ticket_and_keeps_the_trace(
    engine: AsyncEngine, uow: Units, conference: Conference
) -> None:
    [sold] = await sell(engine, conference)
    undoer = await a_user(uow)
    async with uow() as tx:
        [id] = (await tx.check_ins.add([draft(conference, sold, "n")])).values()
        found = await tx.check_ins.lock(id)
        assert found is not None
        await tx.check_ins.undo(replace(found, undone_at=AT, undone_by=undoer.id))
        undone = await tx.check_ins.lock(id)
        missing = await tx.check_ins.lock(id + 1)
    assert undone == replace(found, undone_at=AT, undone_by=undoer.id)
    assert missing is None
    assert await standing(engine) == []
    assert await broken_promises(engine) == []


async def test_two_standing_check_ins_of_a_ticket_are_impossible(
    engine: AsyncEngine, uow: Units, conference: Conference
) -> None:
    """The database says it last, whoever writes."""
    [sold] = await sell(engine, conference)
    insert = text(
        "INSERT INTO check_ins (registration_id, conference_id, nonce, scanned_at, received_at,"
        " scanned_by) VALUES (:registration, :conference, :nonce, now(), now(), :by)"
    )
    values = {
        "registration": sold.registration,
        "conference": conference.id,
        "by": conference.organizer_id,
    }

    async def write(nonce: str) -> None:
        async with uow() as tx:
            await tx.check_ins._do(insert, values | {"nonce": nonce})

    await write("a")
    with pytest.raises(AlreadyCheckedIn):
        await write("b")
    assert await standing(engine) == [sold.registration]


async def test_lists_are_filtered_and_the_newest_come_first(
    engine: AsyncEngine, uow: Units, conference: Conference
) -> None:
    other = await a_conference(uow)
    first, second = await sell(engine, conference, 2)
    [third] = await sell(engine, other)
    async with uow() as tx:
        for at, sold in ((conference, first), (conference, second), (other, third)):
            await tx.check_ins.add([draft(at, sold, "n" + str(sold.registration))])

    async def found(filter: CheckInFilter) -> list[int]:
        async with uow().reading() as tx:
            page = await tx.check_ins.page(filter, EVERYTHING)
        assert page.count == len(page.items)
        return [one.registration_id for one in page.items]

    everyone = [third.registration, second.registration, first.registration]
    assert await found(CheckInFilter()) == everyone
    assert await found(CheckInFilter(conference_id=conference.id)) == everyone[1:]
    assert await found(CheckInFilter(organizer_id=other.organizer_id)) == everyone[:1]
    assert await found(CheckInFilter(registration_id=first.registration)) == everyone[2:]
    assert await found(CheckInFilter(conference_id=other.id, organizer_id=1)) == []


async def test_a_ticket_keeps_the_name_given_at_registration(
    engine: AsyncEngine, uow: Units, conference: Conference
) -> None:
    await an_attendee(uow)
    [sold] = await sell(engine, conference, guest_name="Countess")
    async with uow().reading() as tx:
        [ticket] = await tx.check_ins.live_tickets(conference.id, 0, 10)
        assert await tx.check_ins.live_tickets(conference.id, sold.registration, 10) == []
    assert (ticket.code, ticket.attendee_name) == (sold.code, "Countess")
