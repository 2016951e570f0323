"""Recommendations: sessions that suit what an attendee has been interested in (seed 000 §5.3).

Interest is read from the sessions the attendee is registered for, past ones included: who speaks
there, and which words they are about. An attendee without any is shown what others go to.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from heapq import nlargest
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, NamedTuple, Protocol

from app.domain import attendees
from app.domain.access import Caller, fold
from app.domain.messages import Message, MessageKind
from app.domain.sessions import Session

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

MOST_RECOMMENDED = 20
# Of the soonest, and of those further ahead.
MOST_CANDIDATES = 500
_MOST_TOPICS_TOLD = 5
_MOST_TEXTS_WEIGHED = 50
_MOST_TEXTS_LOOKED_FOR = 20
_SPEAKER_WEIGHT = 5
_MOST_WORD_WEIGHT = 3
_SHORTEST_WORD = 3
# Longer descriptions are read anew each time, for what is remembered takes up memory.
_LONGEST_REMEMBERED = 1000

_WORD = re.compile(r"[^\W_]+")
_BETWEEN_SPEAKERS = re.compile(r"[,;&/]|\band\b", re.IGNORECASE)
_TELLING_SHORT_WORDS = frozenset(_WORD.findall("3d ai ar bi cv db go hr js ml os qa ui ux vr xr"))
_STOP_WORDS = frozenset(
    _WORD.findall(
        """
    about above across after again against all also and any are around because been before being
    below between both but can come could day days did does doing down during each even every few
    for from further get give had has have having her here hers him his how into its itself just
    keep know let like make many may more most much must new not now off once one only other our
    ours out over own per same she should some still such take than that the their them then there
    these they this those through too two under until upon use using very was way what when where
    which while who whom why will with within without would you your yours
    closing conference event global introduction keynote opening panel part session sessions speaker
    speakers summit talk talks track workshop workshops
    """
    )
)


class Described(Protocol):
    """What a session tells of itself."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def speaker(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """A session of the attendee's, past or to come, as far as it tells an interest."""

    name: str
    description: str
    speaker: str


class Candidate(NamedTuple):
    """A session that may be recommended, as far as that is decided by it.

    A tuple, as is a match: hundreds are made for one answer.
    """

    id: int
    name: str
    description: str
    speaker: str
    starts_at: datetime
    seats_taken: int


class Trait(NamedTuple):
    """What sessions may share: a folded speaker, or else a topic word."""

    text: str
    is_speaker: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """Speakers, by folded name, and topic words with the number of sessions each occurs in."""

    speakers: Mapping[str, str]
    words: Mapping[str, int]

    @property
    def is_empty(self) -> bool:
        return not (self.speakers or self.words)


