"""Names are given once and categories go or are named, however many ask at the same moment."""

import asyncio
from collections.abc import Awaitable, Sequence
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import categories, conferences, cover_images, opening, revising, ticket_types
from app.domain.access import Caller, Role
from app.domain.categories import Category
from app.domain.conferences import Conference, ConferenceDraft
from app.domain.errors import CategoryInUse, NameTaken, UnknownReference
from app.domain.ticket_types import TicketType, TicketTypeDraft
from app.domain.times import utc_now
from tests.factories import Units, a_category, a_conference, a_ticket_type, a_user, caller

ROUNDS = 6
AT_ONCE = 5


@pytest.fixture
async def admin(uow: Units) -> Caller:
    return caller(await a_user(uow, role=Role.ADMIN))


async def answers(writes: Sequence[Awaitable[object]]) -> list[object]:
    return await asyncio.gather(*writes, return_exceptions=True)


async def test_one_of_those_who_take_a_categorys_name_gets_it(uow: Units, admin: Caller) -> None:
    for round in range(ROUNDS):
        names = [
            f"Fair {round}",
            f"FAIR {round}",
            f"fair-{round}",
            f"Fair  {round}",
            f"fair {round}",
        ]
        found = await answers(
            [categories.create(uow(), admin, name, None, utc_now()) for name in names]
        )
        assert sum(isinstance(answer, Category) for answer in found) == 1
        assert sum(isinstance(answer, NameTaken) for answer in found) == AT_ONCE - 1


async def test_one_of_those_who_take_a_ticket_types_name_gets_it(uow: Units, admin: Caller) -> None:
    conference = await a_conference(uow)
    other = await a_ticket_type(uow, conference)
    for round in range(ROUNDS):
        name = f"Type {round}"
        draft = TicketTypeDraft(name=name, price=Decimal(5), capacity=None)
        found = await answers(
            [
                revising.update_ticket_type(
                    uow(), admin, conference.id, other.id, changes={"name": name}, now=utc_now()
                ),
                *(
                    ticket_types.create(uow(), admin, conference.id, draft, utc_now())
                    for _ in range(AT_ONCE - 1)
                ),
            ]
        )
        assert sum(isinstance(answer, TicketType) for answer in found) == 1
        assert sum(isinstance(answer, NameTaken) for answer in found) == AT_ONCE - 1


async def test_a_category_is_deleted_or_named_and_never_both(
    uow: Units, admin: Caller, engine: AsyncEngine
) -> None:
    for _ in range(ROUNDS):
        category = await a_category(uow)
        standing = await a_conference(uow)
        draft = ConferenceDraft(name="x", period=standing.period, category_id=category.id)
        gone, *named = await answers(
            [
                categories.delete(uow(), admin, category.id),
                opening.create(uow(), admin, draft, utc_now()),
                revising.update_conference(
                    uow(), admin, standing.id, {"category_id": category.id}, utc_now()
                ),
            ]
        )
        if gone is None:
            assert all(isinstance(answer, UnknownReference) for answer in named)
        else:
            assert isinstance(gone, CategoryInUse)
            assert any(isinstance(answer, Conference) for answer in named)
    async with engine.connect() as connection:
        lost = text(
            "SELECT count(*) FROM conferences LEFT JOIN categories k ON k.id = category_id"
            " WHERE category_id IS NOT NULL AND k.id IS NULL"
        )
        assert (await connection.execute(lost)).scalar_one() == 0


async def test_each_cover_that_was_replaced_is_replaced_once(uow: Units, admin: Caller) -> None:
    conference = await a_conference(uow)
    names = [f"{number}.jpg" for number in range(8)]
    covers = await asyncio.gather(
        *(cover_images.set_cover(uow(), admin, conference.id, name, utc_now()) for name in names)
    )
    shown = (await conferences.find(uow(), admin, conference.id)).cover_image
    replaced = [cover.replaced for cover in covers]
    assert sorted([*replaced, shown]) == sorted(["", *names])
