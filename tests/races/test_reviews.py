"""Reviews and votes at once: what is counted is what there is, and nobody deadlocks."""

import asyncio
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import reviews
from app.domain.access import Caller
from app.domain.conferences import Conference
from app.domain.errors import AlreadyReviewed, NotFound
from app.domain.reviews import Review, ReviewDraft
from app.domain.times import utc_now
from tests.factories import Units, a_conference, a_registration, a_user, an_attendee, caller

ROUNDS = 10
_WRONG = text(
    "SELECT c.id FROM conferences c LEFT JOIN reviews v ON v.conference_id = c.id"
    " AND v.deleted_at IS NULL GROUP BY c.id"
    " HAVING c.reviews_count <> count(v.id) OR c.ratings_sum <> coalesce(sum(v.rating), 0)"
    " UNION ALL SELECT v.id FROM reviews v LEFT JOIN review_votes w ON w.review_id = v.id"
    " GROUP BY v.id HAVING v.helpful_count <> count(w) FILTER (WHERE w.is_helpful)"
    " OR v.unhelpful_count <> count(w) FILTER (WHERE NOT w.is_helpful)"
)


async def wrong(engine: AsyncEngine) -> list[int]:
    async with engine.connect() as connection:
        return list((await connection.execute(_WRONG)).scalars())


async def held(uow: Units) -> Conference:
    return await a_conference(uow, starts_at=utc_now() - timedelta(hours=1))


async def member(uow: Units, conference: Conference) -> Caller:
    user = await a_user(uow)
    await a_registration(uow, conference, await an_attendee(uow, user=user))
    return caller(user)


async def write(uow: Units, who: Caller, conference: Conference, rating: int = 4) -> Review:
    draft = ReviewDraft(conference_id=conference.id, rating=rating, title="x", review="x")
    return await reviews.write(uow(), who, draft, utc_now())


async def test_one_review_each_however_often_it_is_sent(engine: AsyncEngine, uow: Units) -> None:
    conference = await held(uow)
    for _ in range(ROUNDS):
        who = await member(uow, conference)
        answers = await asyncio.gather(
            *(write(uow, who, conference) for _ in range(4)), return_exceptions=True
        )
        assert sum(isinstance(one, Review) for one in answers) == 1
        assert sum(isinstance(one, AlreadyReviewed) for one in answers) == 3
    assert await wrong(engine) == []


async def test_writing_changing_and_deleting_at_once_keeps_the_count(
    engine: AsyncEngine, uow: Units
) -> None:
    conference = await held(uow)
    author, newcomers = (
        await member(uow, conference),
        [await member(uow, conference) for _ in range(ROUNDS)],
    )
    for newcomer in newcomers:
        review = await write(uow, author, conference)
        answers = await asyncio.gather(
            reviews.change(uow(), author, review.id, {"rating": 1}, utc_now()),
            reviews.delete(uow(), author, review.id, utc_now()),
            reviews.delete(uow(), author, review.id, utc_now()),
            write(uow, newcomer, conference, 5),
            return_exceptions=True,
        )
        assert [one for one in answers if isinstance(one, Exception | None)].count(None) == 1
        faults = [one for one in answers if isinstance(one, Exception)]
        assert all(isinstance(one, NotFound) for one in faults)
        assert await wrong(engine) == []


async def test_votes_at_once_are_all_counted_and_once_each(engine: AsyncEngine, uow: Units) -> None:
    conference = await held(uow)
    review = await write(uow, await member(uow, conference), conference)
    voters = [caller(await a_user(uow)) for _ in range(6)]
    for number in range(ROUNDS):
        await asyncio.gather(
            *(
                reviews.vote(uow(), voter, review.id, (place + number) % 2 == 0, utc_now())
                for place, voter in enumerate(voters)
                for _ in range(2)
            )
        )
        assert await wrong(engine) == []
    async with uow().reading() as tx:
        found = await tx.reviews.find(review.id, None)
    assert found is not None
    assert found.helpful_count + found.unhelpful_count == len(voters)
