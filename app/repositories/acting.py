"""Tells the database who acts, for the trail."""

from typing import Any

from app.domain.trail import ACTOR
from app.repositories.known_types import KnowingConnection


class ActingConnection(KnowingConnection):
    """Says with the beginning of each transaction in whose name it acts: no round trip is added.

    What is said holds for that transaction only, so that it goes through any pooler.
    """

    __slots__ = ()

    async def execute(self, query: str, *args: Any, **how: Any) -> str:
        if query.startswith("BEGIN"):
            said = ACTOR.get().said.replace("'", "''")
            query = f"{query} SET LOCAL plenary.actor = '{said}'"
        done: str = await super().execute(query, *args, **how)
        return done
