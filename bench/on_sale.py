"""`python -m bench.on_sale`: how long a batch holds the row that everybody wants, and what follows.

Measures batches on a database of its own, then lets a million people at 100,000 seats in a model
(`bench/sale.py`) that knows these times and what a request costs a server's CPU, which
`make bench` measures (`--only noop,hot,public-list`) and is to be told.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import linear_regression, median

import uvloop
from pydantic import SecretStr

from app.config import Settings
from app.domain.access import Caller, Role
from app.domain.admission import Target, Wish
from app.domain.registering import Ask, register_batch
from app.embedded import EmbeddedPostgres
from app.repositories.uow import UnitOfWork
from app.runtime import create_engine
from bench import data
from bench.data import Bench, scratch_database
from bench.report import columns
from bench.sale import Costs, Outcome, Sale, simulate

_SIZES = (1, 8, 32, 64, 128, 256)


def main() -> None:
    given = _given()
    batch, each = _measured(given.rounds)
    print(f"A batch of n holds the row for {batch:.2f} + n × {each:.3f} ms.", flush=True)
    costs = Costs(
        register=given.register / 1e6,
        page=given.page / 1e6,
        turn_away=given.turn_away / 1e6,
        batch=batch / 1e3,
        each=each / 1e3,
    )
    lines = [_line(processes, given, costs) for processes in given.processes]
    print(columns([_HEAD, *lines]))


_HEAD = (
    "processes",
    "sold",
    "sold out after",
    "sold a second",
    "turned away",
    "wait p50",
    "p99",
    "CPU",
    "row held",
)


def _line(processes: int, given: argparse.Namespace, costs: Costs) -> Sequence[str]:
    sale = Sale(
        people=given.people,
        seats=given.seats,
        half_within=given.half_within,
        processes=processes,
    )
    outcome: Outcome = simulate(sale, costs)
    until = outcome.sold_out_after
    return (
        str(processes),
        f"{outcome.sold:,}",
        f"{until:,.0f} s",
        f"{outcome.sold / until:,.0f}",
        f"{outcome.turned_away:,}",
        f"{outcome.wait(50):,.1f} s",
        f"{outcome.wait(99):,.0f} s",
        f"{outcome.busy / until / processes:.0%}",
        f"{outcome.row_busy / until:.0%}",
    )


def _measured(rounds: int) -> tuple[float, float]:
    """Milliseconds of a batch, and of each in it, by those of many sizes."""
    with tempfile.TemporaryDirectory(prefix="plenary-bench-", ignore_cleanup_errors=True) as home:
        settings = Settings(data_dir=Path(home))
        with EmbeddedPostgres(settings.data_dir) as postgres:
            took = uvloop.run(_on(settings, postgres.url, rounds))
    slope, intercept = linear_regression(list(took), [median(times) for times in took.values()])
    return intercept, slope


async def _on(settings: Settings, server: str, rounds: int) -> dict[int, list[float]]:
    async with scratch_database(server) as url:
        people = data.FIRST_REGISTRANT + (rounds + 1) * sum(_SIZES)
        await Bench(url).fill(people=people, password_hash="")
        return await _batches(settings, url, rounds)


async def _batches(settings: Settings, url: str, rounds: int) -> dict[int, list[float]]:
    engine = create_engine(settings.model_copy(update={"database_url": SecretStr(url)}))
    took: dict[int, list[float]] = {size: [] for size in _SIZES}
    person = data.FIRST_REGISTRANT
    try:
        for nth in range(rounds + 1):
            for size in _SIZES:
                asks = [_ask(one) for one in range(person, person + size)]
                person += size
                began = time.perf_counter()
                await register_batch(UnitOfWork(engine), asks, datetime.now(UTC))
                if nth:
                    # The first of each prepares its statements.
                    took[size].append((time.perf_counter() - began) * 1000)
                await asyncio.sleep(0)
    finally:
        await engine.dispose()
    return took


def _ask(person: int) -> Ask:
    caller = Caller(
        user_id=person,
        username=f"user{person}",
        email_folded=f"user{person}@bench.example",
        role=Role.ATTENDEE,
        family="",
    )
    target = Target(conference_id=data.conference_of(data.HOT_SESSION), session_id=data.HOT_SESSION)
    return Ask(caller=caller, wish=Wish(attendee_id=person, target=target))


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.on_sale", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000, help="(%(default)s)")
    parser.add_argument("--seats", type=int, default=100_000, help="(%(default)s)")
    parser.add_argument("--half-within", type=float, default=60.0, help="seconds (%(default)s)")
    parser.add_argument("--register", type=float, default=600.0, help="µs of CPU (%(default)s)")
    parser.add_argument("--page", type=float, default=210.0, help="µs of CPU (%(default)s)")
    parser.add_argument("--turn-away", type=float, default=150.0, help="µs of CPU (%(default)s)")
    parser.add_argument("--rounds", type=int, default=20, help="of batches (%(default)s)")
    parser.add_argument(
        "--processes",
        type=lambda text: [int(one) for one in text.split(",")],
        default=[4, 8, 16, 32],
        help="with commas (4,8,16,32)",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
