"""Reads what handlers need to know; what is asked for at the same time is read in one query."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from app.domain.desk import Desk
from app.domain.news import Told
from app.repositories.mails import (
    Addressee,
    CertificateFacts,
    PaymentFacts,
    RegistrationFacts,
)
from app.repositories.uow import Transaction, UnitOfWork

_PATIENCE = 5.0

Asked = TypeVar("Asked")
Found = TypeVar("Found")
Load = Callable[[Transaction, Sequence[Asked]], Awaitable[Mapping[Asked, Found]]]


class Facts:
    """Each question is answered from the present, or with None when there is no such thing."""

    def __init__(self, unit_of_work: Callable[[], UnitOfWork]) -> None:
        self._registrations = _desk(unit_of_work, lambda tx, ids: tx.mails.registrations(ids))
        self._payments = _desk(unit_of_work, lambda tx, ids: tx.mails.payments(ids))
        self._addressees = _desk(unit_of_work, lambda tx, ids: tx.mails.addressees(ids))
        self._certificates = _desk(unit_of_work, lambda tx, ids: tx.mails.certificates(ids))
        self._news = _desk(unit_of_work, lambda tx, asked: tx.news.told_to(asked))

    async def registration(self, id: int) -> RegistrationFacts | None:
        return await self._registrations.ask(id)

    async def payment(self, id: int) -> PaymentFacts | None:
        return await self._payments.ask(id)

    async def addressee(self, id: int) -> Addressee | None:
        return await self._addressees.ask(id)

    async def certificate(self, id: int) -> CertificateFacts | None:
        return await self._certificates.ask(id)

    async def news(self, message_id: int, registration_id: int) -> Sequence[Told]:
        """What a message tells to the attendee of a registration."""
        return await self._news.ask((message_id, registration_id)) or ()


def _desk(
    unit_of_work: Callable[[], UnitOfWork], load: Load[Asked, Found]
) -> Desk[Asked, Found | None]:
    async def serve(ids: Sequence[Asked]) -> Sequence[Found | None]:
        # Whoever asks next waits for this answer: it must not wait for a frozen database.
        async with asyncio.timeout(_PATIENCE), unit_of_work().reading() as tx:
            found = await load(tx, ids)
        return [found.get(id) for id in ids]

    return Desk(serve)
