"""Several devices at the door at once: each ticket lets in once, and nobody deadlocks."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import checking_in, endings
from app.domain.check_ins import CheckIn, Scan, Shown, Upload
from app.domain.conferences import Conference
from app.domain.errors import AlreadyCheckedIn, ConflictingWrite, NotCheckedIn, TicketCancelled
from app.domain.times import utc_now
from app.repositories import check_ins as door_sql
from app.repositories.uow import UnitOfWork
from tests.door import Sold, broken_promises, sell, standing
from tests.factories import Units, a_conference
from tests.races.scene import ADMIN

ROUNDS = 25
DEVICES = 4
MORNING = datetime(2026, 1, 2, 8, tzinfo=UTC)

Uow = Callable[[], UnitOfWork]


async def scanned(uow: Uow, sold: Sold, nonce: str) -> CheckIn:
    shown = Shown(caller=ADMIN, scan=Scan(code=sold.code, nonce=nonce), door_id=None)
    return await checking_in.check_in_alone(uow(), shown, utc_now())


async def uploaded(uow: Uow, conference: Conference, scans: Sequence[Scan]) -> Upload:
    return await checking_in.upload(uow(), ADMIN, conference.id, scans, utc_now())


def offline(sold: Sequence[Sold], device: str) -> list[Scan]:
    """The same tickets as every other device, in an order and under nonces of its own."""
    scans = [Scan(code=one.code, nonce=f"{device} {one.code}", scanned_at=MORNING) for one in sold]
    random.Random(device).shuffle(scans)
    return scans


async def door(uow: Units) -> Conference:
    """A conference; the caller of the races is its first user, an admin here."""
    return await a_conference(uow)


async def test_one_ticket_at_several_devices_lets_in_once(engine: AsyncEngine, uow: Uow) -> None:
    for sold in await sell(engine, await door(uow), ROUNDS):
        answers = await asyncio.gather(
            *(scanned(uow, sold, f"{device} {sold.code}") for device in range(DEVICES)),
            return_exceptions=True,
        )
        [good] = [one for one in answers if isinstance(one, CheckIn)]
        late = [one for one in answers if isinstance(one, AlreadyCheckedIn)]
        assert len(late) == DEVICES - 1
        assert {one.at for one in late} == {good.checked_in_at}
    assert len(await standing(engine)) == ROUNDS
    assert await broken_promises(engine) == []


async def test_one_scan_sent_several_times_at_once_is_answered_alike(
    engine: AsyncEngine, uow: Uow
) -> None:
    for sold in await sell(engine, await door(uow), ROUNDS):
        answers = await asyncio.gather(*(scanned(uow, sold, sold.code) for _ in range(DEVICES)))
        assert len(set(answers)) == 1
    assert len(await standing(engine)) == ROUNDS


async def test_two_devices_upload_the_same_day_at_once(engine: AsyncEngine, uow: Uow) -> None:
    conference = await door(uow)
    sold = await sell(engine, conference, 2_000)
    uploads = await asyncio.gather(
        *(uploaded(uow, conference, offline(sold, device)) for device in "ABAB")
    )
    assert uploads[0] == uploads[2]
    assert uploads[1] == uploads[3]
    said = Counter(one.result for upload in uploads[:2] for one in upload.results)
    assert said == {"checked_in": 2_000, "already_checked_in": 2_000}
    assert await standing(engine) == [one.registration for one in sold]
    assert await broken_promises(engine) == []


async def test_uploads_that_overlap_and_scans_in_between_never_lock_up(
    engine: AsyncEngine, uow: Uow
) -> None:
    conference = await door(uow)
    for turn in range(5):
        sold = await sell(engine, conference, 200)
        parts = [offline(sold[start : start + 120], f"{turn} {start}") for start in (0, 40, 80)]
        answers = await asyncio.gather(
            *(uploaded(uow, conference, part) for part in parts),
            *(scanned(uow, one, f"live {one.code}") for one in sold[::10]),
            return_exceptions=True,
        )
        others = [one for one in answers if isinstance(one, BaseException)]
        assert [one for one in others if not isinstance(one, AlreadyCheckedIn)] == []
    assert len(await standing(engine)) == 5 * 200
    assert await broken_promises(engine) == []


async def test_devices_that_use_the_same_nonces_for_other_tickets_do_not_lock_up(
    engine: AsyncEngine, uow: Uow
) -> None:
    """A fault of the devices; each nonce is good for one ticket, and the rest is told."""
    conference = await door(uow)
    left, right = await sell(engine, conference, 100), await sell(engine, conference, 100)
    nonces = [f"n{number}" for number in range(100)]
    uploads = await asyncio.gather(
        *(
            uploaded(
                uow,
                conference,
                [
                    Scan(code=one.code, nonce=nonce)
                    for one, nonce in zip(tickets, order, strict=True)
                ],
            )
            for tickets, order in ((left, nonces), (right, nonces[::-1]))
        )
    )
    said = Counter(one.result for upload in uploads for one in upload.results)
    assert said["checked_in"] == 100
    assert said["conflicting_write"] + said["idempotency_key_reused"] == 100
    assert len(await standing(engine)) == 100
    assert await broken_promises(engine) == []


async def test_whoever_is_checked_in_and_cancelled_at_once_leaves_a_trace(
    engine: AsyncEngine, uow: Uow
) -> None:
    conference = await door(uow)
    async with engine.begin() as connection:
        seats = text("UPDATE conferences SET seats_taken = :seats")
        await connection.execute(seats, {"seats": ROUNDS})
    ends: Counter[str] = Counter()
    for sold in await sell(engine, conference, ROUNDS):
        came, cancelled = await asyncio.gather(
            scanned(uow, sold, sold.code),
            endings.cancel(uow(), ADMIN, sold.registration, utc_now()),
            return_exceptions=True,
        )
        assert not isinstance(cancelled, BaseException)
        assert isinstance(came, CheckIn | TicketCancelled)
        ends["in first" if isinstance(came, CheckIn) else "cancelled first"] += 1
    assert len(await standing(engine)) == ends["in first"]
    async with uow().reading() as tx:
        assert await tx.check_ins.turnout(conference.id) == []
    assert await broken_promises(engine) == []


async def test_a_check_in_undone_by_several_at_once_is_undone_once(
    engine: AsyncEngine, uow: Uow
) -> None:
    for sold in await sell(engine, await door(uow), ROUNDS):
        check_in = await scanned(uow, sold, "first " + sold.code)
        answers = await asyncio.gather(
            *(checking_in.undo(uow(), ADMIN, check_in.id, utc_now()) for _ in range(DEVICES)),
            scanned(uow, sold, "second " + sold.code),
            return_exceptions=True,
        )
        undone = [one for one in answers[:DEVICES] if isinstance(one, CheckIn)]
        refused = [one for one in answers[:DEVICES] if isinstance(one, NotCheckedIn)]
        assert (len(undone), len(refused)) == (1, DEVICES - 1)
        again = answers[DEVICES]
        assert isinstance(again, CheckIn | AlreadyCheckedIn)
    assert await broken_promises(engine) == []


async def test_without_the_lock_the_constraint_still_lets_in_once(
    engine: AsyncEngine, uow: Uow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second guardian; that it has to step in shows that these devices really do race."""
    unlocked = text(door_sql._LOCK_TICKETS.text.replace(" FOR NO KEY UPDATE OF r", ""))
    monkeypatch.setattr(door_sql, "_LOCK_TICKETS", unlocked)
    said: Counter[type] = Counter()
    for sold in await sell(engine, await door(uow), ROUNDS):
        answers = await asyncio.gather(
            *(scanned(uow, sold, f"{device} {sold.code}") for device in range(DEVICES)),
            return_exceptions=True,
        )
        said.update(type(one) for one in answers)
    assert said[CheckIn] == ROUNDS
    assert said[ConflictingWrite] > 0
    assert len(await standing(engine)) == ROUNDS
    assert await broken_promises(engine) == []
