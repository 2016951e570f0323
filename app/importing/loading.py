"""From lines to rows: events first, then those who come to them, each batch in a transaction."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Protocol

from app.importing.entering import EventLoader
from app.importing.events import EventBook
from app.importing.hand import Hand, Tally
from app.importing.registering import AttendeeLoader
from app.importing.tables import Record, Table

_BATCH = 1_000

# Told after each batch: of which table, how many records so far.
Watch = Callable[[Table, int], None]


class Loader(Protocol):
    """Takes the records of one file, batch after batch."""

    tally: Tally

    async def prepare(self) -> None: ...
    async def take(self, records: Sequence[Record], /) -> None: ...


async def bring_in(
    hand: Hand, events: Table, attendees: Table, watch: Watch = lambda _, __: None
) -> tuple[Tally, Tally]:
    """What became of the events and of the attendees; what was refused is with the rejects."""
    book = EventBook()
    entered = await _walk(events, EventLoader(hand, events.path, book), hand, watch)
    registered = await _walk(attendees, AttendeeLoader(hand, attendees.path, book), hand, watch)
    return entered, registered


async def _walk(table: Table, loader: Loader, hand: Hand, watch: Watch) -> Tally:
    """To the end of a table, which is never in memory as a whole."""
    await loader.prepare()
    records, seen = iter(table), 0
    while batch := list(islice(records, _BATCH)):
        await loader.take(batch)
        hand.rejects.flush()
        seen += len(batch)
        watch(table, seen)
    return loader.tally
