from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.access import Caller, Role
from app.domain.conferences import (
    Conference,
    ConferenceStatus,
    Phase,
    Visibility,
    can_see,
    ensure_currency_kept,
    ensure_forward,
    ensure_not_cancelled,
    ensure_one_track,
    ensure_programme_within,
    ensure_room_for_taken,
    phase,
)
from app.domain.errors import (
    CapacityBelowTaken,
    ConferenceState,
    Invalid,
    InvalidPeriod,
    SessionOverlap,
    StartsInPast,
)
from app.domain.money import Money
from app.domain.opening import ensure_draft, ensure_to_come
from app.domain.revising import altered
from app.domain.sessions import Slot
from app.domain.times import TimeRange, days

NOW = datetime(2026, 9, 2, 12, tzinfo=UTC)
ORGANIZER_ID = 7

SUMMIT = Conference(
    id=1,
    name="Tech Summit 2026",
    description="",
    location="San Francisco",
    timezone="UTC",
    period=days(date(2026, 9, 1), date(2026, 9, 3), "UTC"),
    capacity=None,
    seats_taken=0,
    price=Money(minor=0, currency="USD"),
    multi_track=False,
    status=ConferenceStatus.PUBLISHED,
    visibility=Visibility.PUBLIC,
    registration_deadline=None,
    organizer_id=ORGANIZER_ID,
    created_at=NOW,
    updated_at=NOW,
)


def caller(user_id: int = 1, role: Role = Role.ATTENDEE) -> Caller:
    return Caller(user_id=user_id, username="u", email_folded="u@example.com", role=role, family="")


STRANGER = caller()
OTHER_ORGANIZER = caller(8, Role.ORGANIZER)
ORGANIZER = caller(ORGANIZER_ID, Role.ORGANIZER)
ADMIN = caller(9, Role.ADMIN)


def slot(start: float, end: float, id: int = 1) -> Slot:
    """Hours from the first day's nine o'clock."""
    nine = datetime(2026, 9, 1, 9, tzinfo=UTC)
    period = TimeRange(start=nine + timedelta(hours=start), end=nine + timedelta(hours=end))
    return Slot(id=id, name=f"Session {id}", speaker="", room="", period=period)


@pytest.mark.parametrize(
    ("status", "now", "expected"),
    [
        (ConferenceStatus.DRAFT, NOW, Phase.DRAFT),
        (ConferenceStatus.CANCELLED, NOW, Phase.CANCELLED),
        (ConferenceStatus.PUBLISHED, SUMMIT.period.start - timedelta(seconds=1), Phase.PUBLISHED),
        (ConferenceStatus.PUBLISHED, SUMMIT.period.start, Phase.ONGOING),
        (ConferenceStatus.PUBLISHED, SUMMIT.period.end - timedelta(seconds=1), Phase.ONGOING),
        (ConferenceStatus.PUBLISHED, SUMMIT.period.end, Phase.COMPLETED),
    ],
)
def test_the_clock_tells_the_phase(
    status: ConferenceStatus, now: datetime, expected: Phase
) -> None:
    assert phase(replace(SUMMIT, status=status), now) is expected


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("viewer", [ORGANIZER, ADMIN])
@pytest.mark.parametrize("status", list(ConferenceStatus))
@pytest.mark.parametrize("visibility", list(Visibility))
def test_who_manages_sees_everything(
    viewer: Caller, status: ConferenceStatus, visibility: Visibility, joined: bool
) -> None:
    conference = replace(SUMMIT, status=status, visibility=visibility)
    assert can_see(viewer, conference, joined=joined)


@pytest.mark.parametrize("status", list(ConferenceStatus))
@pytest.mark.parametrize("visibility", list(Visibility))
def test_without_a_login_one_sees_what_is_public(
    status: ConferenceStatus, visibility: Visibility
) -> None:
    seen = visibility is Visibility.PUBLIC and status is not ConferenceStatus.DRAFT
    conference = replace(SUMMIT, status=status, visibility=visibility)
    assert can_see(None, conference, joined=False) is seen


