"""The same work at 10,000 registrations and at 1,000,000: what grows, and what a page takes then.

One request at a time, on two servers in turn, so that whatever else the machine does concerns both.
The times are the client's, over loopback; where a bar is on the server's, its request log tells.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from statistics import median, quantiles
from uuid import UUID

from bench import data, growth_data, plan
from bench.client import volley
from bench.data import Bench, scratch_database
from bench.growth_data import ADMIN, LARGE, SMALL, VIEWER, Size
from bench.large_data import Ground, prepare
from bench.process import ServerProcess, free_port, server_process
from bench.promotion import enlarge
from bench.stage import Stage
from bench.verdicts import Verdict, at_most
from bench.workloads import Requested, Requests, Workload, again, known, once, visit

NAME = plan.LARGE
MOST_GROWTH = 1.5
MOST_P99_MS = 20.0
_TIMES = 400
_AT_ONCE = 20
_WARM_UP = 40
_SECONDS = 120.0
# What the server is to answer within so much at a million registrations, and its paths.
_BOUNDED = {
    "search": "/search/",
    "report": "/reports/sessions/",
    "recommendations": "/recommendations/",
}
# The server writes its log down by the second.
_LOGGED_WITHIN = 10.0


@dataclass(slots=True, kw_only=True)
class Side:
    """One size: its server, what is asked of it, and what each request took.

    `served` are the server's own times, of what has a bar on them.
    """

    size: Size
    url: str
    server: ServerProcess
    ground: Ground
    asked: Sequence[Workload]
    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    served: dict[str, list[float]] = field(default_factory=dict)

    async def ask(self, one: Workload, many: int) -> list[float]:
        requests = islice(one.requests(many, self.server.port), many)
        answered = await volley(
            self.server.port, requests, clients=1, seconds=_SECONDS, expected=one.expected
        )
        if answered.errors:
            raise RuntimeError(f"{one.name}, {self.size.name}: {answered.sample}")
        return answered.milliseconds

    async def look_up(self, name: str, since: float) -> None:
        """Have the server's log tell how long those of one kind took, if that has a bar."""
        if name not in _BOUNDED:
            return
        many, until = _WARM_UP + _TIMES, time.monotonic() + _LOGGED_WITHIN
        while len(logged := await Bench(self.url).logged(_BOUNDED[name], since)) < many:
            if time.monotonic() > until:
                raise RuntimeError(f"{name}, {self.size.name}: {len(logged)} of {many} are logged")
            await asyncio.sleep(0.2)
        self.served[name] = logged[_WARM_UP:]


async def measure(stage: Stage) -> Sequence[Verdict]:
    """Everything of the table at both sizes; both databases are audited in the end."""
    async with AsyncExitStack() as stack:
        sides = [await stack.enter_async_context(_side(stage, size)) for size in (SMALL, LARGE)]
        for turn in range(len(sides[0].asked)):
            await _compare(sides, turn)
        await _promote(stage, sides)
    small, large = sides
    return [*_bounded(large), *_growth(small, large)]


