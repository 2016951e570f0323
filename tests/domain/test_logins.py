from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.access import Role
from app.domain.accounts import User
from app.domain.errors import BadCredentials, ConflictingWrite
from app.domain.logins import (
    GRACE,
    Credentials,
    Family,
    Turn,
    ends_at,
    ensure_login,
    ensure_unchanged,
    new_jti,
    turn,
)
from app.security import Tokens

NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
FAMILY = Family(
    id="f",
    user_id=7,
    current_jti="now",
    previous_jti="before",
    created_at=NOW,
    rotated_at=NOW,
    is_open=True,
)
USER = User(
    id=7,
    username="jane",
    email="jane@example.com",
    first_name="",
    last_name="",
    role=Role.ATTENDEE,
    is_active=True,
    created_at=NOW,
    updated_at=NOW,
)
KNOWN = Credentials(user=USER, password_hash="hash")
CLOSED = replace(KNOWN, user=replace(USER, is_active=False))


@dataclass(frozen=True)
class Shown:
    jti: str
    user_id: int = 7
    family: str = "f"


@pytest.mark.parametrize(
    ("family", "shown", "after", "means"),
    [
        (FAMILY, Shown("now"), timedelta(days=1), Turn.NEXT),
        (FAMILY, Shown("before"), timedelta(0), Turn.DOUBLED),
        (FAMILY, Shown("before"), GRACE, Turn.DOUBLED),
        (FAMILY, Shown("before"), GRACE + timedelta(seconds=1), Turn.REUSED),
        (FAMILY, Shown("long ago"), timedelta(0), Turn.REUSED),
        (FAMILY, Shown("now", user_id=8), timedelta(0), Turn.CLOSED),
        (replace(FAMILY, is_open=False), Shown("now"), timedelta(0), Turn.CLOSED),
        (None, Shown("now"), timedelta(0), Turn.CLOSED),
    ],
)
def test_what_showing_a_refresh_token_means(
    family: Family | None, shown: Shown, after: timedelta, means: Turn
) -> None:
    assert turn(family, shown, NOW + after) is means


@pytest.mark.parametrize(("found", "is_right"), [(None, True), (KNOWN, False), (CLOSED, True)])
def test_unknown_wrong_and_closed_are_one_refusal(
    found: Credentials | None, is_right: bool
) -> None:
    with pytest.raises(BadCredentials):
        ensure_login(found, is_right)


def test_a_right_password_logs_in() -> None:
    assert ensure_login(KNOWN, True) is KNOWN


@pytest.mark.parametrize("found", [None, CLOSED, replace(KNOWN, password_hash="another")])
def test_nobody_comes_in_by_a_password_that_was_just_changed(found: Credentials | None) -> None:
    with pytest.raises(ConflictingWrite):
        ensure_unchanged(found, "hash")


def test_a_token_is_named_by_what_nobody_guesses() -> None:
    drawn = {new_jti() for _ in range(100)}
    assert len(drawn) == 100
    assert {len(one) for one in drawn} == {32}


@pytest.mark.parametrize(("days_ago", "days_left"), [(0, 7), (23, 7), (24, 6), (30, 0), (31, -1)])
def test_a_login_that_is_used_goes_on_but_not_beyond_its_last_day(
    days_ago: int, days_left: int
) -> None:
    day = timedelta(days=1)
    tokens = Tokens("x" * 32, access_for=day, refresh_for=7 * day, login_for=30 * day)
    assert ends_at(tokens, NOW - days_ago * day, NOW) == NOW + days_left * day
