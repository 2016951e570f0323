"""A conference, what is to be had there, and a registration: what rules are tried on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.domain.access import Caller, Role
from app.domain.admission import Offer, Pool, PoolKind, Stock, Target
from app.domain.conferences import ConferenceStatus, Visibility
from app.domain.money import Money
from app.domain.registrations import Registration, RegistrationStatus
from app.domain.supply import Venue
from app.domain.times import TimeRange

NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FREE, PRICED = Money(minor=0, currency="USD"), Money(minor=4900, currency="USD")
HALL = Stock(pool=Pool(PoolKind.CONFERENCE, 1), name="Summit", capacity=10, seats_taken=0)
ADMISSION = Offer(
    target=Target(conference_id=1, session_id=None),
    name="Summit",
    unit_price=FREE,
    period=None,
    stocks=(HALL,),
)
ROOM = Stock(pool=Pool(PoolKind.SESSION, 5), name="Keynote", capacity=3, seats_taken=0)
KEYNOTE = Offer(
    target=Target(conference_id=1, session_id=5),
    name="Keynote",
    unit_price=FREE,
    period=TimeRange(start=NOW + HOUR, end=NOW + 2 * HOUR),
    stocks=(ROOM,),
)
VENUE = Venue(
    id=1,
    organizer_id=7,
    status=ConferenceStatus.PUBLISHED,
    visibility=Visibility.PUBLIC,
    registration_deadline=None,
    starts_at=NOW,
    ends_at=NOW + 24 * HOUR,
    admission=ADMISSION,
)
CONFIRMED = Registration(
    id=3,
    conference_id=1,
    session_id=5,
    attendee_id=10,
    status=RegistrationStatus.CONFIRMED,
    quantity=2,
    price=FREE,
    hold_expires_at=None,
    created_at=NOW,
    confirmed_at=NOW,
    ended_at=None,
    end_reason="",
    organizer_id=7,
    owner_id=20,
)
HELD = replace(
    CONFIRMED,
    status=RegistrationStatus.PENDING,
    price=PRICED.times(2),
    hold_expires_at=NOW + HOUR,
    confirmed_at=None,
)


def caller(user_id: int, role: Role = Role.ORGANIZER) -> Caller:
    return Caller(user_id=user_id, username="u", email_folded="u@x.org", role=role, family="")
