"""Round after round: open a sale, let the crowd in, hold what was told against what is there."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app.security import Tokens
from torture.auditor import Auditor
from torture.house import audit
from torture.installation import Installation
from torture.rush.arrangements import SEATS, open_sale
from torture.rush.buying import Crowd
from torture.sabotage import SABOTAGES

if TYPE_CHECKING:
    import asyncpg

    from torture.rush.arrangements import Sale
    from torture.rush.buying import Heard

STUCK_AFTER = 120.0
_LOOK_EVERY = 0.5

_ROWS = "SELECT id, status, quantity FROM registrations WHERE conference_id = $1"
_COUNTED = (
    "SELECT seats_taken, waiting FROM sessions WHERE conference_id = $1 UNION ALL"
    " SELECT seats_taken, waiting FROM ticket_types WHERE conference_id = $1 UNION ALL"
    " SELECT seats_taken, waiting FROM conferences WHERE id = $1 AND capacity IS NOT NULL"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the command line asks for."""

    seed: int
    rounds: int = 1000
    buyers: int = 200
    connections: int = 64
    servers: int = 2
    sabotage: str = ""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of it; `over` and `under` are seats, summed over all rounds."""

    plan: Plan
    rounds: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    sold: int = 0
    waiting: int = 0
    cancelled: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    over: int = 0
    under: int = 0
    seconds: float = 0.0
    rushing: float = 0.0
    settled_seconds: float = 0.0
    audit: str = ""
    findings: list[str] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        return not (self.over or self.under or self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a sale has come to, as the database has it."""

    status: dict[int, str]
    seats: int
    counted: tuple[int, int]

    def ids(self, *wanted: str) -> set[int]:
        return {id for id, status in self.status.items() if status in wanted}


async def run(plan: Plan, folder: Path, tell: Callable[[Outcome], None]) -> Outcome:
    """All rounds, over one installation; after each, `tell` is called with what there is so far."""
    outcome = Outcome(plan=plan)
    async with Installation(
        folder, servers=plan.servers, sabotage=plan.sabotage, attacked=False
    ) as installation:
        connection = await installation.postgres.connect()
        for statement in SABOTAGES[plan.sabotage].statements if plan.sabotage else ():
            await connection.execute(statement)
        crowd = Crowd(installation.ports, plan.connections)
        tokens = _tokens(installation.secret)
        began = time.monotonic()
        for place in range(plan.rounds):
            sale = await open_sale(connection, tokens, place, plan.buyers, plan.seed)
            opened = time.monotonic()
            heard = await crowd.rush(sale)
            outcome.rushing += time.monotonic() - opened
            judge(sale, heard, await standing(connection, sale.conference), outcome)
            outcome.seconds = time.monotonic() - began
            tell(outcome)
        crowd.close()
        outcome.settled_seconds, stuck = await _settled(Auditor(connection))
        await connection.close()
        outcome.findings += stuck
        outcome.audit, broken = await audit(installation.url, installation.secret, settled=True)
        outcome.findings += broken
    return outcome


async def standing(connection: "asyncpg.Connection[asyncpg.Record]", conference: int) -> Standing:
    rows = await connection.fetch(_ROWS, conference)
    counted = await connection.fetchrow(_COUNTED, conference)
    assert counted is not None
    return Standing(
        status={row["id"]: row["status"] for row in rows},
        seats=sum(row["quantity"] for row in rows if row["status"] in ("pending", "confirmed")),
        counted=(counted["seats_taken"], counted["waiting"]),
    )


def judge(sale: "Sale", heard: "Heard", found: Standing, outcome: Outcome) -> None:
    """Ten seats are sold, no more and no fewer, each to somebody who was told so once."""
    at = f"round {outcome.rounds.total() + 1} ({sale.arrangement.name})"
    outcome.rounds[sale.arrangement.name] += 1
    outcome.asked += len(sale.buyers)
    outcome.sold += found.seats
    outcome.waiting += len(found.ids("waitlisted"))
    outcome.cancelled += len(heard.cancelled)
    outcome.refused += heard.refused
    outcome.repeated += heard.repeated
    outcome.over += max(0, found.seats - SEATS)
    outcome.under += max(0, SEATS - found.seats)
    outcome.findings += [f"{at}: {what}" for what in _differences(sale, heard, found)]


def _differences(sale: "Sale", heard: "Heard", found: Standing) -> list[str]:
    told, cancelled = set(heard.acknowledged), set(heard.cancelled)
    waiting = found.ids("waitlisted")
    expected = {f"409 {sale.arrangement.refusal}"}
    checks = {
        f"{found.seats} of {SEATS} seats are taken": found.seats != SEATS,
        f"the counters say {found.counted}": found.counted != (found.seats, len(waiting)),
        "somebody was told twice": len(told) != len(heard.acknowledged),
        "what was told is not what is there": told != found.status.keys(),
        "what was given back is not what is over": cancelled != found.ids("cancelled", "expired"),
        "somebody lost a seat, or gave back none": not waiting <= set(heard.waiting),
        f"refusals are {dict(heard.refused)}": not heard.refused.keys() <= expected,
        f"answered otherwise: {heard.unexpected}": bool(heard.unexpected),
        "somebody got no answer": (
            len(heard.acknowledged) + heard.refused.total() != len(sale.buyers)
        ),
    }
    return [what for what, is_so in checks.items() if is_so]


async def _settled(auditor: Auditor) -> tuple[float, list[str]]:
    """Wait until every mail is sent; what has not moved for so long is stuck."""
    began = moved = time.monotonic()
    before: dict[str, int] = {}
    while stuck := await auditor.stuck():
        if stuck != before:
            before, moved = stuck, time.monotonic()
        elif time.monotonic() - moved > STUCK_AFTER:
            break
        await asyncio.sleep(_LOOK_EVERY)
    took = time.monotonic() - began
    return took, [f"stuck: {many} {what}" for what, many in stuck.items()]


def _tokens(secret: str) -> Tokens:
    day = timedelta(days=1)
    return Tokens(secret, access_for=day, refresh_for=day)
