from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.admission import Held, Target
from app.domain.conferences import Conference, ConferenceStatus, Visibility
from app.domain.errors import (
    DomainError,
    Invalid,
    InvalidPeriod,
    Other,
    RoomOverlap,
    ScheduleConflict,
    SessionNotInConference,
    SessionOverlap,
    SpeakerOverlap,
)
from app.domain.money import Money
from app.domain.sessions import (
    Session,
    SessionDraft,
    Slot,
    altered,
    ensure_attendees_free,
    ensure_free,
    ensure_stays,
    ensure_within,
    may_move,
    slot_of,
    slot_wanted,
)
from app.domain.times import TimeRange, days
from tests.refusing import refused

NINE = datetime(2026, 9, 1, 9, tzinfo=UTC)

SUMMIT = Conference(
    id=1,
    name="Tech Summit 2026",
    description="",
    location="",
    timezone="UTC",
    period=days(date(2026, 9, 1), date(2026, 9, 3), "UTC"),
    capacity=None,
    seats_taken=0,
    price=Money(minor=0, currency="USD"),
    multi_track=False,
    status=ConferenceStatus.PUBLISHED,
    visibility=Visibility.PUBLIC,
    registration_deadline=None,
    organizer_id=7,
    created_at=NINE,
    updated_at=NINE,
)
KEYNOTE = Session(
    id=5,
    conference_id=1,
    conference_name="Tech Summit 2026",
    organizer_id=7,
    name="Keynote",
    description="",
    speaker="Jane Doe",
    room="Hall A",
    period=TimeRange(start=NINE, end=NINE + timedelta(hours=1)),
    capacity=500,
    seats_taken=120,
    price=Money(minor=0, currency="USD"),
    created_at=NINE,
    updated_at=NINE,
)


def hours(start: float, end: float) -> TimeRange:
    return TimeRange(start=NINE + timedelta(hours=start), end=NINE + timedelta(hours=end))


def slot(period: TimeRange, *, id: int = 0, speaker: str = "", room: str = "") -> Slot:
    return Slot(id=id, name=f"Session {id}", speaker=speaker, room=room, period=period)


def held(period: TimeRange | None, *, session_id: int | None, is_live: bool = True) -> Held:
    return Held(
        registration_id=1,
        attendee_id=1,
        target=Target(conference_id=2, session_id=session_id),
        name="Elsewhere",
        period=period,
        is_live=is_live,
        organizer_id=None,
    )


def test_remaining_seats_are_counted_where_there_is_an_end_of_them() -> None:
    assert KEYNOTE.remaining == 380
    assert replace(KEYNOTE, capacity=None).remaining is None


@pytest.mark.parametrize(
    ("period", "field"),
    [
        (hours(1, 0), "end_time"),
        (hours(1, 1), "end_time"),
        (hours(-10, 1), "start_time"),
        (hours(0, 64), "end_time"),
        (hours(1000, 1001), "end_time"),
    ],
)
def test_a_session_lies_within_its_conference(period: TimeRange, field: str) -> None:
    with pytest.raises(InvalidPeriod) as refusal:
        ensure_within(period, SUMMIT)
    assert refusal.value.field == field


@pytest.mark.parametrize("period", [hours(0, 1), SUMMIT.period, hours(-9, -8), hours(62, 63)])
def test_the_bounds_belong_to_the_conference(period: TimeRange) -> None:
    ensure_within(period, SUMMIT)


def test_one_track_refuses_any_overlap_and_names_the_other() -> None:
    with pytest.raises(SessionOverlap, match="Session 3") as refusal:
        ensure_free(slot(hours(0, 1)), [slot(hours(0.5, 2), id=3)], multi_track=False)
    assert refusal.value.other is not None
    assert (refusal.value.other.kind, refusal.value.other.id) == ("session", 3)


def test_touching_ends_and_oneself_are_no_overlap() -> None:
    programme = [slot(hours(-1, 0), id=1), slot(hours(0, 1), id=2), slot(hours(1, 2), id=3)]
    ensure_free(slot(hours(0, 1), id=2), programme, multi_track=False)


