import re

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.access import Role
from app.domain.conferences import Visibility
from app.domain.pages import PageRequest
from app.domain.reviews import ReviewFilter
from tests.factories import Units, a_conference, a_user, caller
from tests.repositories.counting import counted

_MANY = """
INSERT INTO users (username, username_folded, email, email_folded, password_hash, role,
  created_at, updated_at) SELECT 'r' || n, 'r' || n, 'r' || n, 'r' || n, '', 'attendee', now(),
  now() FROM generate_series(1, 3000) n;
INSERT INTO reviews (conference_id, user_id, rating, title, review, created_at, updated_at)
  SELECT c.id, u.id, 5, 'x', 'x', now() - u.id * interval '1 second', now()
  FROM users u, conferences c;
ANALYZE users, reviews, conferences
"""
_ONE_OF_EACH = text(
    "INSERT INTO reviews (conference_id, user_id, rating, title, review, created_at, updated_at)"
    " SELECT c.id, u.id, 1 + (c.id + u.id) % 2, 'Nice', 'x', now(), now()"
    " FROM users u, conferences c"
)


async def test_the_newest_of_all_are_read_from_the_end_of_an_index(
    uow: Units, engine: AsyncEngine
) -> None:
    await a_conference(uow)
    async with engine.begin() as connection:
        for statement in _MANY.split(";"):
            await connection.execute(text(statement))
    with counted(engine) as sent:
        async with uow() as tx:
            page = await tx.reviews.page(
                None, ReviewFilter(), PageRequest(ordering=("-created_at",))
            )
    assert page.count > len(page.items) > 0
    [asked] = [statement for statement in sent if "LIMIT" in statement]
    bound = {"AS boolean": "false", "AS bigint": "NULL"}
    asked = re.sub(
        r"CAST\(\$\d+(?:::\w+)? (AS \w+)\)",
        lambda found: f"CAST({bound[found[1]]} {found[1]})",
        asked,
    )
    asked = re.sub(r"(LIMIT|OFFSET) \$\d+(?:::\w+)?", r"\1 10", asked)
    async with engine.connect() as connection:
        plan = "\n".join((await connection.execute(text(f"EXPLAIN {asked}"))).scalars())
    assert "ix_reviews_created_at" in plan, plan


@pytest.mark.parametrize("role", [Role.ORGANIZER, Role.ADMIN])
@pytest.mark.parametrize("filter", [ReviewFilter(), ReviewFilter(search="nice")])
@pytest.mark.parametrize("ordering", [("-created_at",), ("rating",), ("-helpful", "id")])
async def test_pages_go_on_where_the_last_one_ended_whether_few_or_many_answer(
    uow: Units, engine: AsyncEngine, role: Role, filter: ReviewFilter, ordering: tuple[str, ...]
) -> None:
    viewer = await a_user(uow, role=role)
    for visibility in (Visibility.PUBLIC, Visibility.PRIVATE, Visibility.PRIVATE):
        await a_conference(uow, organizer=viewer, visibility=visibility)
    await a_user(uow)
    await a_user(uow)
    async with engine.begin() as connection:
        await connection.execute(_ONE_OF_EACH)
    requests = [PageRequest(number=n, size=2, ordering=ordering) for n in range(1, 7)]
    async with uow().reading() as tx:
        whole, *pages = [
            (await tx.reviews.page(caller(viewer), filter, page)).items
            for page in (PageRequest(size=20, ordering=ordering), *requests)
        ]
    assert len(whole) == 9
    assert [one for page in pages for one in page] == whole
    keys = [(one.created_at, one.rating, one.helpful_count) for one in whole]
    by = {"-created_at": 0, "rating": 1, "-helpful": 2}[ordering[0]]
    in_order = sorted((key[by] for key in keys), reverse=ordering[0].startswith("-"))
    assert [key[by] for key in keys] == in_order
