"""Where documents are drawn: beside the event loop, one at a time.

What draws is imported when the first one is asked for: the libraries take longer to load than all
the rest of the server.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from app.domain.calendars import Calendar
from app.domain.certificates import Certificate
from app.domain.errors import Busy
from app.domain.invoices import Invoice, Receipt
from app.domain.schedules import Schedule
from app.domain.tickets import Ticket

# Beyond this many, whoever comes would wait for seconds.
MOST_WAITING = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """All of them whole: of the server, the conference's page (with a `/` each), and its cover."""

    base: str
    page: str
    logo: str | None = None


class Press:
    """Draws in a thread of its own; more of them would only take turns."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="press")
        self._waiting = 0

    async def ticket_pdf(self, ticket: Ticket, now: datetime) -> bytes:
        def draw() -> bytes:
            from app.documents import ticket_pdf  # noqa: PLC0415

            return ticket_pdf.draw(ticket, now)

        return await self._aside(draw)

    async def ticket_png(self, ticket: Ticket) -> bytes:
        def draw() -> bytes:
            from app.documents import qr  # noqa: PLC0415

            return qr.png(ticket.code)

        return await self._aside(draw)

    async def ticket_svg(self, ticket: Ticket) -> bytes:
        def draw() -> bytes:
            from app.documents import qr  # noqa: PLC0415

            return qr.svg(ticket.code, f"Ticket {ticket.registration_id}")

        return await self._aside(draw)

    async def certificate_pdf(self, certificate: Certificate, url: str) -> bytes:
        def draw() -> bytes:
            from app.documents import certificate_pdf  # noqa: PLC0415

            return certificate_pdf.draw(certificate, url)

        return await self._aside(draw)

    async def invoice_pdf(self, invoice: Invoice, now: datetime) -> bytes:
        def draw() -> bytes:
            from app.documents import invoice_pdf  # noqa: PLC0415

            return invoice_pdf.draw(invoice, now)

        return await self._aside(draw)

    async def receipt_pdf(self, receipt: Receipt, now: datetime) -> bytes:
        def draw() -> bytes:
            from app.documents import receipt_pdf  # noqa: PLC0415

            return receipt_pdf.draw(receipt, now)

        return await self._aside(draw)

    async def calendar(self, calendar: Calendar) -> bytes:
        def draw() -> bytes:
            from app.documents.calendar import ics  # noqa: PLC0415

            return ics(calendar)

        return await self._aside(draw)

    async def schedule_json(self, schedule: Schedule, addresses: Addresses) -> bytes:
        def draw() -> bytes:
            from app.documents import schedule_files  # noqa: PLC0415

            return schedule_files.as_json(schedule, addresses)

        return await self._aside(draw)

    async def schedule_xml(self, schedule: Schedule, addresses: Addresses) -> bytes:
        def draw() -> bytes:
            from app.documents import schedule_files  # noqa: PLC0415

            return schedule_files.as_xml(schedule, addresses)

        return await self._aside(draw)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _aside(self, draw: Callable[[], bytes]) -> bytes:
        if self._waiting >= MOST_WAITING:
            raise Busy(retry_after=2)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, draw)
        finally:
            self._waiting -= 1