@pytest.mark.parametrize("viewer", [STRANGER, OTHER_ORGANIZER])
@pytest.mark.parametrize(
    ("status", "visibility", "joined", "seen"),
    [
        (ConferenceStatus.PUBLISHED, Visibility.PUBLIC, False, True),
        (ConferenceStatus.CANCELLED, Visibility.PUBLIC, False, True),
        (ConferenceStatus.PUBLISHED, Visibility.PRIVATE, False, False),
        (ConferenceStatus.PUBLISHED, Visibility.PRIVATE, True, True),
        (ConferenceStatus.DRAFT, Visibility.PUBLIC, False, False),
        (ConferenceStatus.DRAFT, Visibility.PUBLIC, True, False),
        (ConferenceStatus.DRAFT, Visibility.PRIVATE, True, False),
    ],
)
def test_private_ones_and_drafts_are_hidden_from_strangers(
    viewer: Caller, status: ConferenceStatus, visibility: Visibility, joined: bool, seen: bool
) -> None:
    conference = replace(SUMMIT, status=status, visibility=visibility)
    assert can_see(viewer, conference, joined=joined) is seen


def test_a_conference_without_organizer_is_managed_by_admins_alone() -> None:
    orphan = replace(SUMMIT, organizer_id=None, visibility=Visibility.PRIVATE)
    assert can_see(ADMIN, orphan, joined=False)
    assert not can_see(ORGANIZER, orphan, joined=False)


def test_a_period_runs_forward() -> None:
    ensure_forward(days(date(2026, 9, 1), date(2026, 9, 1), "UTC"), field="end_date")
    with pytest.raises(InvalidPeriod) as refusal:
        ensure_forward(days(date(2026, 9, 3), date(2026, 9, 1), "UTC"), field="end_date")
    assert refusal.value.field == "end_date"


def test_new_days_hold_every_session() -> None:
    programme = [slot(0, 1), slot(24, 25, id=2)]
    ensure_programme_within(SUMMIT.period, programme)
    shorter = days(date(2026, 9, 1), date(2026, 9, 1), "UTC")
    with pytest.raises(InvalidPeriod, match="Session 2") as refusal:
        ensure_programme_within(shorter, programme)
    assert refusal.value.other is not None
    assert refusal.value.other.id == 2
    assert refusal.value.field == "end_date"
    with pytest.raises(InvalidPeriod) as refusal:
        ensure_programme_within(days(date(2026, 9, 2), date(2026, 9, 3), "UTC"), programme)
    assert refusal.value.field == "start_date"


def test_one_track_has_one_session_at_a_time() -> None:
    ensure_one_track([slot(1, 2, id=2), slot(0, 1), slot(2, 3, id=3)])
    with pytest.raises(SessionOverlap, match="Session 1” and “Session 3") as refusal:
        ensure_one_track([slot(2, 3, id=3), slot(0, 2.5)])
    assert refusal.value.other is not None
    assert refusal.value.other.id == 3


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=12))
def test_an_overlap_anywhere_in_the_programme_is_found(spans: list[tuple[int, int]]) -> None:
    programme = [slot(start, start + length, id=id) for id, (start, length) in enumerate(spans)]
    overlapping = any(
        one.period.overlaps(other.period)
        for place, one in enumerate(programme)
        for other in programme[:place]
    )
    try:
        ensure_one_track(programme)
    except SessionOverlap:
        assert overlapping
    else:
        assert not overlapping


def test_a_capacity_holds_what_is_taken() -> None:
    ensure_room_for_taken(None, 10, field="capacity")
    ensure_room_for_taken(10, 10, field="capacity")
    with pytest.raises(CapacityBelowTaken, match="10 seats") as refusal:
        ensure_room_for_taken(9, 10, field="capacity")
    assert refusal.value.field == "capacity"


def test_the_currency_is_settled_once_something_is_priced_in_it() -> None:
    in_euro = replace(SUMMIT, price=Money(minor=0, currency="EUR"))
    ensure_currency_kept(SUMMIT, in_euro, [], [])
    ensure_currency_kept(SUMMIT, SUMMIT, [slot(0, 1)], ["a ticket type"])
    for programme, types in (([slot(0, 1)], []), ([], ["a ticket type"])):
        with pytest.raises(ConferenceState, match="priced in USD") as refusal:
            ensure_currency_kept(SUMMIT, in_euro, programme, types)
        assert refusal.value.field == "currency"