async def _compare(sides: Sequence[Side], turn: int) -> None:
    """One kind of request, some at a time on either side."""
    name = sides[0].asked[turn].name
    since = time.time()
    for side in sides:
        await side.ask(side.asked[turn], _WARM_UP)
        side.milliseconds[name] = []
    for _ in range(_TIMES // _AT_ONCE):
        for side in sides:
            side.milliseconds[name] += await side.ask(side.asked[turn], _AT_ONCE)
    for side in sides:
        await side.look_up(name, since)
    print(f"{name}: {', '.join(f'{median(s.milliseconds[name]):.2f} ms' for s in sides)}")


async def _promote(stage: Stage, sides: Sequence[Side]) -> None:
    """A thousand people get seats, once for each queue."""
    for side in sides:
        times = side.milliseconds[f"promotion of {data.WAITING:,}"] = []
        bench = Bench(side.url)
        for session in side.ground.queues:
            await bench.let_wait(session, data.WAITING, growth_data.ORGANIZER + 1)
            times.append(await enlarge(stage, side.server, session, data.WAITING + 1))
            await bench.drop_mails()


def _bounded(side: Side) -> Sequence[Verdict]:
    return [
        at_most(
            f"{name} at {side.size.registrations:,} registrations, p99 of the server",
            quantiles(times, n=100)[98],
            MOST_P99_MS,
            "ms",
        )
        for name, times in side.served.items()
    ]


def _growth(small: Side, large: Side) -> Sequence[Verdict]:
    """Of medians."""
    found = []
    for name, times in large.milliseconds.items():
        before, after = median(small.milliseconds[name]), median(times)
        found.append(
            Verdict(
                work=f"{name}: from 10,000 to 1,000,000 registrations",
                bar=f"≤ {MOST_GROWTH:g} ×",
                figure=f"{before:.2f} to {after:.2f} ms",
                ratio=round(after / before, 3),
                holds=after / before <= MOST_GROWTH,
            )
        )
    return found


@asynccontextmanager
async def _side(stage: Stage, size: Size) -> AsyncIterator[Side]:
    async with scratch_database(stage.server_url) as url:
        began = time.monotonic()
        print(f"Filling {size.name}: {size.registrations:,} registrations …", end=" ", flush=True)
        await growth_data.fill(url, size, topics=data.TOPICS, forms=data.FORMS)
        ground = await prepare(url, size)
        print(f"{time.monotonic() - began:.0f} s", flush=True)
        environment = {**stage.environment, "PLENARY_DATABASE_URL": url}
        with server_process(environment, stage.log, free_port()) as server:
            asked = _workloads(stage.requests, ground)
            yield Side(size=size, url=url, server=server, ground=ground, asked=asked)
        await Bench(url).drop_mails()
        await stage.audit(url)


def _workloads(requests: Requests, ground: Ground) -> Sequence[Workload]:
    """What the table asks for, in the words of this database."""

    def get(name: str, paths: Sequence[str], who: int = VIEWER) -> Workload:
        asked = again([requests.get(path, who) for path in paths])
        return Workload(name=name, title=name, requests=asked)

    def register(name: str, targets: Sequence[tuple[int, int]]) -> Workload:
        def ask(n: int) -> bytes:
            conference, session = targets[n % len(targets)]
            body = {"conference": conference, "session": session, "attendee": n}
            return requests.post("/registrations/", body, ADMIN)

        return Workload(
            name=name, title=name, requests=once(ask, ground.newcomers.start), expected=201
        )

    lists = [f"/public/conferences/?page_size=20&page={page}" for page in range(1, 41)]
    details = [f"/public/conferences/{id}/" for id, _ in ground.spread]
    pages = [f"/conferences/?page_size=20&page={page}" for page in range(1, 41)]
    return [
        register("hot", [ground.hot]),
        register("spread", ground.spread),
        get("list", pages),
        get("detail", [f"/conferences/{id}/" for id, _ in ground.spread]),
        Workload(name="public-list", title="", requests=again([visit(one) for one in lists])),
        Workload(name="public-detail", title="", requests=again([visit(one) for one in details])),
        Workload(name="unchanged-list", title="", requests=known(lists), expected=304),
        Workload(name="unchanged-detail", title="", requests=known(details), expected=304),
        get("search", [f"/search/?q={word}" for word in ground.words]),
        get("report", [f"/reports/sessions/?page_size=20&page={p}" for p in range(1, 41)], ADMIN),
        get("recommendations", [f"/attendees/{n}/recommendations/" for n in ground.people], ADMIN),
        Workload(name="check-in", title="", requests=_scans(requests, ground)),
    ]


def _scans(requests: Requests, ground: Ground) -> Requested:
    def scan(n: int) -> bytes:
        body = {"conference": ground.door, "code": str(UUID(int=n)), "nonce": str(n)}
        return requests.post("/check-ins/", body, ADMIN)

    return once(scan, ground.newcomers.start)
