from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import recommendations
from app.domain.conferences import Visibility
from app.domain.times import utc_now
from app.repositories import recommendations as stored
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_user,
    an_attendee,
    caller,
)
from tests.repositories.counting import counted

NOW = datetime(2031, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize("sessions", [1, 3])
async def test_recommending_takes_four_statements_however_many_sessions(
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
    assert (len(found), len(statements)) == (sessions, 4)


async def test_the_soonest_are_candidates_whatever_they_are_about(uow: Units) -> None:
    conference = await a_conference(uow)
    person = await an_attendee(uow)
    ids = [(await a_session(uow, conference, hour=hour)).id for hour in (3, 1, 2)]
    async with uow().reading() as tx:
        two = await tx.recommendations.soonest(person.id, utc_now(), None, 2)
        all = await tx.recommendations.soonest(person.id, utc_now(), None, 9)
    assert [found.id for found in two] == ids[1:]
    assert [found.id for found in all] == [*ids[1:], ids[0]]


@pytest.fixture(params=["by the index", "along the order"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Candidates are looked up where few hold the words, and met where many do."""
    few = stored._FEW if request.param == "by the index" else 0
    monkeypatch.setattr(stored, "_FEW", few)
    stored._holding.cache_clear()
    yield
    stored._holding.cache_clear()


@pytest.mark.usefixtures("either_way")
async def test_a_match_beyond_the_soonest_is_a_candidate(uow: Units) -> None:
    conference = await a_conference(uow)
    person = await an_attendee(uow)
    for hour in range(3):
        await a_session(uow, conference, name="Gardening", hour=hour)
    match = await a_session(uow, conference, name="Late rust", hour=20)
    async with uow().reading() as tx:
        found = await tx.recommendations.holding(person.id, ["rust"], utc_now(), None, 1)
    assert [candidate.id for candidate in found] == [match.id]


@pytest.mark.usefixtures("either_way")
async def test_a_speaker_is_looked_for_by_the_whole_name(uow: Units) -> None:
    conference = await a_conference(uow)
    person = await an_attendee(uow)
    both = await a_session(uow, conference, name="Ethics", speaker="Dr Anna Strauß", hour=1)
    await a_session(uow, conference, name="Rust", speaker="Dr Who", hour=2)
    soon = await a_session(uow, conference, name="Anna and Strauß", speaker="Dr Who", hour=0)
    texts = ["Dr Anna Strauß", "gardening"]
    async with uow().reading() as tx:
        found = await tx.recommendations.holding(person.id, texts, utc_now(), None, 9)
        first = await tx.recommendations.holding(person.id, texts, utc_now(), None, 1)
    assert [candidate.id for candidate in found] == [soon.id, both.id]
    assert [candidate.id for candidate in first] == [soon.id]


@pytest.mark.usefixtures("either_way")
async def test_only_what_is_open_to_the_attendee_and_shown_to_the_viewer_is_a_candidate(
    uow: Units,
) -> None:
    person = await an_attendee(uow)
    public = await a_conference(uow)
    private = await a_conference(uow, visibility=Visibility.PRIVATE)
    await a_registration(uow, private, person)
    full = await a_session(uow, public, name="Rust", hour=1, capacity=1)
    await a_registration(uow, full)
    open_to_all = await a_session(uow, public, name="Rust", hour=2)
    by_invitation = await a_session(uow, private, name="Rust", hour=3)
    stranger = caller(await a_user(uow))
    async with uow().reading() as tx:
        tried = [
            [
                await tx.recommendations.soonest(person.id, utc_now(), viewer, 9),
                await tx.recommendations.holding(person.id, ["rust"], utc_now(), viewer, 9),
            ]
            for viewer in (None, stranger)
        ]
    ids = [[[one.id for one in found] for found in each] for each in tried]
    assert ids == [[[open_to_all.id, by_invitation.id]] * 2, [[open_to_all.id]] * 2]