def test_what_is_announced_without_an_account_is_still_to_come() -> None:
    ensure_to_come(SUMMIT.period, SUMMIT.period.start - timedelta(seconds=1))
    for now in (SUMMIT.period.start, NOW):
        with pytest.raises(StartsInPast) as refusal:
            ensure_to_come(SUMMIT.period, now)
        assert refusal.value.field == "start_time"


def test_only_a_draft_is_published_and_cancelling_is_once() -> None:
    ensure_draft(replace(SUMMIT, status=ConferenceStatus.DRAFT))
    with pytest.raises(ConferenceState, match="published already"):
        ensure_draft(SUMMIT)
    ensure_not_cancelled(SUMMIT)
    with pytest.raises(ConferenceState):
        ensure_not_cancelled(replace(SUMMIT, status=ConferenceStatus.CANCELLED))


def test_no_changes_change_nothing() -> None:
    assert altered(SUMMIT, {}) == SUMMIT


def test_what_is_named_changes_and_the_rest_stays() -> None:
    new = altered(SUMMIT, {"name": "Other", "capacity": 5, "price": Decimal("9.50")})
    assert new == replace(SUMMIT, name="Other", capacity=5, price=Money(minor=950, currency="USD"))


def test_a_capacity_can_be_lifted() -> None:
    assert altered(replace(SUMMIT, capacity=5), {"capacity": None}).capacity is None


def test_one_day_moves_alone() -> None:
    new = altered(SUMMIT, {"last_day": date(2026, 9, 5)})
    assert new.period == days(date(2026, 9, 1), date(2026, 9, 5), "UTC")


def test_instants_are_taken_as_they_are() -> None:
    start, end = NOW, NOW + timedelta(hours=2)
    new = altered(
        SUMMIT,
        {"start": start, "end": end, "last_day": date(2026, 9, 5), "timezone": "Asia/Tokyo"},
    )
    period = TimeRange(start=start, end=end)
    assert new == replace(SUMMIT, period=period, timezone="Asia/Tokyo")


def test_a_new_start_alone_keeps_the_length_and_a_new_end_the_start() -> None:
    later = altered(SUMMIT, {"start": NOW}).period
    assert later == TimeRange(start=NOW, end=NOW + timedelta(days=3))
    shorter = altered(SUMMIT, {"end": NOW}).period
    assert shorter == TimeRange(start=SUMMIT.period.start, end=NOW)


def test_a_category_is_named_changed_and_forgotten() -> None:
    named = altered(SUMMIT, {"category_id": 4})
    assert named == replace(SUMMIT, category_id=4)
    assert altered(named, {"name": "Other"}).category_id == 4
    assert altered(named, {"category_id": None}) == SUMMIT


def test_another_zone_keeps_the_days() -> None:
    new = altered(SUMMIT, {"timezone": "Asia/Tokyo"})
    assert new.period == days(date(2026, 9, 1), date(2026, 9, 3), "Asia/Tokyo")


def test_a_bound_whose_day_stays_keeps_its_time_of_day() -> None:
    evening = replace(
        SUMMIT,
        period=TimeRange(
            start=datetime(2026, 9, 1, 18, tzinfo=UTC), end=datetime(2026, 9, 1, 20, tzinfo=UTC)
        ),
    )
    same = altered(evening, {"first_day": date(2026, 9, 1), "last_day": date(2026, 9, 1)})
    assert same == evening
    longer = altered(evening, {"last_day": date(2026, 9, 2)})
    assert longer.period.start == evening.period.start
    assert longer.period.end == datetime(2026, 9, 3, tzinfo=UTC)


def test_another_currency_must_fit_the_price() -> None:
    priced = replace(SUMMIT, price=Money(minor=1050, currency="USD"))
    assert altered(priced, {"currency": "EUR"}).price == Money(minor=1050, currency="EUR")
    with pytest.raises(Invalid):
        altered(priced, {"currency": "JPY"})
