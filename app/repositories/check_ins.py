"""Check-ins: tickets locked by their codes, check-ins written and counted, all by sets."""

from collections.abc import Mapping, Sequence
from json import dumps
from typing import Any

from sqlalchemy import text

from app.domain.check_ins import CheckIn, CheckInFilter, DoorTicket, Nonce, Turnout
from app.domain.pages import Page, PageRequest
from app.domain.registrations import RegistrationStatus
from app.domain.trail import Actor
from app.repositories.counting import Listing, ListingRepository
from app.repositories.tables import CHECK_INS

_HOLDER = (
    "coalesce(nullif(r.guest_name, ''), a.name), t.name AS ticket_type_name,"
    " s.name AS session_name, r.quantity"
)
_HOLDERS = (
    " JOIN attendees a ON a.id = r.attendee_id LEFT JOIN ticket_types t ON t.id = r.ticket_type_id"
    " LEFT JOIN sessions s ON s.id = r.session_id"
)
_TICKET = (
    "r.id, r.ticket_code, r.conference_id, d.id AS door_id, d.organizer_id, r.status,"
    f" r.checked_in_at, {_HOLDER}"
)
_FROM = f" FROM registrations r{_HOLDERS}"
_LOCK_TICKETS = text(
    f"SELECT {_TICKET}, shown.door{_FROM}"
    " JOIN unnest(CAST(:codes AS uuid[]), CAST(:doors AS bigint[])) AS shown(code, door)"
    " ON shown.code = r.ticket_code LEFT JOIN conferences d"
    " ON d.id = coalesce(shown.door, r.conference_id) AND d.deleted_at IS NULL"
    # By itself, so that tickets are looked up whatever was known of them when this was planned.
    " WHERE r.ticket_code = ANY(CAST(:codes AS uuid[])) ORDER BY r.id FOR NO KEY UPDATE OF r"
)
_LIVE_TICKETS = text(
    f"SELECT {_TICKET}{_FROM} JOIN conferences d ON d.id = r.conference_id"
    " WHERE r.conference_id = :conference AND r.id > :after"
    " AND r.status IN ('pending', 'confirmed') ORDER BY r.id LIMIT :most"
)
_CHECK_IN = (
    "k.id, k.registration_id, k.conference_id, c.organizer_id, k.nonce, k.scanned_at,"
    f" k.received_at, k.scanned_by, k.undone_at, k.undone_by, {_HOLDER}"
)
_CHECK_INS = (
    " FROM check_ins k JOIN conferences c ON c.id = k.conference_id"
    f" JOIN registrations r ON r.id = k.registration_id{_HOLDERS}"
)
_KNOWN = text(
    f"SELECT {_CHECK_IN}{_CHECK_INS} WHERE k.conference_id = ANY(CAST(:conferences AS bigint[]))"
    " AND k.nonce = ANY(CAST(:nonces AS text[]))"
)
_LOCK = text(f"SELECT {_CHECK_IN}{_CHECK_INS} WHERE k.id = :id FOR NO KEY UPDATE OF r, k")
# In order of nonce, so that two who use the same ones wait for each other and do not lock up.
_ADD = text(
    "WITH made AS (INSERT INTO check_ins (registration_id, conference_id, nonce, scanned_at,"
    " received_at, scanned_by) SELECT shown.* FROM unnest(CAST(:registration_id AS bigint[]),"
    " CAST(:conference_id AS bigint[]), CAST(:nonce AS text[]), CAST(:scanned_at AS timestamptz[]),"
    " CAST(:received_at AS timestamptz[]), CAST(:scanned_by AS bigint[])) AS shown"
    # Read by the trigger that notes each in the trail.
    " CROSS JOIN (SELECT set_config('plenary.asked', :asked, true)) AS told ORDER BY 2, 3"
    " ON CONFLICT DO NOTHING RETURNING id, conference_id, nonce, registration_id, scanned_at),"
    " marked AS (UPDATE registrations SET checked_in_at = made.scanned_at FROM made"
    " WHERE registrations.id = made.registration_id)"
    " SELECT conference_id, nonce, id FROM made"
)
_UNDO = text(
    "WITH undone AS (UPDATE check_ins SET undone_at = :at, undone_by = :by WHERE id = :id"
    " RETURNING registration_id)"
    " UPDATE registrations SET checked_in_at = NULL FROM undone"
    " WHERE registrations.id = undone.registration_id"
)
_TURNOUT = text(
    "WITH counted AS (SELECT ticket_type_id, session_id, count(*) AS expected,"
    " sum(quantity) AS expected_seats, count(checked_in_at) AS checked_in,"
    " coalesce(sum(quantity) FILTER (WHERE checked_in_at IS NOT NULL), 0) AS checked_in_seats"
    " FROM registrations WHERE conference_id = :conference AND status = 'confirmed'"
    " GROUP BY ticket_type_id, session_id)"
    " SELECT ticket_type_id, session_id, coalesce(t.name, s.name) AS name, expected,"
    " expected_seats, checked_in, checked_in_seats FROM counted"
    " LEFT JOIN ticket_types t ON t.id = ticket_type_id LEFT JOIN sessions s ON s.id = session_id"
    " ORDER BY session_id NULLS FIRST, ticket_type_id NULLS LAST"
)
_FILTERS = {
    "organizer_id": "c.organizer_id = :organizer_id AND c.deleted_at IS NULL",
    "conference_id": "k.conference_id = :conference_id",
    "registration_id": "k.registration_id = :registration_id",
}
_STATUSES = {status.value: status for status in RegistrationStatus}


