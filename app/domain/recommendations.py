"""Recommendations: sessions that suit what an attendee has been interested in (seed 000 §5.3).

Interest is read from the sessions the attendee is registered for, past ones included: who speaks
there, and which words they are about. An attendee without any is shown what others go to.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from app.domain import attendees
from app.domain.access import Caller, fold
from app.domain.messages import Message, MessageKind
from app.domain.sessions import Session

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

MOST_RECOMMENDED = 20
MOST_CANDIDATES = 500
_MOST_TOPICS_TOLD = 5
_MOST_WORDS_ASKED = 50
_SPEAKER_WEIGHT = 5
_MOST_WORD_WEIGHT = 3
_SHORTEST_WORD = 3

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """Folded speakers, and topic words with the number of sessions each occurs in."""

    speakers: frozenset[str] = frozenset()
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
    """What somebody who goes to these sessions is interested in."""
    speakers: set[str] = set()
    words: Counter[str] = Counter()
    for session in attended:
        speakers.update(speakers_of(session))
        words.update(topics_of(session))
    return Interest(speakers=frozenset(speakers), words=words)


def ranked(interest: Interest, candidates: Iterable[Session]) -> Sequence[Recommendation]:
    """Those that share a speaker or a topic, best first; the most popular where nothing is known.

    A shared speaker outweighs any one word; a word weighs more the more sessions it comes from.
    """
    if interest.is_empty:
        popular = sorted(candidates, key=lambda s: (-s.seats_taken, s.period.start, s.id))
        return [Recommendation(session=s, reasons=()) for s in popular[:MOST_RECOMMENDED]]
    scored = [(_score(interest, session), session) for session in candidates]
    fitting = [(score, session) for score, session in scored if score > 0]
    fitting.sort(key=lambda pair: (-pair[0], pair[1].period.start, pair[1].id))
    return [
        Recommendation(session=session, reasons=_reasons(interest, session))
        for _, session in fitting[:MOST_RECOMMENDED]
    ]


def _score(interest: Interest, session: Session) -> int:
    shared_speakers = interest.speakers & speakers_of(session).keys()
    shared_words = topics_of(session) & interest.words.keys()
    return _SPEAKER_WEIGHT * len(shared_speakers) + sum(
        min(interest.words[word], _MOST_WORD_WEIGHT) for word in shared_words
    )


def _reasons(interest: Interest, session: Session) -> Sequence[Reason]:
    """The speakers first, then the weightiest words."""
    names = speakers_of(session)
    speakers = [names[folded] for folded in names if folded in interest.speakers]
    words = sorted(
        topics_of(session) & interest.words.keys(), key=lambda word: (-interest.words[word], word)
    )
    return [Reason(kind=ReasonKind.SPEAKER, value=name) for name in speakers] + [
        Reason(kind=ReasonKind.TOPIC, value=word) for word in words[:_MOST_TOPICS_TOLD]
    ]


def _asked_for(interest: Interest) -> Sequence[str]:
    """What candidates are looked for by: speakers, and the words that occur most."""
    by_weight = sorted(interest.words, key=lambda word: (-interest.words[word], word))
    return [*sorted(interest.speakers)[:_MOST_WORDS_ASKED], *by_weight[:_MOST_WORDS_ASKED]]


async def recommend(
    tx: "Transaction", attendee_id: int, now: datetime, viewer: Caller | None = None
) -> Sequence[Recommendation]:
    """What suits an attendee: upcoming, with a free seat, without a clash, not registered for.

    With a viewer, only what that viewer may see as well.
    """
    interest = interest_in(await tx.recommendations.attended(attendee_id))
    candidates = await tx.recommendations.candidates(
        attendee_id, _asked_for(interest), now, viewer, MOST_CANDIDATES
    )
    return ranked(interest, candidates)


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
