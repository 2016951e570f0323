"""Check-in as JSON: what scanners send, and what the door is told."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.domain.check_ins import (
    CheckIn,
    CheckInFilter,
    DoorTicket,
    Scan,
    Turnout,
    Upload,
    fingerprint,
    state,
    total,
)
from app.routers.fields import NONCE_PATTERN, Id, QueryId, moment
from app.routers.v1.listing import ListQuery, orderable

MOST_SCANS = 10_000
MOST_ROWS = 10_000
# As many characters as the largest QR code holds.
LONGEST_CODE = 7_089
COLUMNS = ("sha256", "name", "ticket_type", "session", "quantity", "state")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)")


def _device_time(value: Any) -> datetime:
    """Any moment: a device whose clock is wrong has scanned all the same."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ValueError("must be a date-time with a time zone, such as 2026-09-01T09:00:00Z")
    return moment(value)


Code = Annotated[str, StringConstraints(strict=True, max_length=LONGEST_CODE)]
"""Whatever was read: what is no ticket's code is `unknown`, not malformed."""

Nonce = Annotated[str, StringConstraints(strict=True, pattern=NONCE_PATTERN)]
"""The device's own name for a scan, such as a random UUID."""

DeviceTime = Annotated[datetime, BeforeValidator(_device_time)]

_CODE = "5d3c0f1e-8f5b-4f0a-9a35-0c7a1d9e6b42"
_NONCE = "door2-000184"


class ScanIn(BaseModel):
    """`nonce` is new for each scan and the same when one is sent again; `scanned_at` may fail."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"code": _CODE, "nonce": _NONCE, "scanned_at": "2026-09-01T08:41:07Z"}]
        },
    )

    code: Code
    nonce: Nonce
    scanned_at: DeviceTime | None = None

    def scan(self) -> Scan:
        return Scan(code=self.code, nonce=self.nonce, scanned_at=self.scanned_at)


class CheckInIn(ScanIn):
    """`conference` is the one at whose door this is; without it, it is the ticket's own."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"code": _CODE, "nonce": _NONCE, "conference": 1}]},
    )

    conference: Id | None = None


class UploadIn(BaseModel):
    """Scans gathered without a network, in any order; sent twice, they count once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "conference": 1,
                    "scans": [
                        {"code": _CODE, "nonce": _NONCE, "scanned_at": "2026-09-01T08:41:07Z"}
                    ],
                }
            ]
        },
    )

    conference: Id
    scans: Annotated[list[ScanIn], Field(max_length=MOST_SCANS)]


class CheckInOut(BaseModel):
    """It stands while `undone_at` is null. `attendee_name` is the one given at registration."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 184,
                    "conference": 1,
                    "registration": 55,
                    "attendee_name": "Ada Lovelace",
                    "ticket_type_name": "Early bird",
                    "session_name": None,
                    "quantity": 1,
                    "nonce": _NONCE,
                    "checked_in_at": "2026-09-01T08:41:07Z",
                    "received_at": "2026-09-01T08:41:07Z",
                    "scanned_by": 2,
                    "undone_at": None,
                    "undone_by": None,
                }
            ]
        }
    )

    id: int
    conference: int
    registration: int
    attendee_name: str
    ticket_type_name: str | None
    session_name: str | None
    quantity: int
    nonce: str
    checked_in_at: datetime
    received_at: datetime
    scanned_by: int
    undone_at: datetime | None
    undone_by: int | None

    @classmethod
    def of(cls, check_in: CheckIn) -> "CheckInOut":
        return cls(
            id=check_in.id,
            conference=check_in.conference_id,
            registration=check_in.registration_id,
            attendee_name=check_in.attendee_name,
            ticket_type_name=check_in.ticket_type_name,
            session_name=check_in.session_name,
            quantity=check_in.quantity,
            nonce=check_in.nonce,
            checked_in_at=check_in.checked_in_at,
            received_at=check_in.received_at,
            scanned_by=check_in.scanned_by,
            undone_at=check_in.undone_at,
            undone_by=check_in.undone_by,
        )


class ScanResultOut(BaseModel):
    """`result` is `checked_in`, or the code of the error that the scan alone would have met."""

    nonce: str
    result: str
    checked_in_at: datetime | None


