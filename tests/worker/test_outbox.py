"""The outbox is worked off: once each, again after failures, never lost, payments first."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.errors import Busy
from app.domain.messages import Message, MessageKind
from app.domain.times import utc_now
from app.repositories.outbox import Claimed, Fate, Lane, Report
from app.repositories.uow import Transaction, UnitOfWork
from tests.worker import rows
from tests.worker.conftest import Eventually, Running
from worker.backoff import pause
from worker.outbox import _PATIENCE, PACES, Handle, Hopeless, OutboxWorker, Pace

MAIL = MessageKind.REGISTERED
PAYMENT = MessageKind.PAYMENT_REQUESTED
QUICK = Pace(first_retry=0.01, longest_retry=0.05)
MakeUow = Callable[[], UnitOfWork]


def worker(uow: MakeUow, handle: Handle, **changed: object) -> OutboxWorker:
    """A worker that tries again within hundredths of a second."""
    options: dict[str, object] = {"paces": dict.fromkeys(Lane, QUICK), "idle": 0.05}
    return OutboxWorker(uow, handle, **(options | changed))  # type: ignore[arg-type]


class Notes:
    """A handler that notes what it handled, and fails as often as it was told."""

    def __init__(self, failures: int = 0, error: Exception | None = None) -> None:
        self.handled: Counter[int] = Counter()
        self.order: list[int] = []
        self._failures = failures
        self._error = error or RuntimeError("not this time")

    async def __call__(self, message: Claimed) -> None:
        await asyncio.sleep(0)
        self.handled[message.subject] += 1
        self.order.append(message.subject)
        if self.handled[message.subject] <= self._failures:
            raise self._error


async def all_settled(engine: AsyncEngine) -> bool:
    return "open" not in await rows.states(engine)


async def test_each_message_is_handled_once(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    await rows.announce(engine, MAIL, range(500))
    notes = Notes()
    outbox = worker(uow, notes)

    async with running(outbox, outbox.stop):
        await eventually(lambda: all_settled(engine))

    assert notes.handled == Counter(range(500))
    assert await rows.states(engine) == {"done": 500}


async def test_two_workers_share_the_work(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    await rows.announce(engine, MAIL, range(600))
    first, second = Notes(), Notes()
    one, other = worker(uow, first), worker(uow, second)

    async with running(one, one.stop), running(other, other.stop):
        await eventually(lambda: all_settled(engine))

    assert first.handled + second.handled == Counter(range(600))
    assert first.handled
    assert second.handled


async def test_a_failure_is_tried_again_and_its_reason_kept(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    await rows.announce(engine, MAIL, [7])
    notes = Notes(failures=3)
    outbox = worker(uow, notes)

    async with running(outbox, outbox.stop):
        await eventually(lambda: all_settled(engine))

    assert notes.handled == {7: 4}
    assert await rows.ask(engine, "SELECT attempts FROM outbox") == 4


async def test_it_is_given_up_after_so_many_attempts_and_can_be_redriven(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    await rows.announce(engine, MAIL, [7])
    notes = Notes(failures=4, error=ValueError("half a pair \ud800, NUL \0"))
    outbox = worker(uow, notes, paces={Lane.MAILS: replace(QUICK, most_attempts=4)})

    async with running(outbox, outbox.stop):
        await eventually(lambda: all_settled(engine))
        assert await rows.states(engine) == {"dead": 1}
        async with uow().reading() as tx:
            [dead] = await tx.outbox.dead()
        assert (dead.subject, dead.attempts) == (7, 4)
        assert dead.last_error == "ValueError: half a pair ?, NUL "

        async with uow() as tx:
            assert await tx.outbox.redrive([dead.id], utc_now()) == 1
        outbox.wake()
        await eventually(lambda: all_settled(engine))

    assert notes.handled == {7: 5}
    assert await rows.states(engine) == {"done": 1}


async def test_the_hopeless_is_given_up_at_once(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    await rows.announce(engine, MAIL, [7])
    notes = Notes(failures=1, error=Hopeless("nobody lives there"))
    outbox = worker(uow, notes)

    async with running(outbox, outbox.stop):
        await eventually(lambda: all_settled(engine))

    assert notes.handled == {7: 1}
    assert await rows.ask(engine, "SELECT last_error FROM outbox") == "nobody lives there"


async def test_an_attempt_is_bounded_in_time(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    await rows.announce(engine, MAIL, [7])
    begun: list[int] = []

    async def hang(message: Claimed) -> None:
        begun.append(message.attempts)
        if message.attempts == 1:
            await asyncio.Event().wait()

    pace = Pace(timeout=0.1, first_retry=0.01)
    outbox = worker(uow, hang, paces={Lane.MAILS: pace})
    async with running(outbox, outbox.stop):
        await eventually(lambda: all_settled(engine))

    assert begun == [1, 2]


async def test_payments_do_not_wait_behind_mails(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    await rows.announce(engine, MAIL, range(3000))
    await rows.announce(engine, PAYMENT, [1])
    paid_after: list[int] = []
    mails = 0

    async def slowly(message: Claimed) -> None:
        nonlocal mails
        if message.kind is PAYMENT:
            paid_after.append(mails)
            return
        await asyncio.sleep(0.01)
        mails += 1

    outbox = worker(uow, slowly)
    async with running(outbox, outbox.stop):
        await eventually(lambda: _is(bool(paid_after)))

    assert paid_after[0] < 300


async def test_wake_makes_it_look_at_once(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    notes = Notes()
    outbox = worker(uow, notes, idle=60.0)
    async with running(outbox, outbox.stop):
        await asyncio.sleep(0.1)
        await rows.announce(engine, MAIL, [7])
        outbox.wake()
        async with asyncio.timeout(5):
            await eventually(lambda: all_settled(engine))


async def test_stopping_finishes_what_is_under_way(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    await rows.announce(engine, MAIL, range(40))
    begun: set[int] = set()

    async def slowly(message: Claimed) -> None:
        begun.add(message.subject)
        await asyncio.sleep(0.2)

    outbox = worker(uow, slowly, paces={Lane.MAILS: Pace(slots=10)})
    async with running(outbox, outbox.stop):
        await eventually(lambda: _is(bool(begun)))

    assert len(begun) == 10
    assert await rows.states(engine) == {"done": 10, "open": 30}
    assert await rows.ask(engine, "SELECT count(*) FROM outbox WHERE lease IS NOT NULL") == 0


async def test_a_lost_worker_s_messages_are_claimed_again_when_their_lease_ends(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    await rows.announce(engine, MAIL, [1, 2, 3])
    now = utc_now()
    async with uow() as tx:
        lost = await tx.outbox.claim(Lane.MAILS, str(uuid4()), now + timedelta(seconds=0.5), now, 2)
    notes = Notes()
    outbox = worker(uow, notes)

    async with running(outbox, outbox.stop):
        await eventually(lambda: _is(bool(notes.handled)))
        assert notes.handled == {3: 1}
        await eventually(lambda: all_settled(engine))

    assert notes.handled == Counter([1, 2, 3])
    assert len(lost) == 2


async def test_a_worker_whose_lease_has_ended_writes_nothing(
    engine: AsyncEngine, uow: MakeUow
) -> None:
    await rows.announce(engine, MAIL, [1])
    now = utc_now()
    async with uow() as tx:
        [late] = await tx.outbox.claim(Lane.MAILS, str(uuid4()), now, now, 1)
    async with uow() as tx:
        [mine] = await tx.outbox.claim(Lane.MAILS, str(uuid4()), now, now, 1)
    assert mine.id == late.id

    async with uow() as tx:
        await tx.outbox.settle([Report(message=late, fate=Fate.DEAD, error="late")], utc_now())
    assert await rows.states(engine) == {"open": 1}
    async with uow() as tx:
        await tx.outbox.settle([Report(message=mine, fate=Fate.DONE)], utc_now())
    assert await rows.states(engine) == {"done": 1}


async def test_a_kind_of_a_newer_release_is_left_for_it(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    await rows.announce(engine, MAIL, [1, 2])
    await rows.run(engine, "UPDATE outbox SET kind = 'from_the_future' WHERE subject = 1")
    notes = Notes()
    outbox = worker(uow, notes)

    async with running(outbox, outbox.stop):
        await eventually(lambda: _is(notes.handled == {2: 1}))

    assert await rows.states(engine) == {"open": 1, "done": 1}


async def test_a_dedupe_key_is_good_for_one_message(engine: AsyncEngine, uow: MakeUow) -> None:
    message = Message(kind=MAIL, subject=1, dedupe_key="once")
    async with uow() as tx:
        assert await tx.announce([message], utc_now()) == 1
    async with uow() as tx:
        assert await tx.announce([message, Message(kind=MAIL, subject=2)], utc_now()) == 1
    assert await rows.states(engine) == {"open": 2}


class Flaky:
    """Makes units of work whose transactions fail while the database is `away`.

    `after` lets the commit happen first, as when a connection is lost just then.
    """

    def __init__(self, uow: MakeUow) -> None:
        self._uow = uow
        self.away = False
        self.after = 0

    def __call__(self) -> UnitOfWork:
        return self  # type: ignore[return-value]

    def reading(self) -> object:
        return self._uow().reading()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Transaction]:
        if self.away:
            raise Busy
        async with self._uow() as tx:
            yield tx
        if self.after:
            self.after -= 1
            raise Busy

    async def __aenter__(self) -> Transaction:
        self._open = self._transaction()
        return await self._open.__aenter__()

    async def __aexit__(self, *error: object) -> None:
        await self._open.__aexit__(*error)  # type: ignore[arg-type]


async def test_a_database_that_is_away_is_waited_for(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    flaky = Flaky(uow)
    flaky.away = True
    await rows.announce(engine, MAIL, range(5))
    notes = Notes()
    outbox = worker(flaky, notes, paces={Lane.MAILS: QUICK})

    async with running(outbox, outbox.stop):
        await asyncio.sleep(0.3)
        assert not notes.handled
        flaky.away = False
        await eventually(lambda: all_settled(engine))

    assert notes.handled == Counter(range(5))


async def test_what_was_done_before_the_database_went_away_is_not_done_again(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    flaky = Flaky(uow)
    await rows.announce(engine, MAIL, range(5))
    notes = Notes()

    async def and_away(message: Claimed) -> None:
        flaky.away = True
        await notes(message)

    outbox = worker(flaky, and_away, paces={Lane.MAILS: replace(QUICK, lease=0.2)})
    async with running(outbox, outbox.stop):
        await asyncio.sleep(0.5)
        flaky.away = False
        await eventually(lambda: all_settled(engine))

    assert notes.handled == Counter(range(5))


async def test_a_claim_of_which_nobody_knows_is_given_back(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    flaky = Flaky(uow)
    flaky.after = 1
    await rows.announce(engine, MAIL, range(5))
    notes = Notes()
    outbox = worker(flaky, notes, paces={Lane.MAILS: replace(QUICK, lease=3600.0)})

    async with running(outbox, outbox.stop):
        await eventually(lambda: all_settled(engine))

    assert notes.handled == Counter(range(5))
    assert await rows.ask(engine, "SELECT max(attempts) FROM outbox") == 1


async def test_stopping_without_a_database_ends(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    flaky = Flaky(uow)
    await rows.announce(engine, MAIL, range(5))
    notes = Notes()

    async def and_away(message: Claimed) -> None:
        flaky.away = True
        await notes(message)

    outbox = worker(flaky, and_away, paces={Lane.MAILS: QUICK})
    async with asyncio.timeout(10), running(outbox, outbox.stop):
        await eventually(lambda: _is(bool(notes.handled)))


def test_an_attempt_ends_before_its_lease() -> None:
    for pace in PACES.values():
        assert pace.timeout + _PATIENCE <= pace.lease


@pytest.mark.parametrize("failures", [1, 2, 5, 30, 5000])
def test_backing_off_takes_longer_each_time_up_to_a_bound(failures: int) -> None:
    waits = [pause(failures, 1.0, 3600.0) for _ in range(200)]
    whole = min(3600.0, 3.0 ** min(failures - 1, 30))

    assert whole / 2 <= min(waits) < max(waits) <= whole


async def _is(answer: bool) -> bool:
    return answer
