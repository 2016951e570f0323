"""The desk at the door: whoever scans at the same moment is served together, and each alone."""

import asyncio
from collections.abc import Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import checking_in
from app.domain.check_ins import CheckIn, Scan, Shown
from app.domain.desk import Desk
from app.domain.errors import AlreadyCheckedIn, KeyInProgress, UnknownTicket
from app.domain.idempotency import Claim
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork
from tests.door import Sold, broken_promises, sell, standing
from tests.factories import Units, a_conference
from tests.races.scene import ADMIN

Uow = Callable[[], UnitOfWork]


def desk(uow: Uow, batches: list[int]) -> Desk[Shown, CheckIn]:
    async def serve(shown: Sequence[Shown]) -> Sequence[CheckIn | Exception]:
        batches.append(len(shown))
        return await checking_in.check_in_batch(uow(), shown, utc_now())

    return Desk(serve)


def shown(sold: Sold, nonce: str, claim: Claim | None = None) -> Shown:
    scan = Scan(code=sold.code, nonce=nonce)
    return Shown(caller=ADMIN, scan=scan, door_id=None, claim=claim)


def claim(key: str) -> Claim:
    return Claim(caller=f"user:{ADMIN.user_id}", key=key, fingerprint=key)


async def test_whoever_waits_is_served_together(engine: AsyncEngine, uow: Units) -> None:
    sold = await sell(engine, await a_conference(uow), 50)
    batches: list[int] = []
    door = desk(uow, batches)
    made = await asyncio.gather(*(checking_in.check_in(door, shown(one, one.code)) for one in sold))
    assert [one.registration_id for one in made] == [one.registration for one in sold]
    assert len({one.id for one in made}) == 50
    assert batches == [25, 25]
    assert len(await standing(engine)) == 50
    assert await broken_promises(engine) == []


async def test_the_same_nonce_at_two_conferences_names_two_scans(
    engine: AsyncEngine, uow: Units
) -> None:
    [here] = await sell(engine, await a_conference(uow), 1)
    [there] = await sell(engine, await a_conference(uow), 1)
    door = desk(uow, [])
    made = await asyncio.gather(
        checking_in.check_in(door, shown(here, "1")), checking_in.check_in(door, shown(there, "1"))
    )
    assert [one.registration_id for one in made] == [here.registration, there.registration]
    assert [one.nonce for one in made] == ["1", "1"]


async def test_a_refusal_harms_nobody_beside_it(engine: AsyncEngine, uow: Units) -> None:
    first, second = await sell(engine, await a_conference(uow), 2)
    nobody = Sold(registration=0, code="00000000-0000-4000-8000-000000000000")
    door = desk(uow, [])
    came, late, unknown, other = await asyncio.gather(
        *(
            checking_in.check_in(door, shown(one, nonce))
            for one, nonce in ((first, "a"), (first, "b"), (nobody, "c"), (second, "d"))
        ),
        return_exceptions=True,
    )
    assert isinstance(came, CheckIn)
    assert isinstance(other, CheckIn)
    assert isinstance(late, AlreadyCheckedIn)
    assert late.at == came.checked_in_at
    assert isinstance(unknown, UnknownTicket)


async def test_a_key_has_one_outcome_in_a_batch_and_ever_after(
    engine: AsyncEngine, uow: Units
) -> None:
    [sold] = await sell(engine, await a_conference(uow), 1)
    door = desk(uow, [])
    once = shown(sold, "n", claim("one key"))
    first, beside = await asyncio.gather(
        checking_in.check_in(door, once), checking_in.check_in(door, once), return_exceptions=True
    )
    assert isinstance(first, CheckIn)
    assert isinstance(beside, KeyInProgress)
    assert await checking_in.check_in(door, once) == first
    assert len(await standing(engine)) == 1
