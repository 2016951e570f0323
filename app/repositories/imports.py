"""SQL of bringing in by the batch, and of clearing the ground before."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import text

from app.domain.access import fold
from app.domain.conferences import ConferenceDraft
from app.domain.imports import Holdings, Identity
from app.repositories.base import Repository
from app.repositories.conferences import USUAL_CATEGORY

# Whatever hangs on a conference, in the order in which rows are locked: whoever writes while
# this waits for a table holds none of a later one.
CLEARED = (
    "conferences",
    "attendees",
    "rooms",
    "speakers",
    "sessions",
    "ticket_types",
    "registrations",
    "registration_tallies",
    "payments",
    "refunds",
    "invoices",
    "reviews",
    "review_votes",
    "certificates",
    "waitlist_log",
    "check_ins",
    "notifications",
    "news",
    "outbox",
    # An answer kept for a repeated request tells of what is gone.
    "idempotency_keys",
)
# Accounts and their logins, the words for occasions, the log of what was asked; and the numbers of
# invoices, for one that was given out is never given out again; and who did all that.
KEPT = (
    "users",
    "token_families",
    "mailed_tokens",
    "calendar_feeds",
    "categories",
    "request_logs",
    "invoice_counters",
    "trail",
)
_COUNTED = (
    "conferences",
    "sessions",
    "ticket_types",
    "attendees",
    "registrations",
    "payments",
    "check_ins",
    "notifications",
)

_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('plenary'), hashtext('import'))")
_KNOWN = text(
    "SELECT id, name, starts_at FROM conferences"
    " WHERE starts_at = ANY(CAST(:starts AS timestamptz[])) AND deleted_at IS NULL ORDER BY id DESC"
)
_ADD = text(
    "INSERT INTO conferences (name, description, location, starts_at, ends_at, capacity,"
    " category_id, status, organizer_id, created_at, updated_at)"
    " SELECT name, description, location, starts_at, ends_at, capacity,"
    f" coalesce(category_id, {USUAL_CATEGORY}), 'published',"
    " CAST(:organizer_id AS bigint), CAST(:now AS timestamptz), CAST(:now AS timestamptz)"
    " FROM unnest(CAST(:names AS text[]), CAST(:descriptions AS text[]),"
    " CAST(:locations AS text[]), CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]),"
    " CAST(:capacities AS int[]), CAST(:category_ids AS bigint[])) AS brought(name, description,"
    " location, starts_at, ends_at, capacity, category_id)"
    " RETURNING id, name, starts_at"
)
_NEWEST = text("SELECT coalesce(max(id), 0) FROM registrations")
_HOLD = text(f"LOCK TABLE {', '.join(CLEARED)} IN ACCESS EXCLUSIVE MODE")
# Ids go on where they are: an id, a mail's number, a kept row never come to mean something else.
_CLEAR = text(f"TRUNCATE {', '.join(CLEARED)} CONTINUE IDENTITY")
_NOTHING_UNREAD = text("UPDATE users SET unread_notifications = 0 WHERE unread_notifications > 0")
_COVERS = text("SELECT cover_image FROM conferences WHERE cover_image <> ''")
_HOLDINGS = text(
    "SELECT "
    + ", ".join(f"(SELECT count(*) FROM {name}) AS {name}" for name in _COUNTED)
    + ", (SELECT count(*) FROM payments WHERE status IN ('pending', 'paid')) AS standing"
)


class Imports(Repository):
    async def alone(self) -> None:
        """Whoever else brings in conferences waits until this transaction ends."""
        await self._do(_ALONE)

    async def conferences(self, wanted: Collection[Identity]) -> Mapping[Identity, int]:
        """The ids of those that are there; of several alike, the oldest."""
        rows = await self._rows(_KNOWN, {"starts": sorted({start for _, start in wanted})})
        known = {(fold(row["name"]), row["starts_at"]): row["id"] for row in rows}
        return {one: known[one] for one in wanted if one in known}

    async def add_conferences(
        self, drafts: Sequence[ConferenceDraft], organizer_id: int | None, now: datetime
    ) -> Mapping[Identity, int]:
        """Insert free, public, published conferences that differ in name or start."""
        values = {
            "names": [draft.name for draft in drafts],
            "descriptions": [draft.description for draft in drafts],
            "locations": [draft.location for draft in drafts],
            "starts": [draft.period.start for draft in drafts],
            "ends": [draft.period.end for draft in drafts],
            "capacities": [draft.capacity for draft in drafts],
            "category_ids": [draft.category_id for draft in drafts],
            "organizer_id": organizer_id,
            "now": now,
        }
        rows = await self._rows(_ADD, values) if drafts else ()
        return {(fold(row["name"]), row["starts_at"]): row["id"] for row in rows}

    async def newest_registration(self) -> int:
        return int((await self._do(_NEWEST)).scalar_one())

    async def holdings(self) -> Holdings:
        """How much there is of what `clear` removes."""
        row = await self._row(_HOLDINGS)
        assert row is not None
        return Holdings(
            counts={name: row[name] for name in _COUNTED}, standing_payments=row["standing"]
        )

    async def hold_everything(self) -> None:
        """Nobody reads or writes what is to be cleared until this transaction ends."""
        await self._do(_HOLD)

    async def covers(self) -> Sequence[str]:
        """The files of all cover images, of deleted conferences too."""
        return [row["cover_image"] for row in await self._rows(_COVERS)]

    async def clear(self) -> None:
        await self._do(_CLEAR)
        await self._do(_NOTHING_UNREAD)