class ReasonKind(StrEnum):
    SPEAKER = "speaker"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A speaker's name or a topic word that the session shares with the attendee's interest."""

    kind: ReasonKind
    value: str

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.value}"


class Match(NamedTuple):
    """A candidate, and what it shares with an interest."""

    candidate: Candidate
    shared: Set[Trait]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    session_id: int
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    session: Session
    reasons: Sequence[Reason]


class Mailing(StrEnum):
    """What became of the wish to have recommendations mailed."""

    NOT_ASKED = "not_asked"
    QUEUED = "queued"
    SENT_TODAY = "sent_today"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    recommendations: Sequence[Recommendation]
    mailing: Mailing


def speakers_of(session: Described) -> Mapping[str, str]:
    """The speakers a session names, each folded name with the name as it is written."""
    names = (name.strip() for name in _BETWEEN_SPEAKERS.split(session.speaker))
    return {fold(name): name for name in names if name}


def topics_of(session: Described) -> frozenset[str]:
    """The words that tell what a session is about: not too short, not too common, no numbers."""
    words = _WORD.findall(fold(f"{session.name} {session.description}"))
    return frozenset(word for word in words if _is_telling(word))


def _is_telling(word: str) -> bool:
    if word in _TELLING_SHORT_WORDS:
        return True
    return len(word) >= _SHORTEST_WORD and word not in _STOP_WORDS and not word.isnumeric()


def interest_in(attended: Iterable[Described]) -> Interest:
    """What somebody who goes to these sessions, the latest first, is interested in."""
    speakers: dict[str, str] = {}
    words: Counter[str] = Counter()
    for session in attended:
        speakers |= speakers_of(session)
        words.update(topics_of(session))
    return Interest(speakers=speakers, words=words)


@lru_cache(maxsize=2048)
def _traits_in(name: str, description: str, speaker: str) -> frozenset[Trait]:
    """Remembered: the soonest sessions are the same for whoever asks."""
    told = Attended(name=name, description=description, speaker=speaker)
    speakers = (Trait(folded, is_speaker=True) for folded in speakers_of(told))
    topics = (Trait(word, is_speaker=False) for word in topics_of(told))
    return frozenset(chain(speakers, topics))


def matched(interest: Interest, candidates: Iterable[Candidate]) -> Sequence[Match]:
    """The candidates that share something, and what; every one with an interest in nothing."""
    if interest.is_empty:
        return [Match(candidate, frozenset()) for candidate in candidates]
    wanted = frozenset(_weights(interest))
    matches = []
    # Of some hundred candidates, this is most of the work.
    for candidate in candidates:
        _, name, description, speaker, _, _ = candidate
        is_long = len(description) > _LONGEST_REMEMBERED
        traits_in = _traits_in.__wrapped__ if is_long else _traits_in
        if shared := wanted & traits_in(name, description, speaker):
            matches.append(Match(candidate, shared))
    return matches


def ranked(interest: Interest, matches: Iterable[Match]) -> Sequence[Choice]:
    """Matches, the best first; the most popular where nothing is known.

    A shared speaker outweighs any one word; a word weighs more the more sessions it comes from.
    """
    if interest.is_empty:
        every = (match.candidate for match in matches)
        popular = sorted(every, key=lambda c: (-c.seats_taken, c.starts_at, c.id))
        return [Choice(session_id=c.id, reasons=()) for c in popular[:MOST_RECOMMENDED]]
    weight_of = _weights(interest).__getitem__
    weighed = [(sum(map(weight_of, match.shared)), match) for match in matches]
    # Most are out of the question by their weight, and need not be put in order.
    least = min(nlargest(MOST_RECOMMENDED, (weight for weight, _ in weighed)), default=0)
    best = sorted(
        (pair for pair in weighed if pair[0] >= least),
        key=lambda pair: (-pair[0], pair[1].candidate.starts_at, pair[1].candidate.id),
    )
    return [
        Choice(session_id=match.candidate.id, reasons=_reasons(interest, match))
        for _, match in best[:MOST_RECOMMENDED]
    ]


def _weights(interest: Interest) -> Mapping[Trait, int]:
    speakers = {Trait(folded, is_speaker=True): _SPEAKER_WEIGHT for folded in interest.speakers}
    return speakers | {
        Trait(word, is_speaker=False): min(times, _MOST_WORD_WEIGHT)
        for word, times in interest.words.items()
    }


def _reasons(interest: Interest, match: Match) -> Sequence[Reason]:
    """The speakers first, then the weightiest words."""
    speakers = [
        name
        for folded, name in speakers_of(match.candidate).items()
        if Trait(folded, is_speaker=True) in match.shared
    ]
    topics = (trait.text for trait in match.shared if not trait.is_speaker)
    words = sorted(topics, key=lambda word: (-interest.words[word], word))
    return [Reason(kind=ReasonKind.SPEAKER, value=name) for name in speakers] + [
        Reason(kind=ReasonKind.TOPIC, value=word) for word in words[:_MOST_TOPICS_TOLD]
    ]


def looked_for(interest: Interest, soonest: Iterable[Match]) -> Sequence[str]:
    """The speakers and topics to look for further ahead, those the fewest of the soonest share.

    Some at most, and no more than leave an answer unfilled: once as many of the soonest share one
    of them as are recommended, there are enough, and what still more of them share tells the least.
    """
    sharing = {trait: set[int]() for trait in _told_by(interest)}
    for candidate, shared in soonest:
        for trait in shared:
            if trait in sharing:
                sharing[trait].add(candidate.id)
    found: list[Trait] = []
    enough: set[int] = set()
    for trait in sorted(sharing, key=lambda trait: len(sharing[trait])):
        enough |= sharing[trait]
        if len(enough) >= MOST_RECOMMENDED:
            break
        found.append(trait)
    return [
        interest.speakers[text] if is_speaker else text
        for text, is_speaker in found[:_MOST_TEXTS_LOOKED_FOR]
    ]


def _told_by(interest: Interest) -> Sequence[Trait]:
    """The latest speakers and the weightiest words, in turn."""
    speakers = (Trait(folded, is_speaker=True) for folded in interest.speakers)
    by_weight = sorted(interest.words, key=lambda word: (-interest.words[word], word))
    topics = (Trait(word, is_speaker=False) for word in by_weight)
    in_turn = chain.from_iterable(zip_longest(speakers, topics))
    return [trait for trait in in_turn if trait is not None][:_MOST_TEXTS_WEIGHED]


async def recommend(
    tx: "Transaction", attendee_id: int, now: datetime, viewer: Caller | None = None
) -> Sequence[Recommendation]:
    """What suits an attendee: upcoming, with a free seat, without a clash, not registered for.

    Of the soonest, and of those further ahead that share what few of the soonest do. With a viewer,
    only what that viewer may see as well.
    """
    interest = interest_in(await tx.recommendations.attended(attendee_id))
    soonest = await tx.recommendations.soonest(attendee_id, now, viewer, MOST_CANDIDATES)
    matches = matched(interest, soonest)
    if texts := looked_for(interest, matches):
        ahead = await tx.recommendations.holding(attendee_id, texts, now, viewer, MOST_CANDIDATES)
        known = {candidate.id for candidate in soonest}
        new = (candidate for candidate in ahead if candidate.id not in known)
        matches = [*matches, *matched(interest, new)]
    choices = ranked(interest, matches)
    sessions = await tx.sessions.of_ids([choice.session_id for choice in choices])
    return [
        Recommendation(session=sessions[choice.session_id], reasons=choice.reasons)
        for choice in choices
        # Whatever was deleted since is not recommended.
        if choice.session_id in sessions
    ]


async def ask(
    uow: "UnitOfWork", caller: Caller, attendee_id: int, now: datetime, *, by_mail: bool
) -> Answer:
    """Recommendations for an attendee the caller may see, mailed if wished. Raises NotFound."""
    async with uow.reading() as tx:
        await attendees.seen(tx, caller, attendee_id)
        found = await recommend(tx, attendee_id, now, caller)
    mailing = await _mail(uow, attendee_id, now) if by_mail else Mailing.NOT_ASKED
    return Answer(recommendations=found, mailing=mailing)


async def _mail(uow: "UnitOfWork", attendee_id: int, now: datetime) -> Mailing:
    """One mail per attendee and day, whoever asks."""
    message = Message(
        kind=MessageKind.RECOMMENDATIONS_ASKED,
        subject=attendee_id,
        dedupe_key=f"recommendations:{attendee_id}:{now.date().isoformat()}",
    )
    async with uow as tx:
        announced = await tx.announce([message], now)
    return Mailing.QUEUED if announced else Mailing.SENT_TODAY
