"""The sweeper's chores: each done, by one at a time, whatever fails."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork
from tests.worker import rows
from tests.worker.conftest import Eventually, Running
from worker.sweeper import Sweeper, Task, tasks

MakeUow = Callable[[], UnitOfWork]


def named(name: str) -> Task:
    [found] = [task for task in tasks(log_days=30) if task.name == name]
    return found


def test_no_two_chores_share_a_lock() -> None:
    numbers = [task.number for task in tasks(log_days=30)]
    assert len(numbers) == len(set(numbers))


async def test_holds_that_ran_out_expire(engine: AsyncEngine, uow: MakeUow) -> None:
    past = utc_now() - timedelta(seconds=1)
    await rows.registrations(engine, 3, status="pending", price=4900, held=past)
    await rows.run(engine, "UPDATE sessions SET seats_taken = 3")
    await rows.run(
        engine, "UPDATE registrations SET hold_expires_at = now() + interval '1 hour' WHERE id = 3"
    )
    sweeper = Sweeper(uow, ())

    assert not await sweeper.sweep(named("expire holds"))

    assert (
        await rows.ask(engine, "SELECT count(*) FROM registrations WHERE status = 'expired'") == 2
    )
    assert await rows.ask(engine, "SELECT seats_taken FROM sessions") == 1
    assert await rows.ask(engine, "SELECT count(*) FROM outbox WHERE kind = 'hold_expired'") == 2


OLD_AND_NEW = """
INSERT INTO idempotency_keys (caller, key, fingerprint, answer_kind, answer, created_at)
  SELECT 'a', 'k' || n, '', 'NoneType', 'null', now() - n * interval '20 hours'
  FROM generate_series(1, 2) n;
INSERT INTO users (username, username_folded, email, email_folded, password_hash, role,
  created_at, updated_at) VALUES ('u', 'u', 'u@x', 'u@x', '', 'attendee', now(), now());
INSERT INTO token_families (id, user_id, current_jti, rotated_at, created_at, expires_at)
  SELECT gen_random_uuid(), 1, '', now(), now(), now() + n * interval '1 day'
  FROM generate_series(-1, 1, 2) n;
INSERT INTO mailed_tokens (user_id, purpose, digest, email_folded, created_at, expires_at)
  SELECT 1, 'verify_email', n, 'u@x', now(), now() + n * interval '1 day'
  FROM generate_series(-1, 1, 2) n;
INSERT INTO outbox (kind, subject, state, due_at, created_at, done_at, dedupe_key)
  SELECT 'registered', 1, state, now(), now(), now() - days * interval '1 day', key
  FROM (VALUES ('done', 31, NULL), ('done', 29, NULL), ('done', 31, 'kept'),
  ('open', 31, NULL), ('dead', 31, NULL)) AS message(state, days, key);
INSERT INTO request_logs (timestamp, method, path, status, duration_ms)
  SELECT now() - n * interval '1 day', 'GET', '/', 200, 1 FROM generate_series(29, 31, 2) n
"""


async def test_old_rows_are_forgotten_and_the_rest_stays(engine: AsyncEngine, uow: MakeUow) -> None:
    for statement in OLD_AND_NEW.split(";"):
        await rows.run(engine, statement)
    sweeper = Sweeper(uow, ())

    for task in tasks(log_days=30):
        assert not await sweeper.sweep(task)

    kept = {
        table: await rows.ask(engine, f"SELECT count(*) FROM {table}")
        for table in (
            "idempotency_keys",
            "token_families",
            "mailed_tokens",
            "outbox",
            "request_logs",
        )
    }
    assert kept == {
        "idempotency_keys": 1,
        "token_families": 1,
        "mailed_tokens": 1,
        "outbox": 4,
        "request_logs": 1,
    }


async def test_one_at_a_time_does_a_chore(uow: MakeUow) -> None:
    at_it = 0
    most = 0
    done = 0

    async def chore(_uow: UnitOfWork, _now: datetime) -> bool:
        nonlocal at_it, most, done
        at_it += 1
        most = max(most, at_it)
        await asyncio.sleep(0.05)
        at_it -= 1
        done += 1
        return True

    task = Task(number=99, name="test", every=1.0, chore=chore)
    answers = await asyncio.gather(*(Sweeper(uow, ()).sweep(task) for _ in range(5)))

    assert most == 1
    assert answers.count(True) == done >= 1
    assert await Sweeper(uow, ()).sweep(task)


async def test_a_chore_that_fails_stops_neither_itself_nor_the_others(
    uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    done = {"fails": 0, "works": 0, "has more": 0}

    async def fails(_uow: UnitOfWork, _now: datetime) -> bool:
        done["fails"] += 1
        raise RuntimeError("as ever")

    async def works(_uow: UnitOfWork, _now: datetime) -> bool:
        done["works"] += 1
        return False

    async def has_more(_uow: UnitOfWork, _now: datetime) -> bool:
        done["has more"] += 1
        return done["has more"] < 5

    async def all_done() -> bool:
        return done["fails"] >= 3 and done["works"] >= 3 and done["has more"] >= 5

    sweeper = Sweeper(
        uow,
        [
            Task(number=91, name="fail", every=0.01, chore=fails),
            Task(number=92, name="work", every=0.01, chore=works),
            Task(number=93, name="do more", every=60.0, chore=has_more),
        ],
    )
    async with running(sweeper, sweeper.stop):
        await eventually(all_done)
    assert done["has more"] == 5


async def test_however_many_chores_are_due_they_leave_connections_to_others(
    uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    """At the start all are; each holds two connections, and the pool has ten."""
    under_way = most = 0
    done: set[int] = set()

    def chore(number: int) -> Task:
        async def do(unit: UnitOfWork, _now: datetime) -> bool:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            async with unit as tx:
                await tx.upkeep.forget_tokens(utc_now(), 1)
                await asyncio.sleep(0.02)
            under_way -= 1
            done.add(number)
            return False

        return Task(number=100 + number, name="test", every=60.0, chore=do)

    async def all_done() -> bool:
        return len(done) == 20

    sweeper = Sweeper(uow, [chore(number) for number in range(20)])
    async with running(sweeper, sweeper.stop):
        await eventually(all_done)
    assert most == 3


async def test_who_waits_for_a_free_seat_gets_it(engine: AsyncEngine, uow: MakeUow) -> None:
    await rows.registrations(engine, 3, status="waitlisted")
    await rows.run(engine, "UPDATE sessions SET capacity = 2, waiting = 3")

    assert not await Sweeper(uow, ()).sweep(named("serve queues"))

    assert (
        await rows.ask(engine, "SELECT count(*) FROM registrations WHERE status = 'confirmed'") == 2
    )
    assert await rows.ask(engine, "SELECT count(*) FROM outbox WHERE kind = 'promoted'") == 2
