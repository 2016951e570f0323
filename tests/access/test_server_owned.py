"""What nobody sets but the server, sent with every write that there is."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.access.house import House
from tests.access.rows import READING, Json, Row
from tests.access.table import TABLE

_LONG_AGO = "2001-01-01T00:00:00Z"
CLAIMS: Mapping[str, Any] = {
    "id": 990_001,
    "user": "{other_attendee_user}",
    "user_id": "{other_attendee_user}",
    "owner": "{other_attendee_user}",
    "organizer": "{other_attendee_user}",
    "organizer_id": "{other_attendee_user}",
    "created_by": "{other_attendee_user}",
    "role": "admin",
    "user_type": "admin",
    "is_staff": True,
    "is_superuser": True,
    "is_organizer": True,
    "is_verified": True,
    "is_active": False,
    "status": "confirmed",
    "payment_status": "paid",
    "price": "0.07",
    "total_price": "0.07",
    "refunded": "0.07",
    "outcome": "paid",
    "attended": True,
    "checked_in": True,
    "is_checked_in": True,
    "helpful_count": 97,
    "unhelpful_count": 97,
    "reviews_count": 97,
    "attendees_count": 97,
    "available_spots": 97,
    "seats_taken": 97,
    "waiting": 97,
    "position": 97,
    "is_waitlisted": False,
    "is_cancelled": True,
    "is_read": True,
    "is_sent": True,
    "is_downloaded": True,
    "number": "INV-97",
    "certificate_number": "CERT-97",
    "transaction_id": "EVH-979797979797",
    "ticket_code": "97979797-9797-4797-9797-979797979797",
    "hold_expires_at": "2099-01-01T00:00:00Z",
    "confirmed_at": _LONG_AGO,
    "checked_in_at": _LONG_AGO,
    "created_at": _LONG_AGO,
    "updated_at": _LONG_AGO,
    "deleted_at": _LONG_AGO,
    "date_joined": _LONG_AGO,
}
# What a document takes: who puts something up names its price, authors say that they were there,
# and who signs up may ask to be an organizer (to ask for more is a row of its own).
TAKEN: Mapping[str, frozenset[str]] = {
    "POST /api/v1/users/": frozenset({"role"}),
    "POST /api/v1/conferences/": frozenset({"price", "status"}),
    "PATCH /api/v1/conferences/{}/": frozenset({"price"}),
    "PUT /api/v1/conferences/{}/": frozenset({"price"}),
    "POST /api/v1/conferences/{}/ticket-types/": frozenset({"price"}),
    "PATCH /api/v1/conferences/{}/ticket-types/{}/": frozenset({"price"}),
    "PUT /api/v1/conferences/{}/ticket-types/{}/": frozenset({"price"}),
    "POST /api/v1/sessions/": frozenset({"price"}),
    "PATCH /api/v1/sessions/{}/": frozenset({"price"}),
    "PUT /api/v1/sessions/{}/": frozenset({"price"}),
    # That it is refused, unless the server is there for tests, is a row.
    "POST /api/v1/payments/process/": frozenset({"outcome"}),
    "POST /api/v1/reviews/": frozenset({"attended"}),
    "PATCH /api/v1/reviews/{}/": frozenset({"attended"}),
    "PUT /api/v1/reviews/{}/": frozenset({"attended"}),
    "POST /compat/event-hub/api/users/": frozenset({"user_type"}),
    "POST /compat/event-hub/api/events/": frozenset({"price"}),
    "PATCH /compat/event-hub/api/events/{}/": frozenset({"price"}),
    "PUT /compat/event-hub/api/events/{}/": frozenset({"price"}),
    "POST /compat/event-hub/api/reviews/": frozenset({"attended"}),
    "POST /compat/event-management/api/users/register/": frozenset({"role"}),
}
# In no two runs the same, whatever is sent: moments of today, and what is drawn by lot.
_DRAWN = re.compile(
    r"202\d-\d\d-\d\dT[\d:.]+\+00:00"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    r"|[0-9a-f]{32,64}"
    r"|EVH-[A-Z0-9]{12}|(?<=CERT-)\d+-\d+-[A-Z0-9]{16}"
    r"|\$argon2id\$\S+"
)


def takes_something(row: Row) -> bool:
    return row.body is not None or bool(row.picture)


WRITES = [
    row
    for row in TABLE
    if row.method not in READING
    and row.path.startswith(("/api/v1/", "/compat/"))
    and any(status < 300 for status in row.statuses.values())
]
NATIVE = [row for row in WRITES if row.path.startswith("/api/v1/") and takes_something(row)]
OTHERS = [row for row in WRITES if row not in NATIVE]


def claims_for(row: Row) -> dict[str, Any]:
    """All that is claimed, but for what this operation takes."""
    taken = TAKEN.get(" ".join(row.route), frozenset()) | set(row.body or {})
    return {name: value for name, value in CLAIMS.items() if name not in taken}


def welcome(row: Row) -> str:
    """The first who may do it."""
    return next(role for role, status in row.statuses.items() if status < 300)


async def effect(
    house: House, row: Row, more: Json | None = None
) -> tuple[int, dict[str, list[str]]]:
    """The status of the answer, and what the tables hold then that were written to."""
    answer = await house.ask(row, welcome(row), more)
    found = {name: await house.lines(name) for name in await house.changed()}
    await house.restore()
    return answer.status_code, {
        name: sorted(_DRAWN.sub(_unless_claimed, line) for line in lines)
        for name, lines in found.items()
    }


def _unless_claimed(drawn: re.Match[str]) -> str:
    return drawn[0] if drawn[0] in CLAIMS.values() else "…"


@pytest.mark.parametrize("row", NATIVE, ids=str)
async def test_a_native_write_refuses_each_by_name_and_writes_nothing(
    house: House, row: Row
) -> None:
    claims = claims_for(row)
    answer = await house.ask(row, welcome(row), claims)
    assert answer.status_code == 400, answer.text
    # A form with a picture holds nothing else, and is refused for its size.
    assert row.picture or set(claims) - set(answer.json()["errors"]) == set()
    assert await house.changed() == []


@pytest.mark.parametrize("row", OTHERS, ids=str)
async def test_elsewhere_it_makes_no_difference(house: House, row: Row) -> None:
    plain = await effect(house, row)
    assert plain[0] < 300
    assert await effect(house, row, claims_for(row)) == plain


def test_what_is_taken_is_of_an_operation() -> None:
    assert set(TAKEN) <= {" ".join(row.route) for row in WRITES}
