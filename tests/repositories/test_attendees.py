import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import attendees
from app.domain.access import Role
from app.domain.accounts import SignUp
from app.domain.attendees import AttendeeDraft, AttendeeFilter, Sight
from app.domain.errors import DomainError, EmailTaken, NotFound
from app.domain.pages import PageRequest
from app.domain.times import utc_now
from tests.factories import (
    PASSWORD_HASH,
    Units,
    a_conference,
    a_registration,
    a_user,
    an_attendee,
    caller,
)
from tests.repositories.counting import counted

NOW = datetime(2031, 3, 2, 12, tzinfo=UTC)


def draft(email: str = "john@example.com") -> AttendeeDraft:
    return AttendeeDraft(name="John Smith", email=email)


async def test_the_index_guards_the_email_without_the_rule(uow: Units) -> None:
    olga = await a_user(uow, role=Role.ORGANIZER)
    async with uow() as tx:
        await tx.attendees.add(draft(), olga.id, NOW)
    with pytest.raises(EmailTaken):
        async with uow() as tx:
            await tx.attendees.add(draft("JOHN@example.com"), olga.id, NOW)


async def test_the_index_guards_one_attendee_per_account(uow: Units) -> None:
    ann = await a_user(uow)
    own = await an_attendee(uow, user=ann)
    other = await an_attendee(uow)
    with pytest.raises(EmailTaken):
        async with uow() as tx:
            await tx.attendees._do(
                text("UPDATE attendees SET user_id = :user WHERE id = :id"),
                {"user": own.user_id, "id": other.id},
            )


async def test_linking_takes_who_is_unlinked_and_lives(uow: Units) -> None:
    known = await an_attendee(uow, email="ann@example.com")
    ann = await a_user(uow, username="ann")
    async with uow() as tx:
        await tx.attendees.link("ann@example.com", ann.id)
        await tx.attendees.link("ann@example.com", ann.id)
        linked = await tx.attendees.of_user(ann.id)
    assert linked is not None
    assert linked.id == known.id
    bob = await a_user(uow, username="bob")
    async with uow() as tx:
        await tx.attendees.link("ann@example.com", bob.id)
        assert await tx.attendees.of_user(bob.id) is None


async def test_a_deleted_attendee_is_neither_found_nor_locked_nor_linked(uow: Units) -> None:
    gone = await an_attendee(uow, email="ann@example.com")
    ann = await a_user(uow, username="ann")
    async with uow() as tx:
        await tx.attendees.delete(gone.id, NOW)
        await tx.attendees.link("ann@example.com", ann.id)
        assert await tx.attendees.of_email("ann@example.com") is None
        assert await tx.attendees.of_user(ann.id) is None
        assert await tx.attendees.known(gone.id, ann.id) is None
        with pytest.raises(NotFound):
            await tx.attendees.lock(gone.id)


async def test_oneself_is_entered_once_and_linked_to_who_is_known_already(uow: Units) -> None:
    ann, bob = await a_user(uow, username="ann"), await a_user(uow, username="bob")
    made = await attendees.own(uow(), caller(ann), utc_now())
    assert (made.name, made.email, made.user_id) == ("Ada Lovelace", "ann@example.com", ann.id)
    assert await attendees.own(uow(), caller(ann), utc_now()) == made
    async with uow() as tx:
        known = await tx.attendees.add(draft("elsewhere@example.com"), bob.id, NOW)
        await tx.attendees._do(
            text("UPDATE attendees SET email_folded = 'bob@example.com' WHERE id = :id"),
            {"id": known.id},
        )
    linked = await attendees.own(uow(), caller(bob), utc_now())
    assert (linked.id, linked.user_id) == (known.id, bob.id)


@pytest.mark.parametrize("guests", [1, 3])
async def test_a_list_takes_two_statements_however_long(
    uow: Units, engine: AsyncEngine, guests: int
) -> None:
    olga = await a_user(uow, role=Role.ORGANIZER)
    conference = await a_conference(uow, organizer=olga)
    for _ in range(guests):
        await a_registration(uow, conference)
    wanted = AttendeeFilter(conference_id=conference.id, search="a", organization="corp")
    async with uow().reading() as tx:
        with counted(engine) as statements:
            page = await tx.attendees.page(wanted, PageRequest(), Sight.OWN_PEOPLE, olga.id)
    assert (len(page.items), page.count, len(statements)) == (guests, guests, 2)


async def test_a_page_past_the_end_still_knows_the_count(uow: Units) -> None:
    await an_attendee(uow)
    async with uow().reading() as tx:
        page = await tx.attendees.page(
            AttendeeFilter(), PageRequest(number=9), Sight.EVERYBODY, viewer_id=0
        )
    assert (list(page.items), page.count) == ([], 1)


async def test_of_many_at_once_one_gets_the_email(uow: Units) -> None:
    olga = caller(await a_user(uow, role=Role.ORGANIZER))
    answers = await asyncio.gather(
        *(attendees.create(uow(), olga, draft(), utc_now()) for _ in range(8)),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, DomainError)]
    assert len(refused) == 7
    assert all(isinstance(error, EmailTaken) and error.other for error in refused)


@pytest.mark.parametrize("round", range(5))
async def test_sign_up_and_entry_at_once_end_up_linked(uow: Units, round: int) -> None:
    """Whoever of the two commits later sees the other and links."""
    olga = caller(await a_user(uow, role=Role.ORGANIZER))
    name = f"ann{round}"

    async def sign_up() -> int:
        async with uow() as tx:
            wanted = SignUp(
                username=name,
                email=f"{name}@example.com",
                password="",
                first_name="",
                last_name="",
                role=Role.ATTENDEE,
            )
            await tx.attendees.hold_email(f"{name}@example.com")
            user = await tx.accounts.add(wanted, PASSWORD_HASH, NOW)
            await tx.attendees.link(f"{name}@example.com", user.id)
        return user.id

    user_id, made = await asyncio.gather(
        sign_up(), attendees.create(uow(), olga, draft(f"{name}@example.com"), NOW)
    )
    async with uow().reading() as tx:
        linked = await tx.attendees.of_user(user_id)
    assert linked is not None
    assert linked.id == made.id
