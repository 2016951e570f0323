"""Reads what handlers need to know; what is asked for at the same time is read in one query."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from app.domain.desk import Desk
from app.repositories.mails import (
    Addressee,
    CertificateFacts,
    Mails,
    PaymentFacts,
    RegistrationFacts,
)
from app.repositories.uow import UnitOfWork

_PATIENCE = 5.0

Found = TypeVar("Found")
Load = Callable[[Mails, Sequence[int]], Awaitable[Mapping[int, Found]]]


class Facts:
    """Each question is answered from the present, or with None when there is no such thing."""

    def __init__(self, unit_of_work: Callable[[], UnitOfWork]) -> None:
        self._registrations = _desk(unit_of_work, Mails.registrations)
        self._payments = _desk(unit_of_work, Mails.payments)
        self._addressees = _desk(unit_of_work, Mails.addressees)
        self._certificates = _desk(unit_of_work, Mails.certificates)

    async def registration(self, id: int) -> RegistrationFacts | None:
        return await self._registrations.ask(id)

    async def payment(self, id: int) -> PaymentFacts | None:
        return await self._payments.ask(id)

    async def addressee(self, id: int) -> Addressee | None:
        return await self._addressees.ask(id)

    async def certificate(self, id: int) -> CertificateFacts | None:
        return await self._certificates.ask(id)


def _desk(unit_of_work: Callable[[], UnitOfWork], load: Load[Found]) -> Desk[int, Found | None]:
    async def serve(ids: Sequence[int]) -> Sequence[Found | None]:
        # Whoever asks next waits for this answer: it must not wait for a frozen database.
        async with asyncio.timeout(_PATIENCE), unit_of_work().reading() as tx:
            found = await load(tx.mails, ids)
        return [found.get(id) for id in ids]

    return Desk(serve)
