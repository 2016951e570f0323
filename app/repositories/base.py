"""What every repository shares: a connection, and the way from rows to values."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import TextClause
from sqlalchemy.exc import DBAPIError

from app.alchemy import AsyncConnection
from app.domain.pages import PageRequest
from app.repositories import driver
from app.repositories.driver import Answer, Row, Values
from app.repositories.failures import is_overtaken
from app.repositories.together import Question, alone

T = TypeVar("T")

# Pages up to here have statements of their own; whoever leafs on shares one.
_FIRST_PAGES = 50


def limited(page: PageRequest) -> str:
    """The end of a statement that asks for a page; it binds no `offset` but a large one.

    Numbers are written out: what plans a query takes what is bound for a tenth of everything.
    """
    if page.number > _FIRST_PAGES:
        return f"LIMIT {page.size} OFFSET :offset"
    return f"LIMIT {page.size} OFFSET {page.offset}"


def offset_of(page: PageRequest) -> dict[str, int]:
    """What the end of that statement binds."""
    return {"offset": page.offset} if page.number > _FIRST_PAGES else {}


class Repository:
    """SQL for one noun, within the transaction it was made for."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _rows(self, statement: TextClause, values: Values | None = None) -> Sequence[Row]:
        return (await self._do(statement, values)).all()

    async def _row(self, statement: TextClause, values: Values | None = None) -> Row | None:
        row: Row | None = (await self._do(statement, values)).one_or_none()
        return row

    async def _answer(self, question: Question[T]) -> T:
        """What a question that is asked alone comes to."""
        return question.read((await self._do(alone(question.sql), question.values)).all())

    async def _do(self, statement: TextClause, values: Values | None = None) -> Answer:
        try:
            return await driver.ask(self._connection, statement, values)
        except DBAPIError as error:
            if not is_overtaken(error) or await self._has_begun():
                raise
        # A question that stands alone is asked again, and planned anew.
        return await driver.ask(self._connection, statement, values)

    async def _change(self, statement: TextClause, values: Values | None = None) -> int:
        """Do it, and return how many rows it has changed."""
        return await driver.change(self._connection, statement, values)

    async def _has_begun(self) -> bool:
        """Whether a transaction goes on here; what was known of the tables is forgotten."""
        raw = await self._connection.get_raw_connection()
        assert raw.driver_connection is not None
        await raw.driver_connection.reload_schema_state()
        return bool(raw.driver_connection.is_in_transaction())
