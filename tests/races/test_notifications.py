"""Counters of what is unread are right, whoever tells and reads at once."""

import asyncio
import random

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import notifications
from app.domain.accounts import User
from app.domain.notifications import Notification, NotificationKind, tell
from app.domain.times import utc_now
from tests.factories import Units, a_user, caller

ROUNDS = 40
_WRONG = text(
    "SELECT u.id FROM users u WHERE u.unread_notifications <> (SELECT count(*)"
    " FROM notifications n WHERE n.user_id = u.id AND n.read_at IS NULL)"
)


def note(user: User, key: str | None = None) -> Notification:
    return Notification(
        user_id=user.id, kind=NotificationKind.REMINDER, title="x", message="x", dedupe_key=key
    )


async def say(uow: Units, told: list[Notification]) -> int:
    async with uow() as tx:
        return await tell(tx, told, utc_now())


async def ids(engine: AsyncEngine, statement: str = "SELECT id FROM notifications") -> list[int]:
    async with engine.connect() as connection:
        return list((await connection.execute(text(statement))).scalars())


async def wrong(engine: AsyncEngine) -> list[int]:
    async with engine.connect() as connection:
        return list((await connection.execute(_WRONG)).scalars())


async def test_reading_one_and_all_while_more_are_told(engine: AsyncEngine, uow: Units) -> None:
    user = await a_user(uow)
    for _ in range(ROUNDS):
        await say(uow, [note(user) for _ in range(5)])
        unread = await ids(engine, "SELECT id FROM notifications WHERE read_at IS NULL")
        await asyncio.gather(
            notifications.read(uow(), caller(user), unread[0], utc_now()),
            notifications.read_all(uow(), caller(user), utc_now()),
            notifications.read(uow(), caller(user), unread[0], utc_now()),
            notifications.read_all(uow(), caller(user), utc_now()),
            say(uow, [note(user), note(user)]),
        )
        assert await wrong(engine) == []


async def test_crowds_are_told_crosswise_without_deadlock(engine: AsyncEngine, uow: Units) -> None:
    users = [await a_user(uow) for _ in range(8)]
    shuffled = random.Random(8)
    for _ in range(ROUNDS):
        crowds = [shuffled.sample(users, len(users)) for _ in range(4)]
        told = await asyncio.gather(*(say(uow, [note(user) for user in one]) for one in crowds))
        assert told == [len(users)] * 4
    assert await wrong(engine) == []
    assert len(await ids(engine)) == ROUNDS * 4 * len(users)


async def test_the_same_message_handled_twice_at_once_is_told_once(
    engine: AsyncEngine, uow: Units
) -> None:
    user, other = await a_user(uow), await a_user(uow)
    for number in range(ROUNDS):
        told = [note(user, f"a{number}"), note(other, f"b{number}")]
        counts = await asyncio.gather(say(uow, told), say(uow, told[::-1]), say(uow, told[:1]))
        assert sum(counts) == 2
    assert await wrong(engine) == []
    assert len(await ids(engine)) == 2 * ROUNDS
