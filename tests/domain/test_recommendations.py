from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import Money
from app.domain.recommendations import (
    MOST_RECOMMENDED,
    Attended,
    Interest,
    interest_in,
    ranked,
    speakers_of,
    topics_of,
)
from app.domain.sessions import Session
from app.domain.times import TimeRange

START = datetime(2026, 9, 1, 9, tzinfo=UTC)


def attended(name: str = "", speaker: str = "", description: str = "") -> Attended:
    return Attended(name=name, speaker=speaker, description=description)


def session(
    id: int, name: str = "", speaker: str = "", description: str = "", seats_taken: int = 0
) -> Session:
    start = START + timedelta(hours=id)
    return Session(
        id=id,
        conference_id=1,
        conference_name="Tech Summit 2026",
        organizer_id=1,
        name=name,
        description=description,
        speaker=speaker,
        room="",
        period=TimeRange(start=start, end=start + timedelta(hours=1)),
        capacity=None,
        seats_taken=seats_taken,
        price=Money(minor=0, currency="USD"),
        created_at=START,
        updated_at=START,
    )


def reasons(interest: Interest, candidate: Session) -> list[str]:
    [recommendation] = ranked(interest, [candidate])
    return [str(reason) for reason in recommendation.reasons]


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("Keynote: Future of AI", {"future", "ai"}),
        ("Global tech/AI summit.", {"tech", "ai"}),
        ("The Art of it, in 2026", {"art"}),
        ("Künstliche Intelligenz", {"künstliche", "intelligenz"}),
        ("snake_case & C++", {"snake", "case"}),
        ("of the and in", set()),
    ],
)
def test_topics_are_the_telling_words(text: str, topics: set[str]) -> None:
    assert topics_of(attended(name=text)) == topics


@pytest.mark.parametrize(
    ("speaker", "folded"),
    [
        ("Jane Doe", ["jane doe"]),
        ("Jane Doe, John Smith", ["jane doe", "john smith"]),
        ("Jane Doe & JOHN Smith and Ann", ["jane doe", "john smith", "ann"]),
        ("Andy Sanders", ["andy sanders"]),
        ("", []),
        (" , ", []),
    ],
)
def test_several_speakers_may_share_a_session(speaker: str, folded: list[str]) -> None:
    assert list(speakers_of(attended(speaker=speaker))) == folded


def test_a_shared_speaker_is_told_as_written() -> None:
    interest = interest_in([attended(speaker="jane doe")])
    assert reasons(interest, session(1, speaker="Jane Doe")) == ["speaker: Jane Doe"]


def test_speakers_are_told_before_topics_and_weighty_topics_first() -> None:
    interest = interest_in(
        [attended("AI ethics", "Jane Doe"), attended("Ethics at work"), attended("More ethics")]
    )
    candidate = session(1, "Ethics of AI", "Jane Doe")
    assert reasons(interest, candidate) == ["speaker: Jane Doe", "topic: ethics", "topic: ai"]


def test_what_shares_nothing_is_not_recommended() -> None:
    interest = interest_in([attended("Ethics of AI", "Jane Doe")])
    assert ranked(interest, [session(1, "Gardening", "Somebody Else")]) == []


def test_more_in_common_comes_first_and_the_sooner_of_equals() -> None:
    interest = interest_in([attended("Cloud security", "Jane Doe")])
    candidates = [
        session(1, "Cloud"),
        session(2, "Cloud security"),
        session(3, "Cloud"),
        session(4, "Gardening", "Jane Doe"),
    ]
    assert [found.session.id for found in ranked(interest, candidates)] == [4, 2, 1, 3]


def test_without_any_interest_the_popular_ones_come_first_without_reasons() -> None:
    candidates = [session(1, seats_taken=3), session(2, seats_taken=9), session(3, seats_taken=3)]
    found = ranked(interest_in([]), candidates)
    assert [item.session.id for item in found] == [2, 1, 3]
    assert [item.reasons for item in found] == [(), (), ()]


WORDS = st.lists(st.sampled_from(["cloud", "ai", "rust", "security", "garden", "the", "of"]))
PAST = st.builds(
    attended,
    name=WORDS.map(" ".join),
    speaker=st.sampled_from(["", "Jane Doe", "John Smith", "Jane Doe & John Smith"]),
    description=st.text(max_size=40),
)
CANDIDATES = st.lists(
    st.builds(
        session,
        id=st.integers(1, 10_000),
        name=WORDS.map(" ".join),
        speaker=st.sampled_from(["", "JANE DOE", "Ann", "John Smith, Ann"]),
        description=st.text(max_size=40),
        seats_taken=st.integers(0, 50),
    ),
    max_size=40,
    unique_by=lambda candidate: candidate.id,
)


@given(st.lists(PAST, max_size=5), CANDIDATES)
def test_recommendations_are_few_distinct_reasoned_and_independent_of_order(
    past: list[Attended], candidates: list[Session]
) -> None:
    interest = interest_in(past)
    found = ranked(interest, candidates)
    ids = [item.session.id for item in found]
    assert len(ids) == len(set(ids)) <= MOST_RECOMMENDED
    assert all(item.reasons for item in found) or interest.is_empty
    assert found == ranked(interest, candidates[::-1])


@given(st.text(max_size=200))
def test_any_text_has_topics_and_speakers(text: str) -> None:
    told = attended(text, text, text)
    assert all(len(word) >= 2 for word in topics_of(told))
    assert all(name == name.strip() != "" for name in speakers_of(told).values())
