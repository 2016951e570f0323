import re

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.pages import PageRequest
from app.domain.reviews import ReviewFilter
from tests.factories import Units, a_conference
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
