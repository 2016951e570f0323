"""What the rounds came to: for people, and as JSON."""

from typing import Any

from torture.rush.rounds import Outcome
from torture.sabotage import SABOTAGES

_SHOWN = 8


def progress(outcome: Outcome) -> str:
    """One line, while it goes on."""
    done, minutes = outcome.rounds.total(), max(outcome.seconds, 0.001) / 60
    return (
        f"{done} of {outcome.plan.rounds} rounds, {done / minutes:.0f} a minute:"
        f" {outcome.sold:,} seats sold, {outcome.over} over, {outcome.under} under"
    )


def lines(outcome: Outcome) -> list[str]:
    plan = outcome.plan
    said = [
        (
            f"seed {plan.seed}: {outcome.rounds.total():,} rounds of {plan.buyers} buyers for 10"
            f" seats over {plan.connections} connections, {plan.servers} servers"
        ),
        *(f"  {many:7,} {name}" for name, many in outcome.rounds.items()),
        f"asked: {outcome.asked:,}; told to come again: {outcome.repeated:,}",
        f"seats sold: {outcome.sold:,}; over: {outcome.over}; under: {outcome.under}",
        f"waiting: {outcome.waiting:,}; given back: {outcome.cancelled:,}",
        *(f"  {many:7,} refused: {why}" for why, many in sorted(outcome.refused.items())),
        (
            f"{outcome.seconds:.0f} s, of them {outcome.rushing:.0f} s of rush"
            f" ({outcome.asked / max(outcome.rushing, 0.001):,.0f} requests a second);"
            f" settled {outcome.settled_seconds:.0f} s after"
        ),
        f"plenary audit: {outcome.audit}",
    ]
    if plan.sabotage:
        said.append(f"sabotage: {SABOTAGES[plan.sabotage].what}")
    said += [f"BROKEN: {finding}" for finding in outcome.findings[:_SHOWN]]
    if len(outcome.findings) > _SHOWN:
        said.append(f"BROKEN: and {len(outcome.findings) - _SHOWN} more findings")
    said.append(f"verdict: {_verdict(outcome)}")
    return said


def content(outcome: Outcome) -> dict[str, Any]:
    """The same for programs."""
    return {
        "seed": outcome.plan.seed,
        "rounds": dict(outcome.rounds),
        "buyers": outcome.plan.buyers,
        "connections": outcome.plan.connections,
        "servers": outcome.plan.servers,
        "sabotage": outcome.plan.sabotage,
        "asked": outcome.asked,
        "sold": outcome.sold,
        "waiting": outcome.waiting,
        "given_back": outcome.cancelled,
        "refused": dict(sorted(outcome.refused.items())),
        "told_to_come_again": outcome.repeated,
        "over": outcome.over,
        "under": outcome.under,
        "seconds": round(outcome.seconds, 1),
        "rush_seconds": round(outcome.rushing, 1),
        "settled_seconds": round(outcome.settled_seconds, 1),
        "audit": outcome.audit,
        "findings": outcome.findings,
        "verdict": _verdict(outcome),
    }


def _verdict(outcome: Outcome) -> str:
    return "as many as there are, every time" if outcome.kept else "broken"
