from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.domain.calendar_feeds import Listed, calendar_of, nonce_in, secret_of
from app.domain.calendars import REFRESH, EntryStatus, of_ticket
from app.domain.registrations import RegistrationStatus
from app.domain.tickets import Ticket
from tests.domain.test_tickets import TICKET

KEY = b"a key of the server's own"
LEFT = datetime(2031, 1, 20, 12, tzinfo=UTC)
MEETING = replace(TICKET, online_url="https://meet.example/7")


def listed(*tickets: Ticket) -> list[Listed]:
    return [Listed(ticket=ticket, left_at=None) for ticket in tickets]


def test_a_secret_leads_to_the_nonce_that_it_was_made_of() -> None:
    for _ in range(100):
        nonce = str(uuid4())
        assert nonce_in(secret_of(nonce, KEY), KEY) == nonce


def test_a_secret_is_what_an_address_can_hold_and_nobody_can_guess() -> None:
    secrets = {secret_of(str(uuid4()), KEY) for _ in range(100)}
    assert {len(secret) for secret in secrets} == {43}
    assert len(secrets) == 100
    assert all(secret.replace("-", "").replace("_", "").isalnum() for secret in secrets)


def test_what_is_kept_makes_no_secret_without_the_key() -> None:
    nonce = str(uuid4())
    assert secret_of(nonce, KEY) != secret_of(nonce, b"another")
    assert nonce_in(secret_of(nonce, b"another"), KEY) is None


def test_one_letter_changed_makes_another_secret() -> None:
    secret = secret_of(str(uuid4()), KEY)
    for place in range(len(secret)):
        other = "A" if secret[place] != "A" else "B"
        assert nonce_in(f"{secret[:place]}{other}{secret[place + 1 :]}", KEY) is None


@pytest.mark.parametrize(
    "made_up", ["", "x", "A" * 42, "A" * 43, "A" * 44, "A" * 42 + "é", "Ａ" * 43, "A" * 42 + "="]
)
def test_what_somebody_makes_up_is_no_secret(made_up: str) -> None:
    assert nonce_in(made_up, KEY) is None


def test_a_feed_says_how_often_to_come_back_and_has_each_registration_once() -> None:
    other = replace(TICKET, registration_id=16, conference_name="Another")
    calendar = calendar_of(listed(TICKET, other))
    assert calendar.refresh == REFRESH == timedelta(hours=1)
    assert [entry.name for entry in calendar.entries] == ["Tech Summit", "Another"]
    assert list(calendar.entries[:1]) == list(of_ticket(TICKET).entries)


@pytest.mark.parametrize(
    ("status", "is_called_off", "expected"),
    [
        (RegistrationStatus.CONFIRMED, False, EntryStatus.CONFIRMED),
        (RegistrationStatus.PENDING, False, EntryStatus.TENTATIVE),
        (RegistrationStatus.CANCELLED, False, EntryStatus.CANCELLED),
        (RegistrationStatus.EXPIRED, False, EntryStatus.CANCELLED),
        (RegistrationStatus.CONFIRMED, True, EntryStatus.CANCELLED),
        (RegistrationStatus.PENDING, True, EntryStatus.CANCELLED),
    ],
)
def test_each_entry_says_how_it_stands(
    status: RegistrationStatus, is_called_off: bool, expected: EntryStatus
) -> None:
    ticket = replace(TICKET, status=status, is_called_off=is_called_off)
    [entry] = calendar_of(listed(ticket)).entries
    assert entry.status is expected


def test_where_to_meet_online_is_for_those_who_come() -> None:
    gone = replace(MEETING, status=RegistrationStatus.CANCELLED)
    comes, left = calendar_of(listed(MEETING, gone)).entries
    assert comes.online_url == "https://meet.example/7"
    assert left.online_url == ""


def test_of_what_one_sees_no_longer_nothing_is_told_but_that_it_is_over() -> None:
    renamed = replace(
        MEETING,
        status=RegistrationStatus.CANCELLED,
        conference_name="Secret new name",
        location="Secret new place",
        revised_at=LEFT + timedelta(days=3),
    )
    [entry] = calendar_of([Listed(ticket=renamed, left_at=LEFT)]).entries
    [before] = of_ticket(TICKET).entries
    assert entry.uid == before.uid
    assert entry.revision > before.revision
    assert entry.status is EntryStatus.CANCELLED
    assert (entry.period.start, entry.revised_at, entry.timezone) == (LEFT, LEFT, "UTC")
    assert (entry.name, entry.place, entry.notes) == ("Cancelled registration", "", "")
    assert "Secret" not in str(entry)
    assert "meet.example" not in str(entry)
