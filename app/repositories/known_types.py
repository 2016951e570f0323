"""What the database's own types are is asked once, not by each connection."""

from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from asyncpg import Connection

# What a database does not make itself has the same number in all of them.
_FIRST_OF_ITS_OWN = 16_384

_known: dict[frozenset[int], Sequence[Mapping[str, Any]]] = {}


class KnowingConnection(Connection):  # type: ignore[misc]
    """Whoever meets an array of numbers first asks what it is, which takes as long as a page does.

    The driver asks so for each connection, with the first request on it.
    """

    __slots__ = ()

    async def _introspect_types(self, typeoids: Iterable[int], within: float | None) -> Any:
        asked = frozenset(typeoids)
        if asked not in _known:
            types, statement = await super()._introspect_types(typeoids, within)
            if max(asked) < _FIRST_OF_ITS_OWN:
                _known[asked] = types
            return types, statement
        # No statement was asked, so that none was forgotten for it.
        return _known[asked], SimpleNamespace(name="known")
