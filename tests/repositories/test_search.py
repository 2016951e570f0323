from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import search
from app.domain.access import Caller, Role
from app.domain.conferences import Visibility
from app.repositories import questions
from app.repositories import search as stored
from app.repositories.questions import all_prefixes, all_words, parts_of
from tests.factories import Units, a_conference, a_session, a_user, caller
from tests.repositories.counting import counted

STRANGER = Caller(user_id=0, username="", email_folded="", role=Role.ATTENDEE, family="")


@pytest.mark.parametrize(
    ("question", "query"),
    [
        ("Keynote", "'Keynote':*"),
        ("jane  doe", "'jane':* & 'doe':*"),
        ("tech/AI", "'tech':* & 'AI':*"),
        ("o'hara \\", "'o''hara':* & '\\\\':*"),
        ("\x00/", ""),
    ],
)
def test_a_question_becomes_quoted_prefixes(question: str, query: str) -> None:
    assert all_prefixes(question) == query


def test_a_text_is_looked_for_by_all_its_words_whole() -> None:
    assert [all_words(text) for text in ("Jane  Doe", "ai", "/")] == ["'Jane' & 'Doe'", "'ai'", ""]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("Anh", ["anh"]),
        ("Anna", ["ann", "nna"]),
        ("Hofer KG", ["hof", "fer"]),
        ("Hoferake & Sons", ["hof", "fer", "rak", "ons"]),
        ("a & b", ["a &", "& b"]),
        ("INV-3-2026-00012", ["inv", "3-2", "26-", "012"]),
    ],
)
async def test_a_part_of_a_text_is_looked_up_by_four_of_its_own_from_end_to_end(
    engine: AsyncEngine, words: str, parts: list[str]
) -> None:
    async with engine.connect() as connection:
        looked_up = text(
            f"SELECT {parts_of(':words')} AS parts, grams(:words) @> {parts_of(':words')}"
        )
        told, is_found = (await connection.execute(looked_up, {"words": words})).one()
    assert (told, is_found) == (parts, True)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=200))
async def test_no_question_breaks_the_query(uow: Units, question: str) -> None:
    async with uow().reading() as tx:
        assert await tx.search.conferences(question, STRANGER, 50) == []
        assert await tx.search.sessions(question, STRANGER, 50) == []


async def test_no_more_than_asked_for(uow: Units) -> None:
    conference = await a_conference(uow)
    for hour in range(3):
        await a_session(uow, conference, name="Rust", hour=hour)
    async with uow().reading() as tx:
        assert len(await tx.search.sessions("rust", STRANGER, 2)) == 2


@pytest.fixture
def anew() -> Iterator[None]:
    """Statements are written anew, with other limits in them, and again after the test."""
    stored._best.cache_clear()
    yield
    stored._best.cache_clear()


@pytest.mark.usefixtures("anew")
@pytest.mark.parametrize(
    ("few", "some", "found"),
    [(9, 9, ["rust rust", "rust", "late"])]
    + [(0, n, ["rust", "rust rust", "late"]) for n in (9, 0)],
    ids=["few", "some", "many"],
)
async def test_few_hits_come_by_rank_and_more_by_start(
    uow: Units, monkeypatch: pytest.MonkeyPatch, few: int, some: int, found: list[str]
) -> None:
    monkeypatch.setattr(questions, "_FEW", few)
    monkeypatch.setattr(questions, "_SOME", some)
    conference = await a_conference(uow)
    private = await a_conference(uow, visibility=Visibility.PRIVATE)
    await a_session(uow, private, name="rust", hour=0)
    for hour, name in ((5, "late"), (2, "rust rust"), (1, "rust")):
        await a_session(uow, conference, name=name, speaker="Rustan", hour=hour)
    async with uow().reading() as tx:
        sessions = await tx.search.sessions("rust", STRANGER, 9)
    assert [session.name for session in sessions] == found


@pytest.mark.parametrize("hits", [1, 3])
async def test_searching_takes_two_statements_however_much_is_found(
    uow: Units, engine: AsyncEngine, hits: int
) -> None:
    ann = caller(await a_user(uow))
    for _ in range(hits):
        await a_session(uow, await a_conference(uow, name="Rust days"), name="Rust")
    with counted(engine) as statements:
        found = await search.search(uow(), ann, "rust")
    assert (len(found.conferences), len(found.sessions), len(statements)) == (hits, hits, 2)