def test_many_tracks_share_the_time_but_no_room() -> None:
    other = slot(hours(0, 1), id=3, room="Hall A", speaker="Jane")
    ensure_free(slot(hours(0, 1), room="Hall B", speaker="John"), [other], multi_track=True)
    ensure_free(slot(hours(1, 2), room="Hall A", speaker="Jane"), [other], multi_track=True)
    with pytest.raises(RoomOverlap, match="Session 3"):
        ensure_free(slot(hours(0, 1), room=" hall a"), [other], multi_track=True)


def test_many_tracks_share_no_speaker() -> None:
    other = slot(hours(0, 1), id=3, room="Hall A", speaker="Jane Straße")
    with pytest.raises(SpeakerOverlap, match="Session 3") as refusal:
        ensure_free(slot(hours(0, 1), speaker="JANE STRASSE"), [other], multi_track=True)
    assert refusal.value.other is not None


def test_nobody_and_nowhere_are_never_taken() -> None:
    other = slot(hours(0, 1), id=3)
    ensure_free(slot(hours(0, 1)), [other], multi_track=True)


SPANS = st.builds(
    lambda start, length: hours(start, start + length), st.integers(0, 20), st.integers(1, 6)
)
SLOTS = st.builds(slot, SPANS, speaker=st.sampled_from(["", "a", "b"]), room=st.sampled_from("xyz"))


@given(st.lists(SLOTS, max_size=12), st.booleans())
def test_a_programme_built_by_the_rule_keeps_the_rule(wanted: list[Slot], many: bool) -> None:
    programme: list[Slot] = []
    for id, candidate in enumerate(wanted, start=1):
        try:
            ensure_free(candidate, programme, multi_track=many)
        except DomainError:
            continue
        programme.append(replace(candidate, id=id))
    for place, one in enumerate(programme):
        for other in programme[:place]:
            clash = one.period.overlaps(other.period)
            shared = one.room == other.room or (one.speaker and one.speaker == other.speaker)
            assert not (clash and (not many or shared))


def test_moving_finds_what_its_attendees_hold_elsewhere() -> None:
    moved = replace(KEYNOTE, period=hours(2, 3))
    ensure_attendees_free(
        moved,
        [
            held(hours(0, 1), session_id=KEYNOTE.id),
            held(hours(2, 3), session_id=KEYNOTE.id),
            held(hours(3, 4), session_id=9),
            held(hours(2, 3), session_id=9, is_live=False),
            held(None, session_id=None),
        ],
    )
    with pytest.raises(ScheduleConflict, match="Elsewhere") as refusal:
        ensure_attendees_free(moved, [held(hours(2.5, 5), session_id=9)])
    assert refusal.value.other is not None
    assert refusal.value.other.id == 9


def test_a_session_stays_in_its_conference() -> None:
    ensure_stays(KEYNOTE, {})
    ensure_stays(KEYNOTE, {"conference_id": 1})
    with pytest.raises(SessionNotInConference) as refusal:
        ensure_stays(KEYNOTE, {"conference_id": 2})
    assert refusal.value.field == "conference"


def test_what_is_named_changes_and_the_rest_stays() -> None:
    assert altered(KEYNOTE, {}) == KEYNOTE
    later = altered(KEYNOTE, {"end": NINE + timedelta(hours=2), "price": Decimal("1.50")})
    assert later == replace(KEYNOTE, period=hours(0, 2), price=Money(minor=150, currency="USD"))
    assert altered(KEYNOTE, {"capacity": None}).capacity is None
    with pytest.raises(Invalid):
        altered(KEYNOTE, {"price": Decimal("0.001")})


def test_only_a_named_time_may_move() -> None:
    assert may_move({"start": NINE})
    assert may_move({"end": NINE})
    assert not may_move({"name": "Other", "capacity": 3})


