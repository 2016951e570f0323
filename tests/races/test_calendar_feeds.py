"""Of addresses that are made at the same moment, one is left, and it is the one that is kept."""

import asyncio

from app.domain import calendar_feeds
from app.domain.calendar_feeds import CalendarFeed
from app.domain.errors import NotFound
from app.domain.times import utc_now
from tests.factories import Units, a_user, caller

KEY = b"a key of the server's own"
ROUNDS = 20


async def works(uow: Units, feed: CalendarFeed) -> bool:
    secret = calendar_feeds.secret_of(feed.nonce, KEY)
    try:
        await calendar_feeds.read(uow(), secret, KEY, utc_now())
    except NotFound:
        return False
    return True


async def test_one_address_is_left_of_many_made_at_once(uow: Units) -> None:
    me = caller(await a_user(uow))
    for _ in range(ROUNDS):
        made = await asyncio.gather(*(calendar_feeds.renew(uow(), me, utc_now()) for _ in range(4)))
        kept = await calendar_feeds.own(uow(), me)
        assert [feed.nonce for feed in made if await works(uow, feed)] == [kept and kept.nonce]


async def test_made_and_revoked_at_once_what_is_kept_is_what_works(uow: Units) -> None:
    me = caller(await a_user(uow))
    for _ in range(ROUNDS):
        made, _ = await asyncio.gather(
            calendar_feeds.renew(uow(), me, utc_now()), calendar_feeds.revoke(uow(), me)
        )
        kept = await calendar_feeds.own(uow(), me)
        assert await works(uow, made) is (kept == made)
