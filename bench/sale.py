"""A sale in a model: many people, few seats, and servers of which is known what a request costs.

Times are seconds. Everybody asks for a seat until they are told yes or that there is none; who is
one too many at a server is told to come again, and does. Nothing here is measured: what goes in was
(`bench/on_sale.py`).
"""

import heapq
import random
from collections import deque
from dataclasses import dataclass, field
from statistics import quantiles

# As `app/middleware/places.py` has it: who is refused stays away a second, and one more for each
# so many refusals a second.
_EASY = 500
_LONGEST_AWAY = 10
_JITTER = (0.5, 1.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What was measured: CPU of a server process, and how long a batch holds the hot row."""

    register: float
    page: float
    turn_away: float
    batch: float
    each: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    people: int
    seats: int
    # Half of the people come within so many seconds, half of the others within as many again, …
    half_within: float
    processes: int
    places: int = 256
    most_per_batch: int = 256
    pages_each: int = 2


@dataclass(slots=True, kw_only=True)
class Outcome:
    """`waits` are the seconds from coming to an answer that counts."""

    sold: int = 0
    sold_out_after: float = 0.0
    over_after: float = 0.0
    turned_away: int = 0
    requests: int = 0
    # Seconds: of all servers' CPU, and for which the row was held, until the seats were sold.
    busy: float = 0.0
    row_busy: float = 0.0
    waits: list[float] = field(default_factory=list)

    def wait(self, percent: int) -> float:
        return quantiles(self.waits, n=100)[percent - 1]


class _Process:
    """One thread of CPU, so many places, and one batch at a time."""

    def __init__(self) -> None:
        self.free_at = 0.0
        self.in_flight = 0
        self.line: deque[float] = deque()
        self.is_at_the_row = False
        self._second, self._before, self._now = 0, 0, 0

    def refuse(self, now: float) -> int:
        """Count somebody who is turned away; returns for how many seconds."""
        if int(now) > self._second:
            self._second, self._before, self._now = int(now), self._now, 0
        self._now += 1
        return min(_LONGEST_AWAY, 1 + max(self._now, self._before) // _EASY)

    def work(self, now: float, seconds: float) -> float:
        """When the CPU is done with it."""
        self.free_at = max(now, self.free_at) + seconds
        return self.free_at


class _Model:
    def __init__(self, sale: Sale, costs: Costs, seed: int) -> None:
        self.sale, self.costs = sale, costs
        self.random = random.Random(seed)
        self.processes = [_Process() for _ in range(sale.processes)]
        self.outcome = Outcome()
        self.events: list[tuple[float, int, str, _Process | None, float]] = []
        self.number = 0
        self.row_free_at = 0.0
        self.absent = 0

    def at(self, when: float, what: str, process: _Process | None, since: float) -> None:
        self.number += 1
        heapq.heappush(self.events, (when, self.number, what, process, since))

    def run(self) -> Outcome:
        for _ in range(self.sale.people):
            comes = self.sale.half_within * self.random.expovariate(0.6931)
            self.at(comes, "comes", None, comes)
        acts = {"comes": self.comes, "stands": self.stands, "served": self.served}
        while self.events:
            now, _, what, process, since = heapq.heappop(self.events)
            acts[what](now, process, since)
            self.outcome.over_after = now
        return self.outcome

    def comes(self, now: float, _: _Process | None, since: float) -> None:
        """To the server with the shortest queue of two, as balancers choose."""
        choice = self.random.choices(self.processes, k=2)
        process = min(choice, key=lambda one: (one.in_flight, one.free_at))
        outcome = self.outcome
        outcome.requests += 1
        if since == now:
            # Who comes for the first time looks at the page, and again while waiting.
            self.spend(process, now, self.costs.page * self.sale.pages_each)
            outcome.requests += self.sale.pages_each
        if process.in_flight >= self.sale.places:
            outcome.turned_away += 1
            done = self.spend(process, now, self.costs.turn_away)
            pause = process.refuse(now)
            self.at(done + pause * self.random.uniform(*_JITTER), "comes", None, since)
            return
        process.in_flight += 1
        self.at(self.spend(process, now, self.costs.register), "stands", process, since)

    def stands(self, now: float, process: _Process | None, since: float) -> None:
        assert process is not None
        process.line.append(since)
        self.serve(now, process)

    def serve(self, now: float, process: _Process) -> None:
        """All who stand there go to the row together, after those of other processes."""
        if process.is_at_the_row or not process.line:
            return
        process.is_at_the_row = True
        many = min(len(process.line), self.sale.most_per_batch)
        held = self.costs.batch + many * self.costs.each
        self.row_free_at = max(now, self.row_free_at) + held
        self.at(self.row_free_at, "served", process, float(many))

    def served(self, now: float, process: _Process | None, many: float) -> None:
        assert process is not None
        outcome = self.outcome
        if outcome.sold < self.sale.seats:
            outcome.row_busy += self.costs.batch + many * self.costs.each
        for _ in range(int(many)):
            since = process.line.popleft()
            process.in_flight -= 1
            outcome.waits.append(now - since)
            if outcome.sold < self.sale.seats:
                outcome.sold += 1
                outcome.sold_out_after = now
        process.is_at_the_row = False
        self.serve(now, process)

    def spend(self, process: _Process, now: float, seconds: float) -> float:
        if self.outcome.sold < self.sale.seats:
            self.outcome.busy += seconds
        return process.work(now, seconds)


def simulate(sale: Sale, costs: Costs, *, seed: int = 1) -> Outcome:
    """How such a sale goes."""
    return _Model(sale, costs, seed).run()
