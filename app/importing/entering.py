"""The lines of the events' file become conferences."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from app.domain import imports
from app.domain.access import fold
from app.domain.conferences import ConferenceDraft, ensure_forward
from app.domain.errors import DomainError
from app.importing.events import EventBook
from app.importing.hand import Hand, Tally, patiently
from app.importing.lines import EventLine, Unfit, read_event
from app.importing.tables import Record


class EventLoader:
    """Takes the records of the events' file, and writes into the book what they became."""

    def __init__(self, hand: Hand, file: Path, book: EventBook) -> None:
        self._hand = hand
        self._file = file
        self._book = book
        self._categories: Mapping[str, int] = {}
        self.tally = Tally()

    async def prepare(self) -> None:
        """Learn what must be known before the first record."""
        async with self._hand.unit_of_work().reading() as tx:
            every = await tx.categories.every()
        self._categories = {
            word: category.id for category in every for word in (category.slug, fold(category.name))
        }

    async def take(self, records: Sequence[Record]) -> None:
        """Enter the events of these records that are not there yet."""
        fit = [(record, *found) for record in records if (found := self._read(record))]
        if not fit:
            return
        drafts = [draft for _, _, draft in fit]
        entered = await patiently(partial(self._enter, drafts))
        for (record, line, _), answer in zip(fit, entered, strict=True):
            try:
                self._book.accept(record.line, line, answer.conference_id)
            except Unfit as unfit:
                self._hand.reject(self._file, record, unfit.code, unfit.reason)
            else:
                self.tally.added += answer.is_new
                self.tally.known += not answer.is_new

    def _read(self, record: Record) -> tuple[EventLine, ConferenceDraft] | None:
        try:
            line = read_event(record, self._hand.zone)
            draft = line.draft(self._category(line.category))
            ensure_forward(draft.period, field="end_time")
            self._book.claim(record.line, line.id)
        except Unfit as unfit:
            self._refuse(record, unfit.code, unfit.reason)
        except DomainError as refusal:
            self._refuse(record, refusal.code, f"{refusal.field}: {refusal.message}")
        else:
            return line, draft
        return None

    def _category(self, word: str | None) -> int | None:
        if word is None:
            return None
        if fold(word) not in self._categories:
            raise Unfit("unknown_category", f"category: There is no category “{word}”.")
        return self._categories[fold(word)]

    def _refuse(self, record: Record, code: str, reason: str) -> None:
        values = record.values
        self._book.refuse(record.line, values.get("id", "").strip(), values.get("name", "").strip())
        self._hand.reject(self._file, record, code, reason)

    async def _enter(self, drafts: Sequence[ConferenceDraft]) -> Sequence[imports.Entered]:
        hand = self._hand
        return await imports.enter_conferences(
            hand.unit_of_work(), drafts, hand.organizer_id, hand.now
        )
