"""A few rounds of many for few; `make rush` runs a thousand."""

import subprocess
import sys
from pathlib import Path

import pytest

from torture.rush import report, rounds
from torture.rush.arrangements import ARRANGEMENTS
from torture.rush.rounds import Plan


@pytest.mark.slow
async def test_of_two_hundred_buyers_ten_get_a_seat_in_every_arrangement(folder: Path) -> None:
    plan = Plan(seed=1, rounds=len(ARRANGEMENTS))
    outcome = await rounds.run(plan, folder, lambda _: None)
    assert outcome.findings == []
    assert (outcome.sold, outcome.over, outcome.under) == (10 * len(ARRANGEMENTS), 0, 0)
    assert outcome.rounds.keys() == {arrangement.name for arrangement in ARRANGEMENTS}
    # In the last round everybody waits; of those before, all but the seated are refused.
    assert sum(many for why, many in outcome.refused.items() if "full" not in why) == 190
    assert outcome.waiting + outcome.cancelled == 190
    assert report.content(outcome)["verdict"] == "as many as there are, every time"


@pytest.mark.slow
def test_without_the_lock_and_the_constraint_a_rush_oversells_and_says_so() -> None:
    command = [sys.executable, "-m", "torture.rush", "--rounds=3", "--seed=1", "--sabotage=seats"]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=240)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "verdict: broken" in ended.stdout
    assert "over: 0" not in ended.stdout
