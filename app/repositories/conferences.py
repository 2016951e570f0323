"""SQL of conferences."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.domain.access import Caller
from app.domain.conferences import (
    Conference,
    ConferenceDraft,
    ConferenceFilter,
    ConferenceStatus,
    Visibility,
)
from app.domain.money import Money
from app.domain.pages import Page, PageRequest
from app.domain.showing import without_online_url
from app.domain.times import TimeRange
from app.repositories.base import Repository
from app.repositories.conference_pages import ConferencePages, Found
from app.repositories.visibility import JOINED, SHOWS_ONLINE_URL, VISIBLE
from app.repositories.visibility import viewer as values_of

COLUMNS = (
    "id, name, description, location, timezone, starts_at, ends_at, capacity, seats_taken,"
    " price_minor, currency, multi_track, status, visibility, registration_deadline,"
    " organizer_id, created_at, updated_at, category_id, cover_image, waiting, is_online,"
    " online_url, tags, reviews_count, ratings_sum"
)
# Days are told in a conference's own zone. Its name is tried as it is stored, so that a zone
# this database does not know is refused once and cannot spoil a list later.
_KNOWN_TIMEZONE = "CASE WHEN now() AT TIME ZONE :timezone IS NOT NULL THEN :timezone END"
# What kind of occasion one is that does not say so.
USUAL_CATEGORY = "(SELECT id FROM categories WHERE slug = 'conference')"

_FIND = text(
    f"SELECT {SHOWS_ONLINE_URL} AS shown, {COLUMNS} FROM conferences c WHERE id = :id AND {VISIBLE}"
)
_LOCK = text(
    f"SELECT {COLUMNS} FROM conferences WHERE id = :id AND deleted_at IS NULL FOR NO KEY UPDATE"
)
_OVER_BECAUSE = text(
    "SELECT CASE WHEN deleted_at IS NOT NULL THEN 'conference_deleted'"
    " WHEN status = 'cancelled' THEN 'conference_cancelled' END FROM conferences WHERE id = :id"
)
_COVER_OF = text("SELECT cover_image FROM conferences WHERE id = :id AND deleted_at IS NULL")
_IS_JOINED = text(f"SELECT CAST(:id AS bigint) IN ({JOINED})")
_ADD = text(
    "INSERT INTO conferences (name, description, location, timezone, starts_at, ends_at, capacity,"
    " price_minor, currency, multi_track, status, visibility, registration_deadline,"
    " organizer_id, category_id, cover_image, is_online, online_url, tags,"
    " created_at, updated_at) VALUES (:name,"
    f" :description, :location, {_KNOWN_TIMEZONE}, :starts_at, :ends_at, :capacity, :price_minor,"
    " :currency, :multi_track, :status, :visibility, :registration_deadline, :organizer_id,"
    f" coalesce(:category_id, {USUAL_CATEGORY}), :cover_image, :is_online,"
    " :online_url, :tags, :now, :now)"
    f" RETURNING {COLUMNS}"
)
_SAVE = text(
    "UPDATE conferences SET name = :name, description = :description, location = :location,"
    f" timezone = {_KNOWN_TIMEZONE}, starts_at = :starts_at, ends_at = :ends_at,"
    " capacity = :capacity, price_minor = :price_minor, currency = :currency,"
    " multi_track = :multi_track, status = :status, visibility = :visibility,"
    " registration_deadline = :registration_deadline, category_id = :category_id,"
    " cover_image = :cover_image, is_online = :is_online, online_url = :online_url,"
    " tags = :tags, updated_at = :now WHERE id = :id"
)
_DELETE = text("UPDATE conferences SET deleted_at = :now, updated_at = :now WHERE id = :id")

_VERSIONS = text(
    f"SELECT xmin, {COLUMNS} FROM conferences c WHERE id = ANY(CAST(:ids AS bigint[]))"
    f" AND {VISIBLE}"
)
# Rows by id, each with the transaction that wrote it: whatever changes a row changes that.
_remembered: dict[int, tuple[int, Conference]] = {}
_MOST_REMEMBERED = 2_000


class Conferences(Repository):
    async def find(self, id: int, viewer: Caller | None) -> Conference | None:
        """One that the viewer may see."""
        rows: Sequence[Any] = (await self._do(_FIND, {"id": id, **values_of(viewer)})).all()
        return seen_conference_of(rows[0]) if rows else None

    async def lock(self, id: int) -> Conference | None:
        """Lock one that is not deleted, and read it as it is now."""
        rows = (await self._do(_LOCK, {"id": id})).all()
        return conference_of(rows[0]) if rows else None

    async def over_because(self, id: int) -> str | None:
        """Why nobody comes any more, deleted or cancelled; None where they do."""
        return (await self._do(_OVER_BECAUSE, {"id": id})).scalar_one_or_none()

    async def cover_of(self, id: int) -> str:
        """The name of its picture's file, whoever asks; empty for none."""
        found = (await self._do(_COVER_OF, {"id": id})).scalar_one_or_none()
        return found or ""

    async def is_joined(self, id: int, viewer: Caller | None) -> bool:
        """Whether the viewer is registered, or waiting, for it or one of its sessions."""
        viewer_id = None if viewer is None else viewer.user_id
        joined = await self._do(_IS_JOINED, {"id": id, "viewer_id": viewer_id})
        return bool(joined.scalar_one())

    async def page(
        self, viewer: Caller | None, filter: ConferenceFilter, page: PageRequest, now: datetime
    ) -> Page[Conference]:
        """A page of what the viewer may see, and the count of the whole.

        One statement tells which versions of which rows they are; only those that this process
        does not remember are then read. Who may know where to meet online is told beside each.
        """
        pages = ConferencePages(self._connection)
        found, count, is_exact = await pages.find(viewer, filter, page, now)
        told = {id: remembered(id, version.xmin) for id, version in found.items()}
        known = {id: conference for id, conference in told.items() if conference is not None}
        known |= await self._learn([id for id in found if id not in known], viewer)
        # What disappeared between the two statements is left out.
        items = [_shown(known[id], version) for id, version in found.items() if id in known]
        return Page(items=items, count=count, request=page, is_exact=is_exact)

    async def _learn(self, ids: Sequence[int], viewer: Caller | None) -> Mapping[int, Conference]:
        """Read rows as they are now, and remember them by their versions."""
        if not ids:
            return {}
        rows: Sequence[Any] = (await self._do(_VERSIONS, {"ids": ids, **values_of(viewer)})).all()
        return remember([(row[0], conference_of(row[1:])) for row in rows])

    async def add(
        self, draft: ConferenceDraft, price: Money, organizer_id: int | None, now: datetime
    ) -> Conference:
        values = _values(draft, price) | {"organizer_id": organizer_id, "now": now}
        return conference_of((await self._do(_ADD, values)).one())

    async def save(self, conference: Conference) -> None:
        """Store what can be changed; the seats taken are counted elsewhere."""
        values = _values(conference, conference.price)
        await self._do(_SAVE, values | {"id": conference.id, "now": conference.updated_at})

    async def delete(self, id: int, now: datetime) -> None:
        """Take it from sight."""
        await self._do(_DELETE, {"id": id, "now": now})


