from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.demo import ADMIN_NAME, ADMIN_PASSWORD, Demo
from app.domain.accounts import Passwords
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork
from app.security import Hasher


def cheap() -> Passwords:
    return Hasher(time_cost=1, memory_kib=8, parallelism=1, concurrency=1)


async def count(engine: AsyncEngine, what: str) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(text(f"SELECT count(*) FROM {what}"))).scalar_one())


async def test_it_is_added_once(engine: AsyncEngine, uow: Callable[[], UnitOfWork]) -> None:
    assert await Demo(uow, cheap(), utc_now()).fill()
    sizes = [await count(engine, table) for table in ("conferences", "sessions", "registrations")]
    assert not await Demo(uow, cheap(), utc_now()).fill()
    assert sizes == [
        await count(engine, table) for table in ("conferences", "sessions", "registrations")
    ]


@pytest.mark.parametrize("renamed", ["username_folded", "email_folded"])
async def test_it_is_added_once_whatever_its_admin_is_called_by_now(
    engine: AsyncEngine, uow: Callable[[], UnitOfWork], renamed: str
) -> None:
    await Demo(uow, cheap(), utc_now()).fill()
    async with engine.begin() as connection:
        await connection.execute(
            text(f"UPDATE users SET {renamed} = 'boss' WHERE username = 'admin'")
        )
    assert not await Demo(uow, cheap(), utc_now()).fill()


async def test_an_attempt_cut_short_is_completed(
    engine: AsyncEngine, uow: Callable[[], UnitOfWork]
) -> None:
    await Demo(uow, cheap(), utc_now()).fill()
    conferences, registrations = (
        await count(engine, "conferences"),
        await count(engine, "registrations"),
    )
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE users SET username_folded = 'x' WHERE username = 'admin'")
        )
        await connection.execute(
            text("UPDATE users SET email_folded = 'x' WHERE username = 'admin'")
        )
    assert await Demo(uow, cheap(), utc_now()).fill()
    assert await count(engine, "conferences") == conferences
    assert await count(engine, "registrations") == registrations


async def test_it_suits_the_guides_examples(
    engine: AsyncEngine, uow: Callable[[], UnitOfWork]
) -> None:
    await Demo(uow, cheap(), utc_now()).fill()
    assert (
        await count(
            engine, "sessions WHERE id = 5 AND conference_id = 1 AND seats_taken < capacity"
        )
        == 1
    )
    assert await count(engine, "attendees WHERE id = 10") == 1
    assert await count(engine, "registrations WHERE attendee_id = 10 AND conference_id = 1") == 0
    assert await count(engine, "registrations WHERE id = 15 AND status = 'pending'") == 1
    # Those of the contract for event management name ticket type 1 of event 1, and event 5.
    assert await count(engine, "ticket_types WHERE id = 1 AND conference_id = 1") == 1
    assert await count(engine, "conferences WHERE id = 5 AND visibility = 'public'") == 1
    assert await count(engine, "conferences WHERE id = 1 AND starts_at <= '2026-09-01'") == 1


async def test_it_shows_full_and_half_full_free_and_priced_past_and_future(
    engine: AsyncEngine, uow: Callable[[], UnitOfWork]
) -> None:
    await Demo(uow, cheap(), utc_now()).fill()
    for what in (
        "sessions WHERE seats_taken = capacity",
        "sessions WHERE seats_taken * 2 = capacity",
        "sessions WHERE price_minor > 0 AND ends_at < now()",
        "sessions WHERE price_minor > 0 AND starts_at > now()",
        "conferences WHERE multi_track",
        "conferences WHERE ends_at < now()",
        "conferences WHERE seats_taken = capacity",
        "conferences WHERE visibility = 'private'",
        "conferences WHERE status = 'draft'",
        "payments WHERE status = 'paid'",
        "ticket_types WHERE seats_taken = capacity AND waiting > 0",
        "sessions WHERE seats_taken = capacity AND waiting > 0",
    ):
        assert await count(engine, what) > 0, what


async def test_its_admin_logs_in_with_the_password_of_the_guide(
    uow: Callable[[], UnitOfWork],
) -> None:
    passwords = cheap()
    await Demo(uow, passwords, utc_now()).fill()
    async with uow().reading() as tx:
        found = await tx.accounts.credentials(ADMIN_NAME)
    assert found is not None
    assert await passwords.verify(ADMIN_PASSWORD, found.password_hash)
