from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.access import Role
from app.domain.conferences import ConferenceStatus, Visibility
from app.domain.errors import InvalidPeriod, NameTaken, TicketTypeSoldOut
from app.domain.money import Money
from app.domain.pages import PageRequest
from app.domain.ticket_types import TicketType, TicketTypeDraft
from tests.factories import Units, a_conference, a_session, a_ticket_type, a_user, caller
from tests.repositories.counting import counted

NOW = datetime(2031, 3, 2, 12, tzinfo=UTC)
DRAFT = TicketTypeDraft(
    name="Früh",
    price=Decimal("79.90"),
    capacity=50,
    description="Two\nlines",
    sales_start=NOW - timedelta(days=9),
    sales_end=NOW,
)


async def test_what_is_added_is_found_again(uow: Units) -> None:
    owner = await a_user(uow, role=Role.ORGANIZER)
    conference = await a_conference(uow, organizer=owner)
    async with uow() as tx:
        price = Money(minor=7_990, currency="USD")
        added = await tx.ticket_types.add(DRAFT, conference, price, NOW)
        assert await tx.ticket_types.of_conference(conference.id) == [added]
    async with uow().reading() as tx:
        assert await tx.ticket_types.find(conference.id, added.id, None) == added
        assert await tx.ticket_types.find(conference.id + 1, added.id, None) is None
    assert added == TicketType(
        id=added.id,
        conference_id=conference.id,
        organizer_id=owner.id,
        name="Früh",
        description="Two\nlines",
        capacity=50,
        seats_taken=0,
        waiting=0,
        price=Money(minor=7_990, currency="USD"),
        sales_start=NOW - timedelta(days=9),
        sales_end=NOW,
        created_at=NOW,
        updated_at=NOW,
    )


async def test_what_is_saved_is_found_and_counts_are_left_alone(uow: Units) -> None:
    added = await a_ticket_type(uow)
    changed = replace(
        added,
        name="Late",
        description="x",
        capacity=5,
        seats_taken=3,
        waiting=2,
        price=Money(minor=1, currency="USD"),
        sales_start=NOW,
        updated_at=NOW,
    )
    async with uow() as tx:
        await tx.ticket_types.save(changed)
        [found] = await tx.ticket_types.of_conference(added.conference_id)
    assert found == replace(changed, seats_taken=0, waiting=0)


async def test_a_deleted_one_is_gone_and_its_name_is_free(uow: Units) -> None:
    conference = await a_conference(uow)
    first = await a_ticket_type(uow, conference, name="VIP")
    async with uow() as tx:
        await tx.ticket_types.delete(first.id, NOW)
    again = await a_ticket_type(uow, conference, name="vip")
    async with uow().reading() as tx:
        assert await tx.ticket_types.find(conference.id, first.id, None) is None
        assert await tx.ticket_types.of_conference(conference.id) == [again]
        assert (await tx.ticket_types.page(conference.id, PageRequest())).items == [again]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("seats_taken = 3", TicketTypeSoldOut),
        ("name_folded = 'vip'", NameTaken),
        ("sales_start = now(), sales_end = now() - interval '1 s'", InvalidPeriod),
    ],
)
async def test_constraints_bite(uow: Units, change: str, refusal: type[Exception]) -> None:
    conference = await a_conference(uow)
    await a_ticket_type(uow, conference, name="VIP")
    other = await a_ticket_type(uow, conference, quantity=2)
    with pytest.raises(refusal):
        async with uow() as tx:
            await tx.ticket_types._do(
                text(f"UPDATE ticket_types SET {change} WHERE id = {other.id}")
            )


async def test_the_same_name_in_two_conferences_is_fine(uow: Units) -> None:
    first = await a_ticket_type(uow, name="VIP")
    second = await a_ticket_type(uow, name="VIP")
    assert first.conference_id != second.conference_id


@pytest.mark.parametrize(
    ("status", "visibility", "seen"),
    [
        (ConferenceStatus.PUBLISHED, Visibility.PUBLIC, True),
        (ConferenceStatus.PUBLISHED, Visibility.PRIVATE, False),
        (ConferenceStatus.DRAFT, Visibility.PUBLIC, False),
    ],
)
async def test_they_are_seen_by_whoever_sees_their_conference(
    uow: Units, status: ConferenceStatus, visibility: Visibility, seen: bool
) -> None:
    owner = await a_user(uow, role=Role.ORGANIZER)
    conference = await a_conference(uow, organizer=owner, status=status, visibility=visibility)
    added = await a_ticket_type(uow, conference)
    async with uow().reading() as tx:
        for viewer in (None, caller(await a_user(uow))):
            found = await tx.ticket_types.find(conference.id, added.id, viewer)
            assert (found is not None) is seen
        assert await tx.ticket_types.find(conference.id, added.id, caller(owner)) == added


async def test_pages_and_orders(uow: Units) -> None:
    conference = await a_conference(uow)
    await a_ticket_type(uow, conference, name="b", price=Decimal(3))
    await a_ticket_type(uow, conference, name="c", price=Decimal(1), sales_start=NOW)
    await a_ticket_type(uow, conference, name="a", price=Decimal(2))

    async def names(*ordering: str, number: int = 1, size: int = 9) -> list[str]:
        request = PageRequest(number=number, size=size, ordering=ordering)
        async with uow().reading() as tx:
            page = await tx.ticket_types.page(conference.id, request)
        assert page.count == 3
        return [item.name for item in page.items]

    assert await names() == ["b", "c", "a"]
    assert await names("name") == ["a", "b", "c"]
    assert await names("-price") == ["b", "a", "c"]
    assert await names("sales_start") == ["c", "b", "a"]
    assert await names(number=2, size=2) == ["a"]
    assert await names(number=9, size=2) == []


async def test_for_any_number_of_conferences_one_statement_is_enough(
    uow: Units, engine: AsyncEngine
) -> None:
    conferences = [await a_conference(uow) for _ in range(3)]
    types = [await a_ticket_type(uow, conference) for conference in conferences[:2] * 2]
    with counted(engine) as statements:
        async with uow().reading() as tx:
            found = await tx.ticket_types.of_conferences([item.id for item in conferences])
    assert len(statements) == 1
    assert found == {
        conferences[0].id: [types[0], types[2]],
        conferences[1].id: [types[1], types[3]],
        conferences[2].id: [],
    }
    with counted(engine) as statements:
        async with uow().reading() as tx:
            assert await tx.ticket_types.of_conferences([]) == {}
    assert statements == []


async def test_sessions_of_any_number_of_conferences_take_one_statement_too(
    uow: Units, engine: AsyncEngine
) -> None:
    conferences = [await a_conference(uow) for _ in range(2)]
    late = await a_session(uow, conferences[0], hour=5)
    early = await a_session(uow, conferences[0], hour=2)
    with counted(engine) as statements:
        async with uow().reading() as tx:
            found = await tx.sessions.of_conferences([item.id for item in conferences])
    assert len(statements) == 1
    assert found == {conferences[0].id: [early, late], conferences[1].id: []}