def ordered(ordering: Sequence[str], columns: Mapping[str, str], table: str) -> str:
    """An ORDER BY of whitelisted names, made unique by the id."""
    parts = [
        f"{table}.{columns[name.removeprefix('-')]}" + (" DESC" if name.startswith("-") else "")
        for name in ordering
    ]
    return ", ".join([*parts, f"{table}.id"])


def _shown(conference: Conference, found: Found) -> Conference:
    return conference if found.shows_online_url else without_online_url(conference)


def remembered(id: int, version: int) -> Conference | None:
    """What this process remembers of a row, if that is this version of it."""
    known = _remembered.get(id)
    return known[1] if known is not None and known[0] == version else None


def remember(read: Iterable[tuple[int, Conference]]) -> Mapping[int, Conference]:
    """Keep rows by their versions; returns them by id."""
    if len(_remembered) > _MOST_REMEMBERED:
        _remembered.clear()
    rows = {conference.id: (version, conference) for version, conference in read}
    _remembered.update(rows)
    return {id: conference for id, (_, conference) in rows.items()}


def _values(source: Conference | ConferenceDraft, price: Money) -> dict[str, Any]:
    return {
        "name": source.name,
        "description": source.description,
        "location": source.location,
        "timezone": source.timezone,
        "starts_at": source.period.start,
        "ends_at": source.period.end,
        "capacity": source.capacity,
        "price_minor": price.minor,
        "currency": price.currency,
        "multi_track": source.multi_track,
        "status": source.status.value,
        "visibility": source.visibility.value,
        "registration_deadline": source.registration_deadline,
        "category_id": source.category_id,
        "cover_image": source.cover_image,
        "is_online": source.is_online,
        "online_url": source.online_url,
        "tags": source.tags,
    }


_STATUSES = {status.value: status for status in ConferenceStatus}
_VISIBILITIES = {visibility.value: visibility for visibility in Visibility}


def conference_of(row: Sequence[Any]) -> Conference:
    """From a row that begins with `COLUMNS`; by place, for lists are long."""
    return Conference(
        id=row[0],
        name=row[1],
        description=row[2],
        location=row[3],
        timezone=row[4],
        period=TimeRange(start=row[5], end=row[6]),
        capacity=row[7],
        seats_taken=row[8],
        price=Money(minor=row[9], currency=row[10]),
        multi_track=row[11],
        status=_STATUSES[row[12]],
        visibility=_VISIBILITIES[row[13]],
        registration_deadline=row[14],
        organizer_id=row[15],
        created_at=row[16],
        updated_at=row[17],
        category_id=row[18],
        cover_image=row[19],
        waiting=row[20],
        is_online=row[21],
        online_url=row[22],
        tags=row[23],
        reviews_count=row[24],
        ratings_sum=row[25],
    )


def seen_conference_of(row: Sequence[Any]) -> Conference:
    """From a row that begins with whether its online address is shown to who asks."""
    conference = conference_of(row[1:])
    return conference if row[0] else without_online_url(conference)
