from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.news import Whereabouts, is_worth_telling
from app.domain.times import TimeRange

START = datetime(2031, 3, 1, 9, tzinfo=UTC)
WAS = Whereabouts(
    period=TimeRange(start=START, end=START + timedelta(hours=2)),
    timezone="UTC",
    place="San Francisco",
)
LATER = TimeRange(start=START + timedelta(days=7), end=START + timedelta(days=7, hours=2))


@pytest.mark.parametrize(
    ("became", "told"),
    [
        (WAS, False),
        (replace(WAS, place="Oslo"), True),
        (replace(WAS, period=LATER), True),
        (replace(WAS, timezone="Europe/Oslo"), True),
        (replace(WAS, is_online=True), True),
        (replace(WAS, online_url="https://meet.example/1"), True),
    ],
)
def test_another_time_or_place_is_told(became: Whereabouts, told: bool) -> None:
    assert is_worth_telling(WAS, became, START - timedelta(days=1)) is told


def test_what_is_over_is_put_right_without_telling() -> None:
    moved = replace(WAS, place="Oslo")
    assert not is_worth_telling(WAS, moved, WAS.period.end)
    assert is_worth_telling(WAS, moved, WAS.period.end - timedelta(seconds=1))


def test_what_was_to_come_and_is_over_by_the_change_is_told() -> None:
    late = LATER.start - timedelta(days=1)
    assert is_worth_telling(WAS, replace(WAS, period=LATER), late)
    assert is_worth_telling(replace(WAS, period=LATER), WAS, late)
