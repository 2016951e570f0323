"""Workloads in alternating rounds: on one server beside `noop`, and on one process and on two."""

from collections.abc import Sequence
from typing import Protocol

from bench import data, report
from bench.client import Round
from bench.plan import WARM_UP_SECONDS
from bench.process import ServerProcess
from bench.report import Series
from bench.rival import Rival
from bench.stage import Stage
from bench.workloads import NOOP, workloads

HOT, RIVAL = "hot", "hot-row"
ALONE, PAIR = "one-process", "two-processes"


class Measured(Protocol):
    """What can be loaded for a round."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def clients(self) -> int: ...
    @property
    def fills(self) -> range | None: ...

    async def round(self, server: ServerProcess, seconds: float) -> Round: ...


def all_measured(stage: Stage) -> Sequence[Measured]:
    """In the order of the table: `noop` first, the hot row's limit beside the hot session."""
    noop, hot, *others = workloads(stage.requests)
    return [noop, hot, Rival(url=stage.url), *others]


async def beside_noop(stage: Stage, chosen: Sequence[Measured]) -> Sequence[Series]:
    """Warm up, then alternate: each round stands between two of noop."""
    noop, *others = chosen
    series = {one.name: _series(one) for one in chosen}
    with stage.server() as server:
        for one in chosen:
            series[one.name].warm_up(await one.round(server, WARM_UP_SECONDS))
        for turn in range(stage.plan.rounds):
            for one in others:
                await _round(stage, server, noop, series[NOOP])
                await _round(stage, server, one, series[one.name])
            print(f"Round {turn + 1} of {stage.plan.rounds} …", flush=True)
        await _round(stage, server, noop, series[NOOP])
    report.set_ratios(series[NOOP].rounds, [series[one.name] for one in others])
    return list(series.values())


async def on_one_and_two(stage: Stage) -> Sequence[Series]:
    """One hot session, on one server process and on two, in turn; each has the machine alone."""
    asked = {
        1: stage.requests.into(ALONE, "one hot session, one process", data.ALONE_SESSION),
        2: stage.requests.into(PAIR, "one hot session, two processes", data.PAIR_SESSION),
    }
    series = {one.name: _series(one) for one in asked.values()}
    for turn in range(stage.plan.rounds):
        for processes, one in asked.items():
            with stage.servers(processes) as server:
                series[one.name].warm_up(await one.round(server, WARM_UP_SECONDS))
                await _round(stage, server, one, series[one.name])
        print(f"Two processes: round {turn + 1} of {stage.plan.rounds} …", flush=True)
    return list(series.values())


async def _round(stage: Stage, server: ServerProcess, one: Measured, series: Series) -> None:
    used = server.cpu_seconds()
    measured = await one.round(server, stage.plan.seconds)
    series.add(measured, server.cpu_seconds() - used)
    await stage.bench.drop_mails()


def _series(one: Measured) -> Series:
    return Series(name=one.name, title=one.title, clients=one.clients, fills=one.fills)