def test_a_session_outside_is_told_how_long_its_conference_lasts() -> None:
    told = "“Tech Summit 2026” lasts from 2026-09-01 00:00 to 2026-09-04 00:00 UTC."
    with refused(InvalidPeriod, told, field="start_time"):
        ensure_within(hours(-10, 1), SUMMIT)
    with refused(InvalidPeriod, told, field="end_time"):
        ensure_within(hours(0, 64), SUMMIT)
    from_the_first_moment = replace(SUMMIT.period, end=SUMMIT.period.end + timedelta(hours=1))
    with refused(InvalidPeriod, told, field="end_time"):
        ensure_within(from_the_first_moment, SUMMIT)
    with refused(InvalidPeriod, field="end_time"):
        ensure_within(hours(1, 0), SUMMIT)


def test_each_overlap_is_told_in_its_own_words_and_names_the_other() -> None:
    other = slot(hours(0, 1), id=3, room="Hall A", speaker="Jane")
    named = Other(kind="session", id=3, name="Session 3")
    for many, wanted, error, message in (
        (False, slot(hours(0, 1)), SessionOverlap, "It would overlap with “Session 3”."),
        (
            True,
            slot(hours(0, 1), room="Hall A"),
            RoomOverlap,
            "The room holds “Session 3” at that time.",
        ),
        (
            True,
            slot(hours(0, 1), speaker="Jane"),
            SpeakerOverlap,
            "The speaker gives “Session 3” at that time.",
        ),
    ):
        with refused(error, message, other=named):
            ensure_free(wanted, [other], multi_track=many)


def test_an_overlap_is_found_wherever_it_stands_in_the_programme() -> None:
    before = [slot(hours(0, 1), id=2), slot(hours(-3, -2), id=1)]
    with pytest.raises(SessionOverlap):
        ensure_free(slot(hours(0, 1), id=2), [*before, slot(hours(0, 1), id=4)], multi_track=False)


def test_a_moved_session_is_told_what_somebody_holds_then() -> None:
    moved = replace(KEYNOTE, period=hours(2, 3))
    claims = [held(hours(2, 3), session_id=KEYNOTE.id), held(hours(2, 3), session_id=9)]
    told = "Somebody registered for it holds “Elsewhere” at that time."
    named = Other(kind="session", id=9, name="Elsewhere")
    with refused(ScheduleConflict, told, field="start_time", other=named):
        ensure_attendees_free(moved, claims)


def test_a_session_that_is_to_move_elsewhere_is_told_that_it_cannot() -> None:
    told = "A session cannot move to another conference."
    with refused(SessionNotInConference, told, field="conference"):
        ensure_stays(KEYNOTE, {"conference_id": 2})


def test_everything_that_is_named_changes() -> None:
    changed = altered(
        KEYNOTE,
        {
            "name": "Closing",
            "description": "The end",
            "speaker": "John",
            "room": "Hall B",
            "start": NINE + timedelta(hours=1),
            "end": NINE + timedelta(hours=2),
            "capacity": 5,
            "price": Decimal(2),
        },
    )
    assert changed == replace(
        KEYNOTE,
        name="Closing",
        description="The end",
        speaker="John",
        room="Hall B",
        period=hours(1, 2),
        capacity=5,
        price=Money(minor=200, currency="USD"),
    )


def test_another_name_is_not_that_of_the_account_any_more() -> None:
    hers = replace(KEYNOTE, speaker_user_id=4)
    assert altered(hers, {"name": "Closing"}).speaker_user_id == 4
    assert altered(hers, {"speaker": "Jane Doe"}).speaker_user_id == 4
    assert altered(hers, {"speaker": "John"}).speaker_user_id is None


def test_the_place_in_the_programme_is_the_same_for_what_is_and_what_is_to_be() -> None:
    assert slot_of(KEYNOTE) == Slot(
        id=5, name="Keynote", speaker="Jane Doe", room="Hall A", period=KEYNOTE.period
    )
    draft = SessionDraft(
        conference_id=1, name="Keynote", period=KEYNOTE.period, speaker="Jane Doe", room="Hall A"
    )
    assert slot_wanted(draft) == replace(slot_of(KEYNOTE), id=0)
