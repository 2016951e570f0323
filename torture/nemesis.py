"""The nemesis: a schedule of faults drawn from a seed, and the hand that carries them out."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import asyncpg
import psutil

from torture.processes import Process
from torture.proxy import Proxy, Trouble

if TYPE_CHECKING:
    from torture.installation import Installation

_TERMINATE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND ($1 OR random() < 0.5)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something is done to `target` at that second, for so long."""

    at: float
    name: str
    target: str
    seconds: float
    draw: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How often a fault comes, and for how long; what is killed is a crash."""

    weight: int
    shortest: float = 0.0
    longest: float = 0.0
    is_crash: bool = False


KINDS: Mapping[str, Kind] = {
    "kill api": Kind(weight=10, shortest=0.05, longest=1.0, is_crash=True),
    "kill worker": Kind(weight=6, shortest=0.05, longest=1.0, is_crash=True),
    "kill redis": Kind(weight=4, shortest=0.05, longest=1.0, is_crash=True),
    "kill postgres": Kind(weight=6, shortest=0.0, longest=0.5, is_crash=True),
    "kill backend": Kind(weight=4, is_crash=True),
    "freeze api": Kind(weight=4, shortest=0.3, longest=2.5),
    "freeze worker": Kind(weight=3, shortest=0.3, longest=2.5),
    "freeze redis": Kind(weight=2, shortest=0.3, longest=2.5),
    "freeze postgres": Kind(weight=3, shortest=0.3, longest=2.5),
    "terminate sessions": Kind(weight=6),
    "flush redis": Kind(weight=3),
    "delay postgres": Kind(weight=3, shortest=0.3, longest=1.5),
    "drop postgres": Kind(weight=3, shortest=0.3, longest=2.5),
    "half_open postgres": Kind(weight=3, shortest=0.3, longest=2.5),
    "reset postgres": Kind(weight=4),
    "delay redis": Kind(weight=1, shortest=0.3, longest=2.0),
    "drop redis": Kind(weight=1, shortest=0.3, longest=2.5),
    "half_open redis": Kind(weight=1, shortest=0.3, longest=2.5),
    "reset redis": Kind(weight=1),
    "lose callbacks": Kind(weight=3, shortest=0.2, longest=1.0),
    "double callbacks": Kind(weight=3, shortest=0.5, longest=2.0),
    "lose mails": Kind(weight=3, shortest=0.1, longest=0.5),
}


def schedule(
    seed: int, seconds: float, every: float, kinds: Sequence[str] = tuple(KINDS)
) -> list[Fault]:
    """The same for the same seed: about one fault in `every` seconds, none to what suffers one."""
    draw = random.Random(f"{seed}/nemesis")
    weights = [KINDS[name].weight for name in kinds]
    busy: dict[str, float] = {}
    faults: list[Fault] = []
    at = every
    while at < seconds:
        name = draw.choices(kinds, weights)[0]
        kind = KINDS[name]
        target = name.partition(" ")[2]
        lasts = draw.uniform(kind.shortest, kind.longest)
        fault = Fault(at=at, name=name, target=target, seconds=lasts, draw=draw.random())
        if busy.get(target, 0.0) <= at:
            busy[target] = at + lasts + 0.2
            faults.append(fault)
        at += draw.uniform(0.5, 1.5) * every
    return faults


class Nemesis:
    """Carries out a schedule, and counts what was really done."""

    def __init__(self, installation: "Installation", faults: Sequence[Fault]) -> None:
        self._at = installation
        self._faults = faults
        self.injected: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()

    @property
    def crashes(self) -> int:
        return sum(many for name, many in self.injected.items() if KINDS[name].is_crash)

    async def run(self) -> None:
        """Until the last fault is over and everything is healed."""
        clock = asyncio.get_running_loop().time
        began = clock()
        async with asyncio.TaskGroup() as running:
            for fault in self._faults:
                await asyncio.sleep(max(0.0, began + fault.at - clock()))
                running.create_task(self._carry_out(fault))

    async def _carry_out(self, fault: Fault) -> None:
        try:
            if await self._hand(fault)():
                self.injected[fault.name] += 1
        except (OSError, asyncpg.PostgresError, psutil.Error, TimeoutError):
            # What is down already cannot be spoken to.
            self.failed[fault.name] += 1

    def _hand(self, fault: Fault) -> Callable[[], Awaitable[bool]]:
        verb, _, target = fault.name.partition(" ")
        at = self._at
        if verb == "kill" and target == "backend":
            return partial(self._kill_backend, fault)
        if fault.name == "terminate sessions":
            return partial(self._terminate, fault)
        if fault.name == "flush redis":
            return at.flush
        if verb == "kill":
            return partial(self._kill, self._process(fault), fault)
        if verb == "freeze":
            return partial(self._freeze, self._process(fault), fault)
        if verb in {"lose", "double"}:
            return partial(self._sink, fault)
        return partial(self._trouble, at.proxies[target], Trouble(verb), fault)

    def _process(self, fault: Fault) -> Process:
        if fault.target == "api":
            return self._at.servers[int(fault.draw * len(self._at.servers))]
        named = {"worker": self._at.worker, "redis": self._at.redis, "postgres": self._at.postgres}
        return named[fault.target]

    async def _kill(self, process: Process, fault: Fault) -> bool:
        if not process.is_alive():
            return False
        async with self._at.down(process):
            await process.kill()
            await asyncio.sleep(fault.seconds)
        return True

    async def _freeze(self, process: Process, fault: Fault) -> bool:
        if not process.is_alive():
            return False
        process.freeze()
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            process.thaw()
        return True

    async def _kill_backend(self, fault: Fault) -> bool:
        backends = self._at.postgres.backends()
        if not backends:
            return False
        backends[int(fault.draw * len(backends))].kill()
        return True

    async def _terminate(self, fault: Fault) -> bool:
        connection = await self._at.postgres.connect()
        try:
            ended = await connection.fetch(_TERMINATE, fault.draw < 0.5, timeout=5)
        finally:
            connection.terminate()
        return bool(ended)

    async def _trouble(self, proxy: Proxy, trouble: Trouble, fault: Fault) -> bool:
        await proxy.suffer(trouble, fault.seconds, delay=0.02 + 0.1 * fault.draw)
        return True

    async def _sink(self, fault: Fault) -> bool:
        sink, name = {
            "lose callbacks": (self._at.callbacks, "loses_answers"),
            "double callbacks": (self._at.callbacks, "doubles"),
            "lose mails": (self._at.mails, "loses_answers"),
        }[fault.name]
        setattr(sink, name, True)
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(fault.seconds)
        setattr(sink, name, False)
        return True
