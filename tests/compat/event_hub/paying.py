"""Payments that are decided: in tests nobody calls back but the test itself."""

import asyncio
from typing import Any

import httpx

from app.domain import payments
from app.domain.pages import PageRequest
from app.domain.payments import Outcome, PaymentFilter, PaymentStatus
from app.domain.times import utc_now
from tests.compat.conftest import Headers
from tests.factories import Units
from tests.races.scene import ADMIN

_PENDING = PaymentFilter(status=PaymentStatus.PENDING)


async def paid(
    api: httpx.AsyncClient,
    uow: Units,
    headers: Headers,
    body: dict[str, Any],
    outcome: Outcome = Outcome.PAID,
    path: str = "/api/payments/",
) -> httpx.Response:
    """The answer to a payment that is decided while its client waits."""
    asking = asyncio.create_task(api.post(path, json=body, headers=headers))
    while not asking.done():
        await asyncio.sleep(0.01)
        under_way = await payments.listed(uow(), ADMIN, _PENDING, PageRequest())
        for one in under_way.items:
            await payments.settle(
                uow(), one.id, outcome=outcome, reason="", settled_by="test", now=utc_now()
            )
    return await asking