class CheckIns(ListingRepository):
    async def lock_tickets(
        self, codes: Sequence[str], door_id: int | None
    ) -> Mapping[str, DoorTicket]:
        """Lock the tickets of these codes, and read them as they are now, at the named door."""
        locked = await self.lock_shown([(code, door_id) for code in codes])
        return {code: ticket for (code, _), ticket in locked.items()}

    async def lock_shown(
        self, shown: Sequence[tuple[str, int | None]]
    ) -> Mapping[tuple[str, int | None], DoorTicket]:
        """Lock the tickets of these codes, and read them as they are now, each at its door."""
        if not shown:
            return {}
        values = {"codes": [code for code, _ in shown], "doors": [door for _, door in shown]}
        found: Sequence[Any] = (await self._do(_LOCK_TICKETS, values)).all()
        return {(str(row[1]), row[-1]): _ticket(row) for row in found}

    async def live_tickets(self, conference_id: int, after: int, most: int) -> Sequence[DoorTicket]:
        """Up to `most` live tickets after that registration, in order of id."""
        values = {"conference": conference_id, "after": after, "most": most}
        return [_ticket(row) for row in (await self._do(_LIVE_TICKETS, values)).all()]

    async def known(self, nonces: Sequence[Nonce]) -> Mapping[Nonce, CheckIn]:
        """The check-ins, undone ones too, that these nonces led to; of those of another of these
        conferences there may be some among them.
        """
        if not nonces:
            return {}
        values = {
            "conferences": list({conference_id for conference_id, _ in nonces}),
            "nonces": [nonce for _, nonce in nonces],
        }
        check_ins = [_check_in(row) for row in (await self._do(_KNOWN, values)).all()]
        return {(one.conference_id, one.nonce): one for one in check_ins}

    async def add(
        self, drafts: Sequence[CheckIn], asked: Mapping[Nonce, Actor] | None = None
    ) -> Mapping[Nonce, int]:
        """Store drafts and mark their tickets; the ids by nonce of those that nothing barred.

        The trail says of each who `asked` for it, where that is told.
        """
        if not drafts:
            return {}
        values = {
            "registration_id": [draft.registration_id for draft in drafts],
            "conference_id": [draft.conference_id for draft in drafts],
            "nonce": [draft.nonce for draft in drafts],
            "scanned_at": [draft.checked_in_at for draft in drafts],
            "received_at": [draft.received_at for draft in drafts],
            "scanned_by": [draft.scanned_by for draft in drafts],
            "asked": _said(asked or {}),
        }
        made: Sequence[Any] = (await self._do(_ADD, values)).all()
        return {(row[0], row[1]): row[2] for row in made}

    async def lock(self, id: int) -> CheckIn | None:
        """Lock one and its ticket, and read it as it is now."""
        row = (await self._do(_LOCK, {"id": id})).one_or_none()
        return None if row is None else _check_in(row)

    async def undo(self, undone: CheckIn) -> None:
        """Store that it was taken back, and free its ticket."""
        await self._do(_UNDO, {"id": undone.id, "at": undone.undone_at, "by": undone.undone_by})

    async def page(self, filter: CheckInFilter, page: PageRequest) -> Page[CheckIn]:
        """A page, the newest first, and the count of the whole."""
        values = {name: value for name in _FILTERS if (value := getattr(filter, name)) is not None}
        where = [_FILTERS[name] for name in values]
        of_organizer = "organizer_id" in values
        joined = " JOIN conferences c ON c.id = k.conference_id" if of_organizer else ""
        listing = Listing(
            alias="k",
            shown=f"SELECT {_CHECK_IN}{_CHECK_INS}",
            asked_of=f"FROM check_ins k{joined}",
            looked_up=where,
            compared=where,
            order="k.id DESC",
            counters=[] if of_organizer else [CHECK_INS],
            ids_first=True,
        )
        rows, count = await self._page(listing, values, page)
        items = [_check_in(tuple(row.values())) for row in rows]
        return Page(items=items, count=count, request=page)

    async def turnout(self, conference_id: int) -> Sequence[Turnout]:
        """Admissions by ticket type first, then sessions."""
        rows = await self._rows(_TURNOUT, {"conference": conference_id})
        return [Turnout(**row) for row in rows]


def _said(asked: Mapping[Nonce, Actor]) -> str:
    return dumps({f"{at}/{nonce}": actor.said for (at, nonce), actor in asked.items()})


def _ticket(row: Sequence[Any]) -> DoorTicket:
    """By place, for lists are long."""
    return DoorTicket(
        registration_id=row[0],
        code=str(row[1]),
        conference_id=row[2],
        door_id=row[3],
        organizer_id=row[4],
        status=_STATUSES[row[5]],
        checked_in_at=row[6],
        attendee_name=row[7],
        ticket_type_name=row[8],
        session_name=row[9],
        quantity=row[10],
    )


def _check_in(row: Sequence[Any]) -> CheckIn:
    return CheckIn(
        id=row[0],
        registration_id=row[1],
        conference_id=row[2],
        organizer_id=row[3],
        nonce=row[4],
        checked_in_at=row[5],
        received_at=row[6],
        scanned_by=row[7],
        undone_at=row[8],
        undone_by=row[9],
        attendee_name=row[10],
        ticket_type_name=row[11],
        session_name=row[12],
        quantity=row[13],
    )
