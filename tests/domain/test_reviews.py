from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.access import Caller, Role
from app.domain.conferences import Conference, ConferenceStatus, Visibility
from app.domain.errors import AlreadyReviewed, Forbidden, ReviewNotAllowed
from app.domain.money import Money
from app.domain.reviews import (
    Presence,
    Review,
    altered,
    ensure_author,
    ensure_first,
    ensure_may_delete,
    ensure_may_review,
    ensure_somebody_elses,
    voted,
)
from app.domain.times import TimeRange

NOW = datetime(2031, 3, 2, 12, tzinfo=UTC)
CONFIRMED = Presence(is_confirmed=True)
REVIEW = Review(
    id=1,
    conference_id=2,
    conference_name="Tech Summit",
    user_id=3,
    user_name="Ada Lovelace",
    rating=4,
    title="Good",
    review="Very informative",
    attended=True,
    helpful_count=0,
    unhelpful_count=0,
    created_at=NOW,
    updated_at=NOW,
)


def conference(starts_at: datetime) -> Conference:
    return Conference(
        id=2,
        name="Tech Summit",
        description="",
        location="",
        timezone="UTC",
        period=TimeRange(start=starts_at, end=starts_at + timedelta(days=3)),
        capacity=None,
        seats_taken=0,
        price=Money(minor=0, currency="USD"),
        multi_track=False,
        status=ConferenceStatus.PUBLISHED,
        visibility=Visibility.PUBLIC,
        registration_deadline=None,
        organizer_id=None,
        created_at=NOW,
        updated_at=NOW,
    )


def somebody(user_id: int, role: Role = Role.ATTENDEE) -> Caller:
    return Caller(user_id=user_id, username="x", email_folded="x@x.example", role=role, family="")


def test_a_conference_is_reviewed_from_the_moment_it_begins() -> None:
    ensure_may_review(conference(NOW), CONFIRMED, NOW)
    with pytest.raises(ReviewNotAllowed, match="not begun"):
        ensure_may_review(conference(NOW + timedelta(seconds=1)), CONFIRMED, NOW)


@pytest.mark.parametrize("presence", [Presence(), Presence(is_checked_in=True)])
def test_whoever_has_no_confirmed_registration_writes_none(presence: Presence) -> None:
    with pytest.raises(ReviewNotAllowed, match="confirmed registration"):
        ensure_may_review(conference(NOW), presence, NOW)


def test_one_review_per_user_and_conference() -> None:
    ensure_first(has_reviewed=False)
    with pytest.raises(AlreadyReviewed):
        ensure_first(has_reviewed=True)


def test_authors_write_and_admins_only_delete() -> None:
    author, stranger, admin = somebody(3), somebody(4), somebody(5, Role.ADMIN)
    ensure_author(author, REVIEW)
    ensure_may_delete(author, REVIEW)
    ensure_may_delete(admin, REVIEW)
    for refused in (stranger, admin):
        with pytest.raises(Forbidden):
            ensure_author(refused, REVIEW)
    with pytest.raises(Forbidden):
        ensure_may_delete(stranger, REVIEW)


def test_nobody_votes_on_their_own() -> None:
    ensure_somebody_elses(somebody(4), REVIEW)
    with pytest.raises(ReviewNotAllowed, match="own review"):
        ensure_somebody_elses(somebody(3), REVIEW)


@pytest.mark.parametrize(
    ("claimed", "presence", "attended"),
    [
        (True, CONFIRMED, True),
        (True, Presence(is_checked_in=True), True),
        (True, Presence(), False),
        (False, CONFIRMED, False),
    ],
)
def test_to_have_attended_is_claimed_and_borne_out(
    claimed: bool, presence: Presence, attended: bool
) -> None:
    later = NOW + timedelta(hours=1)
    changed = altered(REVIEW, {"attended": claimed}, presence, later)
    assert changed == replace(REVIEW, attended=attended, updated_at=later)


def test_what_is_not_named_stays() -> None:
    changed = altered(REVIEW, {"rating": 1, "title": "Bad"}, Presence(), NOW)
    assert changed == replace(REVIEW, rating=1, title="Bad")


@pytest.mark.parametrize(
    ("helpful", "unhelpful", "percentage"),
    [(0, 0, 0.0), (5, 0, 100.0), (0, 3, 0.0), (1, 2, 33.3), (2, 1, 66.7), (1, 1, 50.0)],
)
def test_the_percentage_has_one_decimal(helpful: int, unhelpful: int, percentage: float) -> None:
    counted = replace(REVIEW, helpful_count=helpful, unhelpful_count=unhelpful)
    assert counted.helpful_percentage == percentage


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans())))
def test_each_has_one_vote_and_the_last_one_counts(cast: list[tuple[int, bool]]) -> None:
    review, votes = REVIEW, dict[int, bool]()
    for voter, helpful in cast:
        review = voted(review, votes.get(voter), helpful)
        votes[voter] = helpful
    assert review.helpful_count == sum(votes.values())
    assert review.unhelpful_count == len(votes) - sum(votes.values())
