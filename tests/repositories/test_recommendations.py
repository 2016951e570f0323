from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import recommendations
from app.domain.times import utc_now
from tests.factories import Units, a_conference, a_registration, a_session, an_attendee
from tests.repositories.counting import counted

NOW = datetime(2031, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize("sessions", [1, 3])
async def test_recommending_takes_two_statements_however_many_sessions(
    uow: Units, engine: AsyncEngine, sessions: int
) -> None:
    conference = await a_conference(uow)
    person = await an_attendee(uow)
    for hour in range(sessions):
        attended = await a_session(uow, conference, name="Rust", hour=hour)
        await a_registration(uow, attended, person)
        await a_session(uow, conference, name="Rust again", hour=10 + hour)
    async with uow().reading() as tx:
        with counted(engine) as statements:
            found = await recommendations.recommend(tx, person.id, NOW)
    assert (len(found), len(statements)) == (sessions, 2)


async def test_a_match_beyond_the_soonest_is_still_a_candidate(uow: Units) -> None:
    conference = await a_conference(uow)
    person = await an_attendee(uow)
    for hour in range(3):
        await a_session(uow, conference, name="Gardening", hour=hour)
    match = await a_session(uow, conference, name="Late rust", hour=20)
    async with uow().reading() as tx:
        found = await tx.recommendations.candidates(person.id, ["rust"], utc_now(), None, 1)
        nothing_known = await tx.recommendations.candidates(person.id, [], utc_now(), None, 9)
    assert [session.id for session in found if session.id == match.id] == [match.id]
    assert len(found) == 2
    assert len(nothing_known) == 4
