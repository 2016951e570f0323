"""The trail, read; it is written by triggers alone."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import DateTime

from app.domain.histories import HistoryEntry, HistoryFilter
from app.domain.pages import Page, PageRequest
from app.domain.trail import Actor, ActorKind
from app.repositories.counting import Listing, ListingRepository, in_order
from app.repositories.driver import Row
from app.repositories.tables import TRAIL, metadata
from app.repositories.tables.trail import FOLLOWED

_SHOWN = (
    "SELECT t.id, t.kind, t.object_id, t.verb, t.state, t.changes, t.actor, t.actor_id,"
    " t.request_id, t.at, u.username FROM trail t LEFT JOIN users u ON u.id = t.actor_id"
)
_FILTERS = {
    "kind": "t.kind = :kind",
    "object_id": "t.object_id = :object_id",
    "actor": "t.actor = :actor",
    "actor_id": "t.actor_id = :actor_id",
    "since": "t.at >= :since",
    "until": "t.at < :until",
}
# Not what happened to anything, but since when it is noted.
_TOLD = "t.kind <> 'trail'"
# What is noted as text, as everything is, and is a moment.
_MOMENTS = frozenset(
    (followed.kind, column.name)
    for followed in FOLLOWED
    for column in metadata.tables[followed.table].columns
    if isinstance(column.type, DateTime)
)
# Of one thing, in the order of its locks; of everything, by when their transactions began.
_OF_ONE = in_order(("-id",), {"id": "t.id"}, "t.id")
_OF_ALL = in_order(("-at",), {"at": "t.at"}, "t.id")


class Trail(ListingRepository):
    async def page(self, wanted: HistoryFilter, page: PageRequest) -> Page[HistoryEntry]:
        """What became of one thing, the newest first."""
        return await self._entries(wanted, page, {})

    async def all(
        self, wanted: HistoryFilter, page: PageRequest, now: datetime
    ) -> Page[HistoryEntry]:
        """What became of everything; that of past hours is counted once an hour."""
        past = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
        return await self._entries(wanted, page, {"past": past})

    async def _entries(
        self, wanted: HistoryFilter, page: PageRequest, bounds: Mapping[str, Any]
    ) -> Page[HistoryEntry]:
        asked = {name: getattr(wanted, name) for name in _FILTERS}
        values = {name: value for name, value in asked.items() if value is not None}
        conditions = [_TOLD, *(_FILTERS[name] for name in values)]
        listing = Listing(
            alias="t",
            shown=_SHOWN,
            asked_of="FROM trail t",
            looked_up=conditions,
            compared=conditions,
            sights=["t.at < :past", "t.at >= :past"] if bounds else ["true"],
            order=_OF_ALL if bounds else _OF_ONE,
            counters=[TRAIL] if bounds else [],
            ids_first=True,
        )
        rows, count = await self._page(listing, {**values, **bounds}, page)
        return Page(items=[_entry(row) for row in rows], count=count, request=page)


def noted(kind: str, name: str, value: Any) -> Any:
    """A moment as one, in whatever zone it was noted; anything else as it was noted."""
    if value is None or (kind, name) not in _MOMENTS:
        return value
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        # Whoever writes past the application may have written `infinity`.
        return value


def _entry(row: Row) -> HistoryEntry:
    changes = row["changes"] or {}
    # What is new begins somewhere; a row of it says no more than that.
    if row["state"] is not None and row["verb"] == "created":
        changes = {"status": (None, row["state"])}
    return HistoryEntry(
        id=row["id"],
        kind=row["kind"],
        object_id=row["object_id"],
        verb=row["verb"],
        changes={
            name: (noted(row["kind"], name, was), noted(row["kind"], name, becomes))
            for name, (was, becomes) in changes.items()
        },
        actor=Actor(
            kind=ActorKind(row["actor"]),
            user_id=row["actor_id"],
            request_id=row["request_id"] or "",
        ),
        username=row["username"] or "",
        at=row["at"],
    )
