import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.domain.access import Caller, Role
from app.domain.certificates import (
    Attendance,
    Certificate,
    awarded,
    can_see,
    ensure_attended,
    ensure_first,
    ensure_owner,
    length_of,
    number_of,
)
from app.domain.conferences import Conference, ConferenceStatus, Visibility
from app.domain.errors import CertificateNotDue, Forbidden, Other
from app.domain.money import Money
from app.domain.times import EARLIEST, LATEST, TimeRange, days

OWNER, ORGANIZER, STRANGER = 2, 1, 9
START = datetime(2031, 3, 1, 9, tzinfo=UTC)
PERIOD = TimeRange(start=START, end=START + timedelta(hours=7))
CERTIFICATE = Certificate(
    id=3,
    number="CERT-1-10-7KQ4MZ2XW9HTR3BD",
    conference_id=1,
    conference_name="Tech Summit",
    attendee_id=10,
    attendee_name="Jane Doe",
    hours=Decimal("7.00"),
    skill_tags="python",
    issued_at=START,
    downloaded_at=None,
    period=PERIOD,
    timezone="UTC",
    location="Leipzig",
    organizer_id=ORGANIZER,
    owner_id=OWNER,
)
CONFERENCE = Conference(
    id=1,
    name="Tech Summit",
    description="",
    location="Leipzig",
    timezone="UTC",
    period=PERIOD,
    capacity=None,
    seats_taken=0,
    waiting=0,
    price=Money(minor=0, currency="USD"),
    multi_track=False,
    status=ConferenceStatus.PUBLISHED,
    visibility=Visibility.PUBLIC,
    registration_deadline=None,
    organizer_id=ORGANIZER,
    category_id=None,
    cover_image="",
    created_at=START,
    updated_at=START,
)


def a_caller(user_id: int, role: Role = Role.ATTENDEE) -> Caller:
    return Caller(user_id=user_id, username="ann", email_folded="a@x.org", role=role, family="")


def an_attendance(hours: Decimal | None = None) -> Attendance:
    return Attendance(attendee_id=10, name="Jane Doe", hours=hours)


def test_a_number_names_both_and_ends_in_what_nobody_guesses() -> None:
    numbers = {number_of(12, 3456) for _ in range(1000)}
    assert len(numbers) == 1000
    assert all(re.fullmatch(r"CERT-12-3456-[A-Z0-9]{16}", number) for number in numbers)


def test_what_is_drawn_holds_no_letter_that_is_taken_for_another() -> None:
    drawn = "".join(number_of(2, 3).rpartition("-")[2] for _ in range(1000))
    assert set(drawn) == set("23456789ABCDEFGHJKLMNPQRSTUVWXYZ")


@pytest.mark.parametrize(
    ("lasting", "hours"),
    [
        (timedelta(hours=2), "2.00"),
        (timedelta(hours=1, minutes=20), "1.33"),
        (timedelta(minutes=100), "1.67"),
        (timedelta(seconds=18), "0.01"),
        (timedelta(hours=9), "9.00"),
        (timedelta(hours=24), "24.00"),
        (timedelta(hours=25), "25.00"),
        (timedelta(days=2, hours=8), "56.00"),
        (LATEST - EARLIEST, "885360.00"),
    ],
)
def test_the_length_of_a_conference_is_measured_from_start_to_end(
    lasting: timedelta, hours: str
) -> None:
    measured = length_of(TimeRange(start=START, end=START + lasting))
    assert (measured, str(measured)) == (Decimal(hours), hours)


def test_a_longer_conference_never_has_fewer_hours() -> None:
    lengths = [
        length_of(TimeRange(start=START, end=START + timedelta(minutes=minutes)))
        for minutes in range(1, 5 * 24 * 60, 7)
    ]
    assert lengths == sorted(set(lengths))


def test_hours_that_pass_are_counted_not_those_on_the_clock() -> None:
    day = datetime(2031, 3, 30, tzinfo=UTC).date()
    assert length_of(days(day, day, "Asia/Tokyo")) == 24
    # The clocks of Berlin go forward that night.
    assert length_of(days(day, day, "Europe/Berlin")) == 23


def test_the_sessions_attended_count_before_the_conferences_length() -> None:
    attended = awarded(an_attendance(Decimal("1.50")), CONFERENCE)
    assert (attended.hours, attended.attendee_id, attended.name) == (
        Decimal("1.50"),
        10,
        "Jane Doe",
    )
    assert awarded(an_attendance(), CONFERENCE).hours == 7
    assert attended.number.startswith("CERT-1-10-")


@pytest.mark.parametrize(
    ("user_id", "role", "sees"),
    [
        (OWNER, Role.ATTENDEE, True),
        (ORGANIZER, Role.ORGANIZER, True),
        (STRANGER, Role.ADMIN, True),
        (STRANGER, Role.ORGANIZER, False),
        (STRANGER, Role.ATTENDEE, False),
    ],
)
def test_owner_organizer_and_admins_see_it(user_id: int, role: Role, sees: bool) -> None:
    assert can_see(a_caller(user_id, role), CERTIFICATE) is sees


def test_only_its_owner_says_that_they_have_it() -> None:
    ensure_owner(a_caller(OWNER), CERTIFICATE)
    for other in (a_caller(ORGANIZER, Role.ORGANIZER), a_caller(STRANGER, Role.ADMIN)):
        with pytest.raises(Forbidden):
            ensure_owner(other, CERTIFICATE)


def test_who_is_not_registered_gets_none() -> None:
    assert ensure_attended(an_attendance()) == an_attendance()
    with pytest.raises(CertificateNotDue, match="no confirmed registration"):
        ensure_attended(None)


def test_a_second_one_is_refused_and_names_the_first() -> None:
    ensure_first(None)
    with pytest.raises(CertificateNotDue) as refusal:
        ensure_first(CERTIFICATE)
    assert refusal.value.other == Other(kind="certificate", id=3, name=CERTIFICATE.number)


def test_it_is_downloaded_once_that_has_a_time() -> None:
    assert not CERTIFICATE.is_downloaded
    assert replace(CERTIFICATE, downloaded_at=START).is_downloaded
