import asyncio
import threading
from collections.abc import Iterator

import pytest

from app.documents.press import MOST_WAITING, Press
from app.domain.calendars import of_ticket
from app.domain.errors import Busy
from tests.documents.reading import Paper, codes_in
from tests.documents.samples import CODE, NOW, a_ticket


@pytest.fixture
def press() -> Iterator[Press]:
    made = Press()
    yield made
    made.close()


async def test_it_draws_every_kind(press: Press) -> None:
    ticket = a_ticket()
    assert CODE in Paper(await press.ticket_pdf(ticket, NOW)).text
    assert codes_in(await press.ticket_png(ticket)) == [CODE]
    assert b"<title>Ticket 15</title>" in await press.ticket_svg(ticket)
    assert (await press.calendar(of_ticket(ticket))).startswith(b"BEGIN:VCALENDAR\r\n")


async def test_others_go_on_while_it_draws(press: Press) -> None:
    await press.ticket_png(a_ticket())
    drawing = asyncio.gather(*(press.ticket_pdf(a_ticket(), NOW) for _ in range(5)))
    turns = 0
    while not drawing.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 5
    assert len({bytes(drawn) for drawn in await drawing}) == 1


async def test_a_long_queue_is_refused_at_once(press: Press) -> None:
    """Whoever waits already is served all the same."""
    held = threading.Event()
    press._thread.submit(held.wait)
    waiting = [asyncio.ensure_future(press.ticket_png(a_ticket())) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await press.ticket_png(a_ticket())
    held.set()
    assert len(set(await asyncio.gather(*waiting))) == 1
    assert codes_in(await press.ticket_png(a_ticket())) == [CODE]


async def test_who_goes_away_leaves_their_place(press: Press) -> None:
    held = threading.Event()
    press._thread.submit(held.wait)
    gone = asyncio.ensure_future(press.ticket_png(a_ticket()))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    held.set()
    assert press._waiting == 0
