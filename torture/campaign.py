"""A campaign: clients and nemesis for so many seconds, then peace, then the auditor."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from torture import nemesis, scene
from torture.acknowledgements import Acknowledgements
from torture.auditor import Acknowledged, Auditor
from torture.driver import Client, Tally
from torture.house import audit
from torture.installation import Installation
from torture.nemesis import KINDS, Nemesis
from torture.sabotage import SABOTAGES

if TYPE_CHECKING:
    from torture.scene import Scene

SETTLED_WITHIN = 120.0
_LOOK_EVERY = 0.5
_WATCH_EVERY = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the command line asks for."""

    seed: int
    seconds: float = 60.0
    clients: int = 12
    servers: int = 2
    every: float = 1.5
    faults: Sequence[str] = tuple(KINDS)
    sabotage: str = ""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of it; without findings everything was kept."""

    plan: Plan
    seconds: float = 0.0
    settled_seconds: float = 0.0
    tally: Tally = field(default_factory=Tally)
    injected: dict[str, int] = field(default_factory=dict)
    crashes: int = 0
    ended_by_themselves: dict[str, int] = field(default_factory=dict)
    mails: int = 0
    deliveries: int = 0
    callbacks: int = 0
    payments_reported: int = 0
    audit: str = ""
    findings: list[str] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        return sum(self.tally.acknowledged.values())

    @property
    def kept(self) -> bool:
        return not self.findings


async def run(plan: Plan, folder: Path) -> Outcome:
    """Everything that is written lies in the folder afterwards: logs, acknowledgements."""
    outcome = Outcome(plan=plan)
    kept = folder / "acknowledged.jsonl"
    async with (
        Installation(folder, servers=plan.servers, sabotage=plan.sabotage) as installation,
        Acknowledgements(kept) as acknowledging,
    ):
        set_up = await installation.postgres.connect()
        for statement in SABOTAGES[plan.sabotage].statements if plan.sabotage else ():
            await set_up.execute(statement)
        where = await scene.fill(set_up, clients=plan.clients)
        await set_up.close()
        faults = nemesis.schedule(plan.seed, plan.seconds, plan.every, plan.faults)
        hand = Nemesis(installation, faults)
        clients = _clients(plan, where, installation, acknowledging, outcome.tally)
        async with _watched(installation, outcome):
            await _fight(plan, hand, clients, outcome)
        outcome.injected = dict(sorted(hand.injected.items()))
        outcome.crashes = hand.crashes
        outcome.ended_by_themselves = dict(installation.ended_by_themselves)
        await _settle_and_audit(installation, kept, outcome)
    return outcome


def _clients(
    plan: Plan,
    where: "Scene",
    installation: Installation,
    kept: Acknowledgements,
    tally: Tally,
) -> list[Client]:
    token = scene.token(installation.secret)
    places = list(where.halls)
    random.Random(plan.seed).shuffle(places)
    return [
        Client(
            number,
            scene=where,
            ports=installation.ports,
            token=token,
            seed=plan.seed,
            kept=kept,
            tally=tally,
            settings=places[number :: plan.clients],
        )
        for number in range(plan.clients)
    ]


async def _fight(plan: Plan, hand: Nemesis, clients: Sequence[Client], outcome: Outcome) -> None:
    """Until the time is up, everything is healed, and every client has its last answer."""
    began = time.monotonic()
    stop = asyncio.Event()
    working = [asyncio.create_task(client.work(stop)) for client in clients]
    fighting = asyncio.create_task(hand.run())
    await asyncio.sleep(plan.seconds)
    stop.set()
    outcome.seconds = time.monotonic() - began
    await fighting
    _, waiting = await asyncio.wait(working, timeout=SETTLED_WITHIN)
    for task in waiting:
        task.cancel()
    outcome.settled_seconds = time.monotonic() - began - outcome.seconds
    if waiting:
        outcome.findings.append(f"clients without an answer: {len(waiting)}")
    for done in await asyncio.gather(*working, return_exceptions=True):
        if isinstance(done, Exception):
            outcome.findings.append(f"a client gave up: {done!r}")


@asynccontextmanager
async def _watched(installation: Installation, outcome: Outcome) -> AsyncIterator[None]:
    """Look at the seats all the time: what was sold too often may be given back before the end."""
    oversold: set[str] = set()
    watching = asyncio.create_task(_watch(installation, oversold))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    if oversold:
        outcome.findings.append(f"oversold for a while: {', '.join(sorted(oversold))}")


async def _watch(installation: Installation, oversold: set[str]) -> None:
    while True:
        # The database is down, frozen, or ends sessions, every now and then.
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            connection = await installation.postgres.connect()
            try:
                while True:
                    oversold |= await Auditor(connection).oversold()
                    await asyncio.sleep(_WATCH_EVERY)
            finally:
                connection.terminate()
        await asyncio.sleep(_LOOK_EVERY)


async def _settle_and_audit(installation: Installation, kept: Path, outcome: Outcome) -> None:
    await installation.postgres.ready()
    connection = await installation.postgres.connect()
    try:
        auditor = Auditor(connection)
        known = Acknowledged.read(kept)
        began = time.monotonic()
        patience = SETTLED_WITHIN - outcome.settled_seconds
        while found := await _findings(auditor):
            if time.monotonic() - began > patience:
                break
            await asyncio.sleep(_LOOK_EVERY)
        outcome.settled_seconds += time.monotonic() - began
        outcome.findings += found
        outcome.findings += await auditor.differences(known)
        outcome.findings += await auditor.mails(installation.mails)
        outcome.findings += await auditor.callbacks(installation.callbacks)
    finally:
        await connection.close()
    if outcome.tally.server_errors:
        many, first = len(outcome.tally.server_errors), outcome.tally.server_errors[0]
        outcome.findings.append(f"answers of 5xx other than 503: {many}, the first: {first}")
    outcome.mails = len(installation.mails.delivered)
    outcome.deliveries = installation.mails.delivered.total()
    outcome.callbacks = installation.callbacks.sent.total()
    outcome.payments_reported = len(installation.callbacks.sent)
    await _ask_the_house(installation, outcome)


async def _findings(auditor: Auditor) -> list[str]:
    """What is on its way still, or else what is broken: a queue may be served in a moment."""
    try:
        stuck = await auditor.stuck()
        if stuck:
            return [f"stuck: {many} {what}" for what, many in stuck.items()]
        return await auditor.untold()
    except (OSError, asyncpg.PostgresError) as error:
        return [f"the auditor could not ask: {error}"]


async def _ask_the_house(installation: Installation, outcome: Outcome) -> None:
    outcome.audit, broken = await audit(installation.url, installation.secret)
    outcome.findings += broken
