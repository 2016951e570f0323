"""What a campaign came to: for people, and as JSON."""

from typing import Any

from torture.campaign import Outcome
from torture.sabotage import SABOTAGES

_NEED_A_LOOK = 8


def lines(outcome: Outcome) -> list[str]:
    """The whole story in some twenty lines."""
    plan, tally = outcome.plan, outcome.tally
    rate = outcome.acknowledged / max(outcome.seconds, 1)
    said = [
        (
            f"seed {plan.seed}: {outcome.seconds:.0f} s, {plan.clients} clients,"
            f" {plan.servers} servers, a worker, Redis, PostgreSQL"
        ),
        f"faults injected: {sum(outcome.injected.values())}, of them {outcome.crashes} crashes",
        *(f"  {many:6} {name}" for name, many in outcome.injected.items()),
        f"acknowledged writes: {outcome.acknowledged:,} ({rate:,.0f} a second)",
        *(f"  {many:6} {what}" for what, many in sorted(tally.acknowledged.items())),
        (
            f"refused: {sum(tally.refused.values()):,}; unanswered and asked again:"
            f" {tally.unanswered:,}; told to come again: {tally.turned_away:,}"
        ),
        (
            f"mails: {outcome.mails:,} by {outcome.deliveries:,} deliveries;"
            f" payments reported: {outcome.payments_reported:,} by {outcome.callbacks:,} callbacks"
        ),
        f"settled {outcome.settled_seconds:.1f} s after the last request",
        f"plenary audit: {outcome.audit}",
    ]
    if outcome.ended_by_themselves:
        said.append(f"ended by themselves and begun again: {outcome.ended_by_themselves}")
    if plan.sabotage:
        said.append(f"sabotage: {SABOTAGES[plan.sabotage].what}")
    said += [f"BROKEN: {finding}" for finding in outcome.findings]
    said.append(f"verdict: {_verdict(outcome)}")
    return said


def is_as_it_should_be(outcome: Outcome) -> bool:
    """Everything was kept; or, with a guard taken out, it was noticed."""
    return outcome.kept != bool(outcome.plan.sabotage)


def content(outcome: Outcome) -> dict[str, Any]:
    """The same for programs."""
    plan, tally = outcome.plan, outcome.tally
    return {
        "seed": plan.seed,
        "seconds": round(outcome.seconds, 1),
        "clients": plan.clients,
        "servers": plan.servers,
        "sabotage": plan.sabotage,
        "faults": outcome.injected,
        "crashes": outcome.crashes,
        "acknowledged": outcome.acknowledged,
        "acknowledged_by_kind": dict(sorted(tally.acknowledged.items())),
        "refused": dict(sorted(tally.refused.items())),
        "unanswered": tally.unanswered,
        "turned_away": tally.turned_away,
        "server_errors": tally.server_errors[:_NEED_A_LOOK],
        "mails": outcome.mails,
        "mail_deliveries": outcome.deliveries,
        "payments_reported": outcome.payments_reported,
        "callbacks": outcome.callbacks,
        "settled_seconds": round(outcome.settled_seconds, 1),
        "audit": outcome.audit,
        "ended_by_themselves": outcome.ended_by_themselves,
        "findings": outcome.findings,
        "verdict": _verdict(outcome),
    }


def _verdict(outcome: Outcome) -> str:
    if outcome.plan.sabotage:
        return "not noticed" if outcome.kept else "noticed, as it should be"
    return "nothing lost, nothing doubled, nothing stuck" if outcome.kept else "broken"
