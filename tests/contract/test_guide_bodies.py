"""The guide's bodies as they stand, ids and all, from top to bottom against the demo."""

import httpx

from tests.contract.answers import data_of
from tests.contract.guide import ATTENDEE, CONFERENCE, PAYMENT, REGISTRATION, SESSION


def test_they_work_as_they_are_printed(admin: httpx.Client) -> None:
    for path, body in (
        ("/conferences/", CONFERENCE),
        ("/sessions/", SESSION),
        ("/attendees/", ATTENDEE),
        ("/registrations/", REGISTRATION),
    ):
        shown = data_of(admin.post(path, json=body), 201)
        assert shown | body == shown
    paid = data_of(admin.post("/payments/process/", json=PAYMENT))
    assert paid["registration_id"] == PAYMENT["registration_id"]
    assert paid["status"] in ("Paid", "Failed")
