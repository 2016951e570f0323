from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import closing
from app.domain.access import Role
from app.domain.categories import Category
from app.domain.conferences import ConferenceDraft
from app.domain.errors import NameTaken, UnknownReference
from app.domain.money import Money
from app.domain.pages import PageRequest
from app.domain.times import utc_now
from tests.factories import FIRST_DAY, Units, a_category, a_conference, a_user, caller
from tests.repositories.counting import counted

NOW = datetime(2031, 3, 2, 12, tzinfo=UTC)
KNOWN = ["technology", "workshop", "webinar", "conference", "masterclass", "meetup", "training"]


async def test_seven_are_there_from_the_start(uow: Units) -> None:
    async with uow().reading() as tx:
        every = await tx.categories.every()
    assert [category.slug for category in every] == KNOWN
    assert every[0] == Category(id=1, name="Technology", slug="technology")


async def test_what_is_added_is_found_and_saved(uow: Units) -> None:
    async with uow() as tx:
        added = await tx.categories.add(Category(id=0, name="Fair", slug="fair"), NOW)
        assert await tx.categories.lock(added.id) == added
        changed = Category(id=added.id, name="Trade Fair", slug="trade-fair")
        await tx.categories.save(changed)
    async with uow().reading() as tx:
        assert await tx.categories.find(added.id) == changed
        assert await tx.categories.find(added.id + 1) is None


@pytest.mark.parametrize(
    "double",
    [Category(id=0, name="WEBINAR", slug="other"), Category(id=0, name="Other", slug="webinar")],
)
async def test_constraints_bite(uow: Units, double: Category) -> None:
    with pytest.raises(NameTaken):
        async with uow() as tx:
            await tx.categories.add(double, NOW)


async def test_a_conference_of_a_category_that_is_not_there_is_refused(uow: Units) -> None:
    conference = await a_conference(uow)
    draft = ConferenceDraft(name="x", period=conference.period, category_id=999)
    with pytest.raises(UnknownReference):
        async with uow() as tx:
            await tx.conferences.add(draft, Money(minor=0, currency="USD"), None, NOW)


async def test_pages_and_orders(uow: Units) -> None:
    async with uow().reading() as tx:
        page = await tx.categories.page(PageRequest(number=2, size=3))
        assert ([item.slug for item in page.items], page.count) == (KNOWN[3:6], 7)
        page = await tx.categories.page(PageRequest(size=2, ordering=("-name",)))
        assert [item.slug for item in page.items] == ["workshop", "webinar"]
        page = await tx.categories.page(PageRequest(number=9, size=5))
        assert (list(page.items), page.count) == ([], 7)


async def test_what_is_deleted_forgets_its_category_when_that_goes(
    uow: Units, engine: AsyncEngine
) -> None:
    category = await a_category(uow)
    admin = caller(await a_user(uow, role=Role.ADMIN))
    gone = await a_conference(uow, category=category, starts_at=FIRST_DAY)
    stays = await a_conference(uow, category=category)
    await closing.delete_conference(uow(), admin, gone.id, utc_now())
    async with uow() as tx:
        assert await tx.categories.count_conferences(category.id) == 1
        await tx.conferences._do(
            text(f"UPDATE conferences SET category_id = 1 WHERE id = {stays.id}")
        )
        await tx.categories.delete(category.id)
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT category_id FROM conferences ORDER BY id"))
        assert rows.scalars().all() == [None, 1]


async def test_a_page_is_one_statement(uow: Units, engine: AsyncEngine) -> None:
    with counted(engine) as statements:
        async with uow().reading() as tx:
            await tx.categories.page(PageRequest())
    assert len(statements) == 1
