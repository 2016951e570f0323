"""Short campaigns against whole installations; `make torture` runs long ones."""

from pathlib import Path

import pytest

from torture import campaign, report
from torture.campaign import Plan

# A killed worker's mails wait half a minute for their lease: the long campaigns kill it too.
QUICK = (
    "kill api",
    "kill postgres",
    "kill backend",
    "kill redis",
    "freeze worker",
    "terminate sessions",
    "flush redis",
    "drop postgres",
    "reset postgres",
    "reset redis",
    "double callbacks",
    "lose mails",
)


@pytest.mark.slow
async def test_under_attack_nothing_is_lost_doubled_or_stuck(folder: Path) -> None:
    plan = Plan(seed=1, seconds=5, clients=8, every=0.6, faults=QUICK)
    outcome = await campaign.run(plan, folder)
    assert outcome.findings == []
    assert outcome.acknowledged > 0
    assert outcome.crashes > 0
    assert report.content(outcome)["verdict"] == "nothing lost, nothing doubled, nothing stuck"


@pytest.mark.slow
async def test_without_idempotency_keys_a_campaign_fails(folder: Path) -> None:
    plan = Plan(
        seed=1, seconds=3, clients=8, every=0.4, faults=("reset postgres",), sabotage="keys"
    )
    outcome = await campaign.run(plan, folder)
    assert not outcome.kept
    assert report.is_as_it_should_be(outcome)
