"""The lines of the attendees' file become registrations."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.domain import imports, registering
from app.domain.access import fold
from app.domain.admission import Target, Wish
from app.domain.attendees import AttendeeDraft
from app.domain.errors import AlreadyRegistered, DomainError, Later
from app.domain.registering import Ask
from app.domain.registrations import Registration
from app.importing.events import EventBook
from app.importing.hand import Hand, Tally, patiently
from app.importing.lines import AttendeeLine, Unfit, read_attendee
from app.importing.tables import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class _Guest:
    """A line that is fit: a person and where they go."""

    record: Record
    line: AttendeeLine
    conference_id: int


class AttendeeLoader:
    """Takes the records of the attendees' file, and registers whom they name."""

    def __init__(self, hand: Hand, file: Path, book: EventBook) -> None:
        self._hand = hand
        self._file = file
        self._book = book
        self._caller = imports.operator(hand.organizer_id)
        # The newest registration there was before this began, and the newest that this has made.
        self._before = self._newest = 0
        self.tally = Tally()

    async def prepare(self) -> None:
        """Learn what must be known before the first record."""
        self._before = await imports.newest_registration(self._hand.unit_of_work())
        self._newest = self._before

    async def take(self, records: Sequence[Record]) -> None:
        """Register the people of these records who are not registered yet."""
        fit = [guest for record in records if (guest := self._read(record))]
        if fit:
            await self._seat(fit)

    def _read(self, record: Record) -> _Guest | None:
        try:
            line = read_attendee(record)
            conference_id = self._book.conference_of(line)
        except Unfit as unfit:
            self._hand.reject(self._file, record, unfit.code, unfit.reason)
            return None
        return _Guest(record=record, line=line, conference_id=conference_id)

    async def _seat(self, guests: Sequence[_Guest]) -> None:
        """What the database refuses as a whole is found by halves: one line harms no other."""
        try:
            answers = await patiently(partial(self._register, guests))
        except Later:
            raise
        except DomainError as refusal:
            if len(guests) > 1:
                middle = len(guests) // 2
                await self._seat(guests[:middle])
                await self._seat(guests[middle:])
                return
            answers = [refusal]
        for guest, answer in zip(guests, answers, strict=True):
            self._note(guest, answer)
        made = [answer.id for answer in answers if isinstance(answer, Registration)]
        self._newest = max([self._newest, *made])

    async def _register(self, guests: Sequence[_Guest]) -> Sequence[Registration | Exception]:
        hand = self._hand
        people = [AttendeeDraft(name=one.line.name, email=one.line.email) for one in guests]
        ids = await imports.enter_people(hand.unit_of_work(), people, hand.organizer_id, hand.now)
        asks = [
            Ask(
                caller=self._caller,
                wish=Wish(
                    attendee_id=ids[fold(guest.line.email)],
                    target=Target(conference_id=guest.conference_id, session_id=None),
                    any_ticket_type=True,
                    guest_name=guest.line.name,
                ),
            )
            for guest in guests
        ]
        return await registering.register_batch(
            hand.unit_of_work(), asks, hand.now, silently=not hand.announces
        )

    def _note(self, guest: _Guest, answer: Registration | Exception) -> None:
        if isinstance(answer, Registration):
            self.tally.added += 1
        elif isinstance(answer, AlreadyRegistered) and not self._is_double(answer):
            self.tally.known += 1
        elif isinstance(answer, AlreadyRegistered):
            reason = f"“{guest.line.email}” is registered for this event by an earlier line."
            self._hand.reject(self._file, guest.record, "duplicate", reason)
        elif isinstance(answer, DomainError):
            self._hand.reject(self._file, guest.record, answer.code, answer.message)
        else:
            raise answer

    def _is_double(self, answer: AlreadyRegistered) -> bool:
        """Whether an earlier line of this file has made the registration that is there.

        If not, it was there before; or this batch has made it, in an attempt whose answer was lost.
        """
        return answer.other is None or self._before < answer.other.id <= self._newest
