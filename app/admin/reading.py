"""The site's own questions to the database: a page of rows, how many there are, one of them.

It reads the tables with SQLAlchemy Core, as the rest of the house does: no ORM here either.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select, true
from starlette.requests import Request

from app.admin.entrance import runtime_of
from app.domain.access import Caller
from app.repositories.failures import translated
from app.repositories.tables import conferences

# Beyond it lists say "more than": counting a million rows takes longer than reading a page of them.
MOST_COUNTED = 10_000

Clause = ColumnElement[bool]
AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]


async def rows(request: Request, statement: AnySelect) -> Sequence[AnyRow]:
    """What a question finds. Raises domain errors only, or there is a mistake in it."""
    try:
        async with runtime_of(request).readers.connect() as connection:
            return (await connection.execute(statement)).all()
    except Exception as error:
        plain = translated(error)
        if plain is error:
            raise
        raise plain from error


async def counted(request: Request, statement: AnySelect) -> int:
    """How many rows there are, and one more than the most that is counted where there are more."""
    some = statement.limit(literal(MOST_COUNTED + 1)).subquery()
    [row] = await rows(request, select(func.count()).select_from(some))
    return int(row[0])


def literal(number: int) -> ColumnElement[int]:
    """A number that the planner sees: plans are made once per statement, whatever it binds."""
    return bindparam(None, number, literal_execute=True)


def of_own(conference_id: ColumnElement[Any], caller: Caller) -> Clause:
    """What hangs on a conference: admins see all of it, organizers that of their own."""
    if caller.is_admin:
        return true()
    own = select(conferences.c.id).where(conferences.c.organizer_id == caller.user_id)
    return conference_id.in_(own)
