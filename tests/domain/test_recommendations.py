from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.recommendations import (
    MOST_RECOMMENDED,
    Attended,
    Candidate,
    Choice,
    Interest,
    interest_in,
    looked_for,
    matched,
    ranked,
    speakers_of,
    topics_of,
)

START = datetime(2026, 9, 1, 9, tzinfo=UTC)


def attended(name: str = "", speaker: str = "", description: str = "") -> Attended:
    return Attended(name=name, speaker=speaker, description=description)


def candidate(
    id: int, name: str = "", speaker: str = "", description: str = "", seats_taken: int = 0
) -> Candidate:
    return Candidate(
        id=id,
        name=name,
        description=description,
        speaker=speaker,
        starts_at=START + timedelta(hours=id),
        seats_taken=seats_taken,
    )


def chosen(interest: Interest, candidates: Sequence[Candidate]) -> Sequence[Choice]:
    return ranked(interest, matched(interest, candidates))


def reasons(interest: Interest, candidate: Candidate) -> list[str]:
    [choice] = chosen(interest, [candidate])
    return [str(reason) for reason in choice.reasons]


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
def test_several_speakers_may_share_a_candidate(speaker: str, folded: list[str]) -> None:
    assert list(speakers_of(attended(speaker=speaker))) == folded


def test_a_shared_speaker_is_told_as_written() -> None:
    interest = interest_in([attended(speaker="jane doe")])
    assert reasons(interest, candidate(1, speaker="Jane Doe")) == ["speaker: Jane Doe"]


def test_speakers_are_told_before_topics_and_weighty_topics_first() -> None:
    interest = interest_in(
        [attended("AI ethics", "Jane Doe"), attended("Ethics at work"), attended("More ethics")]
    )
    both = candidate(1, "Ethics of AI", "Jane Doe")
    assert reasons(interest, both) == ["speaker: Jane Doe", "topic: ethics", "topic: ai"]


@pytest.mark.parametrize("length", [10, 5000])
def test_a_description_tells_topics_however_long_it_is(length: int) -> None:
    interest = interest_in([attended("Cloud security")])
    told = candidate(1, description=" lorem" * length + " security")
    assert reasons(interest, told) == ["topic: security"]


def test_what_shares_nothing_is_not_recommended() -> None:
    interest = interest_in([attended("Ethics of AI", "Jane Doe")])
    assert chosen(interest, [candidate(1, "Gardening", "Somebody Else")]) == []


def test_more_in_common_comes_first_and_the_sooner_of_equals() -> None:
    interest = interest_in([attended("Cloud security", "Jane Doe")])
    candidates = [
        candidate(1, "Cloud"),
        candidate(2, "Cloud security"),
        candidate(3, "Cloud"),
        candidate(4, "Gardening", "Jane Doe"),
    ]
    assert [choice.session_id for choice in chosen(interest, candidates)] == [4, 2, 1, 3]


def test_without_any_interest_the_popular_ones_come_first_without_reasons() -> None:
    candidates = [
        candidate(1, seats_taken=3),
        candidate(2, seats_taken=9),
        candidate(3, seats_taken=3),
    ]
    found = chosen(interest_in([]), candidates)
    assert [item.session_id for item in found] == [2, 1, 3]
    assert [item.reasons for item in found] == [(), (), ()]


def test_what_few_of_the_soonest_share_is_looked_for_further_ahead_the_rarest_first() -> None:
    interest = interest_in([attended("Cloud rust", "Jane Doe & Ann")])
    soonest = [candidate(1, "Cloud"), candidate(2, "Cloud"), candidate(3, speaker="ann")]
    found = looked_for(interest, matched(interest, soonest))
    assert found == ["Jane Doe", "rust", "Ann", "cloud"]


@pytest.mark.parametrize(
    ("sharing", "found"),
    [(MOST_RECOMMENDED - 1, ["rust", "cloud"]), (MOST_RECOMMENDED, ["rust"])],
)
def test_what_enough_of_the_soonest_share_is_not_looked_for_further_ahead(
    sharing: int, found: list[str]
) -> None:
    interest = interest_in([attended("Cloud rust")])
    soonest = [candidate(id, "Cloud") for id in range(sharing)]
    assert looked_for(interest, matched(interest, soonest)) == found


def test_sessions_that_share_several_words_are_enough_only_by_their_number() -> None:
    interest = interest_in([attended("Cloud rust")])
    soonest = [candidate(id, "Cloud rust") for id in range(MOST_RECOMMENDED - 1)]
    assert looked_for(interest, matched(interest, soonest)) == ["cloud", "rust"]


def test_of_very_many_some_speakers_and_some_words_are_looked_for() -> None:
    past = [attended(f"Topic{n:02}", f"Speaker {n:02}") for n in range(60)]
    found = looked_for(interest_in(past), [])
    assert found == [text for n in range(10) for text in (f"Speaker {n:02}", f"topic{n:02}")]


def test_who_has_shown_no_interest_has_nothing_looked_for() -> None:
    assert looked_for(interest_in([]), matched(interest_in([]), [candidate(1, "Cloud")])) == []


def test_a_speaker_is_looked_for_as_written_for_folding_changes_letters() -> None:
    interest = interest_in([attended(speaker="Anna Strauß")])
    assert looked_for(interest, []) == ["Anna Strauß"]


WORDS = st.lists(st.sampled_from(["cloud", "ai", "rust", "security", "garden", "the", "of"]))
PAST = st.builds(
    attended,
    name=WORDS.map(" ".join),
    speaker=st.sampled_from(["", "Jane Doe", "John Smith", "Jane Doe & John Smith"]),
    description=st.text(max_size=40),
)
CANDIDATES = st.lists(
    st.builds(
        candidate,
        id=st.integers(1, 10_000),
        name=WORDS.map(" ".join),
        speaker=st.sampled_from(["", "JANE DOE", "Ann", "John Smith, Ann"]),
        description=st.text(max_size=40),
        seats_taken=st.integers(0, 50),
    ),
    max_size=40,
    unique_by=lambda one: one.id,
)


@given(st.lists(PAST, max_size=5), CANDIDATES)
def test_recommendations_are_few_distinct_reasoned_and_independent_of_order(
    past: list[Attended], candidates: list[Candidate]
) -> None:
    interest = interest_in(past)
    found = chosen(interest, candidates)
    ids = [item.session_id for item in found]
    assert len(ids) == len(set(ids)) <= MOST_RECOMMENDED
    assert all(item.reasons for item in found) or interest.is_empty
    assert found == chosen(interest, candidates[::-1])


@given(st.text(max_size=200))
def test_any_text_has_topics_and_speakers(text: str) -> None:
    told = attended(text, text, text)
    assert all(len(word) >= 2 for word in topics_of(told))
    assert all(name == name.strip() != "" for name in speakers_of(told).values())
