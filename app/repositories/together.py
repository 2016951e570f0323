"""Several questions in one round trip.

Each is written down once, by the repository that knows what its rows mean. Asked together they are
one statement: the database answers with a row that has an array of rows for each, and all of them
see the same moment.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import TextClause, text

from app.repositories.driver import Values

T = TypeVar("T")

# Known by place: composed rows have no names.
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """A SELECT, what it binds (by names that no other question uses), and what its rows mean."""

    sql: str
    values: Values
    read: Callable[[Rows], T]


@lru_cache(maxsize=64)
def alone(question: str) -> TextClause:
    """The statement that asks one of them."""
    return text(question)


@lru_cache(maxsize=64)
def composed(questions: tuple[str, ...]) -> TextClause:
    """The statement that asks them all."""
    arrays = (f"ARRAY(SELECT ROW(one.*) FROM ({sql}) AS one)" for sql in questions)
    return text(f"SELECT {', '.join(arrays)}")