class UploadOut(BaseModel):
    """One result per scan, in the order sent."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "conference": 1,
                    "results": [
                        {
                            "nonce": _NONCE,
                            "result": "checked_in",
                            "checked_in_at": "2026-09-01T08:41:07Z",
                        }
                    ],
                }
            ]
        }
    )

    conference: int
    results: list[ScanResultOut]


def uploaded(upload: Upload) -> dict[str, Any]:
    """An `UploadOut`, written without ten thousand models."""
    return {
        "conference": upload.conference_id,
        "results": [
            {"nonce": one.nonce, "result": one.result, "checked_in_at": one.checked_in_at}
            for one in upload.results
        ],
    }


class CountsOut(BaseModel):
    """Tickets of confirmed registrations, and the seats they are for."""

    expected: int
    checked_in: int
    remaining: int
    expected_seats: int
    checked_in_seats: int
    remaining_seats: int

    @staticmethod
    def named(turnout: Turnout) -> dict[str, Any]:
        return {
            "expected": turnout.expected,
            "checked_in": turnout.checked_in,
            "remaining": turnout.expected - turnout.checked_in,
            "expected_seats": turnout.expected_seats,
            "checked_in_seats": turnout.checked_in_seats,
            "remaining_seats": turnout.expected_seats - turnout.checked_in_seats,
        }


class TicketTypeCountsOut(CountsOut):
    """Admissions of one ticket type; null is those without one."""

    ticket_type: int | None
    ticket_type_name: str | None


class SessionCountsOut(CountsOut):
    session: int
    session_name: str


_EXAMPLE_COUNTS = {
    "expected": 98,
    "checked_in": 61,
    "remaining": 37,
    "expected_seats": 100,
    "checked_in_seats": 62,
    "remaining_seats": 38,
}


class TurnoutOut(CountsOut):
    """The whole, then admissions by ticket type and registrations by session."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "conference": 1,
                    **_EXAMPLE_COUNTS,
                    "by_ticket_type": [
                        {"ticket_type": 3, "ticket_type_name": "Early bird", **_EXAMPLE_COUNTS}
                    ],
                    "by_session": [],
                }
            ]
        }
    )

    conference: int
    by_ticket_type: list[TicketTypeCountsOut]
    by_session: list[SessionCountsOut]

    @classmethod
    def of(cls, conference_id: int, turnouts: Sequence[Turnout]) -> "TurnoutOut":
        return cls(
            conference=conference_id,
            **CountsOut.named(total(turnouts)),
            by_ticket_type=[
                TicketTypeCountsOut(
                    ticket_type=kind.ticket_type_id,
                    ticket_type_name=kind.name,
                    **CountsOut.named(kind),
                )
                for kind in turnouts
                if kind.session_id is None
            ],
            by_session=[
                SessionCountsOut(
                    session=kind.session_id, session_name=kind.name or "", **CountsOut.named(kind)
                )
                for kind in turnouts
                if kind.session_id is not None
            ],
        )


class OfflineOut(BaseModel):
    """Rows of `columns`; `next` goes into `after` for the following page, null ends the list."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "conference": 1,
                    "generated_at": "2026-09-01T07:30:00Z",
                    "columns": list(COLUMNS),
                    "rows": [[fingerprint(_CODE), "Ada Lovelace", "Early bird", None, 1, "ok"]],
                    "next": None,
                }
            ]
        }
    )

    conference: int
    generated_at: datetime
    columns: list[str]
    rows: list[list[str | int | None]]
    next: int | None


def offline_list(
    conference_id: int, tickets: Sequence[DoorTicket], most: int, now: datetime
) -> dict[str, Any]:
    """An `OfflineOut`, written without ten thousand checks."""
    return {
        "conference": conference_id,
        "generated_at": now,
        "columns": COLUMNS,
        "rows": [
            (
                fingerprint(ticket.code),
                ticket.attendee_name,
                ticket.ticket_type_name,
                ticket.session_name,
                ticket.quantity,
                state(ticket),
            )
            for ticket in tickets
        ],
        "next": tickets[-1].registration_id if len(tickets) == most else None,
    }


class OfflineQuery(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    after: int = Field(default=0, ge=0, le=2**63 - 1, description="`next` of the page before.")
    limit: int = Field(default=5_000, ge=1, le=MOST_ROWS, description=f"At most {MOST_ROWS}.")


class CheckInsQuery(ListQuery):
    ordering: Annotated[str, orderable("id")] = "-id"
    conference: QueryId | None = None
    registration: QueryId | None = None

    def filter(self) -> CheckInFilter:
        return CheckInFilter(conference_id=self.conference, registration_id=self.registration)
