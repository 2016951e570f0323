"""Answers to several questions at once."""

from typing import Any, TypeVar, overload

from app.repositories.base import Repository
from app.repositories.together import Question, composed

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")


class Answers(Repository):
    @overload
    async def to(self, a: Question[A], b: Question[B], /) -> tuple[A, B]: ...
    @overload
    async def to(self, a: Question[A], b: Question[B], c: Question[C], /) -> tuple[A, B, C]: ...
    @overload
    async def to(
        self, a: Question[A], b: Question[B], c: Question[C], d: Question[D], /
    ) -> tuple[A, B, C, D]: ...
    async def to(self, *questions: Question[Any]) -> tuple[Any, ...]:
        """Ask them in one round trip; each answer as if its question was asked alone."""
        statement = composed(tuple(question.sql for question in questions))
        values = {name: v for question in questions for name, v in question.values.items()}
        row = (await self._do(statement, values)).one()
        return tuple(question.read(rows) for question, rows in zip(questions, row, strict=True))
