"""The worker: how many messages a second one of them works off, and how long one waits at rest."""

import asyncio
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from statistics import median

from bench import data
from bench.process import free_port, running
from bench.stage import Stage
from bench.verdicts import Verdict, at_least, at_most

NAME = "outbox"
PER_SECOND = 2_000
WAITS_MS = 1_000
MESSAGES = 10_000
_AT_REST = 30
# Each look is a connection of its own; the database says when it was, not the look.
_LOOK_EVERY = 0.2
_PATIENCE = 120.0
_READY = b"The worker is ready"


@dataclass(slots=True, kw_only=True)
class Mix:
    """What each message causes, and how many of them were worked off a second in each round."""

    name: str
    title: str
    by: str
    wants_mail: bool = True
    rates: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return median(self.rates)


async def measure(stage: Stage) -> Sequence[Verdict]:
    """Each mix in turn, as many rounds as everything else; then a worker that has nothing to do."""
    mixes = (
        Mix(name="file", title="registered: note and mail (file), one worker", by="file"),
        Mix(name="smtp", title="registered: note and mail (SMTP), one worker", by="smtp"),
        Mix(name="note", title="registered: note alone, one worker", by="file", wants_mail=False),
    )
    sessions = iter(data.TOLD_SESSIONS)
    for turn in range(stage.plan.rounds):
        for mix in mixes:
            mix.rates.append(await _drain(stage, mix, next(sessions)))
        print(f"Outbox: round {turn + 1} of {stage.plan.rounds} …", flush=True)
    waits = await _waits(stage, next(sessions))
    return [
        *(at_least(mix.title, mix.rate, PER_SECOND, "/s") for mix in mixes),
        at_most("longest wait of a message at rest", max(waits), WAITS_MS, "ms"),
    ]


async def _drain(stage: Stage, mix: Mix, session: int) -> float:
    """Messages a second, from the commit that brings all of them to the last that is done."""
    await stage.bench.want_mails(mix.wants_mail)
    port = free_port()
    with _sink(stage, mix, port), _worker(stage, mix.by, port):
        began = await stage.bench.announce(session, MESSAGES)
        ended = await _all_done(stage)
    await stage.bench.want_mails(True)
    return MESSAGES / (ended - began)


async def _waits(stage: Stage, session: int) -> Sequence[float]:
    """Milliseconds that single messages wait which nobody rings for."""
    waits = []
    draw = random.Random(1)
    with _worker(stage, "file", free_port()):
        for _ in range(_AT_REST):
            await asyncio.sleep(draw.random())
            began = await stage.bench.announce(session, 1)
            waits.append((await _all_done(stage) - began) * 1000)
    return waits


async def _all_done(stage: Stage) -> float:
    """When the last message was done."""
    until = time.monotonic() + _PATIENCE
    while (ended := await stage.bench.all_done()) is None:
        if time.monotonic() > until:
            raise TimeoutError("the outbox is not worked off; the log says why")
        await asyncio.sleep(_LOOK_EVERY)
    return ended


@contextmanager
def _worker(stage: Stage, by: str, port: int) -> Iterator[None]:
    """As anybody starts one; without Redis, so that nobody rings for it."""
    ways: Mapping[str, Mapping[str, str]] = {
        "file": {},
        "smtp": {"PLENARY_SMTP_URL": f"smtp://127.0.0.1:{port}?starttls=false"},
    }
    said_before = stage.log.stat().st_size if stage.log.exists() else 0
    environment = {**stage.environment, **ways[by]}
    with running(("-m", "app.cli", "worker"), environment, stage.log) as process:
        until = time.monotonic() + _PATIENCE
        while _READY not in stage.log.read_bytes()[said_before:]:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the worker does not come up; its log says why")
            time.sleep(_LOOK_EVERY)
        yield


def _sink(stage: Stage, mix: Mix, port: int) -> AbstractContextManager[object]:
    if mix.by != "smtp":
        return nullcontext()
    return running(("-m", "bench.sink", str(port)), {}, stage.log)
