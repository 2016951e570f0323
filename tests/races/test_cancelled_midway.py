"""A conference that many have paid for is called off, and the server killed while it gives back."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import ledger
from app.repositories.uow import UnitOfWork
from tests.factories import PASSWORD
from tests.processes import Server, serve
from tests.races.scene import ADMIN, Scene, broken_promises, set_up

pytestmark = pytest.mark.slow

PAID = 500
# They pay for another conference of the same organizer, whose invoices are numbered with these.
OTHERS = 32
PRICE_MINOR = 2500
KILLS = 2
DONE_WITHIN = 60.0

# Every other one has a session, the rest admissions; all have accounts, and hear of things there.
_EVERYBODY_HAS_PAID = (
    (
        "INSERT INTO users (username, username_folded, email, email_folded, password_hash, role,"
        " verified_at, created_at, updated_at) SELECT email, email_folded, email, email_folded, '',"
        " 'attendee', now(), now(), now() FROM attendees ORDER BY id"
    ),
    (
        "UPDATE attendees SET user_id = users.id FROM users"
        " WHERE users.email_folded = attendees.email_folded"
    ),
    (
        "UPDATE conferences SET price_minor = {price},"
        " organizer_id = (SELECT id FROM users WHERE role = 'admin')"
    ),
    (
        "INSERT INTO registrations (conference_id, session_id, attendee_id, owner_id, status,"
        " price_minor, starts_at, ends_at, created_at, confirmed_at)"
        " SELECT s.conference_id, CASE WHEN a.id % 2 = 0 THEN s.id END, a.id, a.user_id,"
        " 'confirmed', {price}, CASE WHEN a.id % 2 = 0 THEN s.starts_at END,"
        " CASE WHEN a.id % 2 = 0 THEN s.ends_at END, now(), now()"
        " FROM sessions s, (SELECT * FROM attendees ORDER BY id LIMIT {paid}) a"
    ),
    (
        "INSERT INTO payments (registration_id, amount_minor, status, created_at)"
        " SELECT id, price_minor, 'pending', now() FROM registrations ORDER BY id"
    ),
    "UPDATE payments SET status = 'paid', settled_at = now()",
    (
        "INSERT INTO invoices (payment_id, number, organizer_id, year, sequence, amount_minor,"
        " issued_at) SELECT p.id, format('INV-%s-%s-%s', c.organizer_id, year,"
        " lpad(CAST(row_number() OVER (ORDER BY p.id) AS text), 6, '0')), c.organizer_id, year,"
        " row_number() OVER (ORDER BY p.id), p.amount_minor, now() FROM payments p, conferences c,"
        " CAST(extract(year FROM now() AT TIME ZONE 'UTC') AS int) AS year"
    ),
    (
        "INSERT INTO invoice_counters (organizer_id, year, last)"
        " SELECT organizer_id, year, max(sequence) FROM invoices GROUP BY organizer_id, year"
    ),
    (
        "UPDATE conferences SET seats_taken = (SELECT count(*) FROM registrations"
        " WHERE session_id IS NULL)"
    ),
    (
        "UPDATE sessions SET seats_taken = (SELECT count(*) FROM registrations"
        " WHERE session_id IS NOT NULL)"
    ),
)
_ENDED = "SELECT count(*) FROM registrations WHERE status = 'cancelled'"
_OPEN = (
    "SELECT (SELECT count(*) FROM outbox WHERE state <> 'done')"
    " + (SELECT count(*) FROM payments WHERE status = 'pending')"
)


async def ask(engine: AsyncEngine, question: str) -> Any:
    async with engine.connect() as connection:
        return (await connection.execute(text(question))).scalar_one()


async def counted(engine: AsyncEngine, question: str) -> Counter[tuple[Any, ...]]:
    """How often each row is there."""
    async with engine.connect() as connection:
        return Counter(tuple(row) for row in await connection.execute(text(question)))


async def run(engine: AsyncEngine, *statements: str) -> None:
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def all_have_paid(engine: AsyncEngine) -> Scene:
    scene = await set_up(
        engine, attendees=PAID + OTHERS, capacities=[None], price_minor=PRICE_MINOR
    )
    words = {"price": PRICE_MINOR, "paid": PAID}
    await run(engine, *(statement.format(**words) for statement in _EVERYBODY_HAS_PAID))
    assert await broken_promises(engine) == []
    return scene


@asynccontextmanager
async def as_organizer(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=10) as client:
        login = {"username": "admin", "password": PASSWORD}
        tokens = (await client.post("/api/v1/token/", json=login)).json()["data"]
        client.headers["Authorization"] = f"Bearer {tokens['access']}"
        yield client


async def others_register(client: httpx.AsyncClient, people: list[int]) -> list[int]:
    """For a conference that takes place; they have yet to pay for it."""
    day = "2031-06-01"
    body = {"conference_name": "Other", "start_date": day, "end_date": day, "price": 10}
    made = await client.post("/api/v1/conferences/", json=body)
    assert made.status_code == 201, made.text
    registrations = []
    for attendee in people:
        wish = {"conference": made.json()["data"]["id"], "attendee": attendee}
        answer = await client.post("/api/v1/registrations/", json=wish)
        assert answer.status_code == 201, answer.text
        registrations.append(answer.json()["data"]["id"])
    return registrations


async def pay(client: httpx.AsyncClient, registrations: list[int]) -> None:
    """All at once; of whom the server dies under is to try again."""

    async def one(registration: int) -> None:
        body = {"registration_id": registration, "method": "mock"}
        with suppress(httpx.TransportError):
            answer = await client.post("/api/v1/payments/process/", json=body)
            assert answer.status_code in {200, 202, 409}, answer.text

    await asyncio.gather(*(one(registration) for registration in registrations))


async def call_off(client: httpx.AsyncClient, conference: int) -> None:
    """Whether the answer comes or the server is gone before."""
    with suppress(httpx.TransportError):
        path = f"/compat/event-hub/api/events/{conference}/cancel/"
        answer = await client.post(path)
        assert answer.status_code == 200, answer.text


async def killed_midway(server: Server, engine: AsyncEngine, already: int) -> int:
    """Killed as soon as some more have ended; how many had, and others had not."""
    async with asyncio.timeout(DONE_WITHIN), engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        while (await connection.execute(text(_ENDED))).scalar_one() <= already:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        await server.kill()
        ended = int((await connection.execute(text(_ENDED))).scalar_one())
    assert already < ended < PAID
    return ended


async def leases_run_out(engine: AsyncEngine) -> None:
    """What the dead had in hand is free after half a minute; nobody waits for it here."""
    await run(engine, "UPDATE outbox SET leased_until = now() WHERE leased_until IS NOT NULL")


async def nothing_open(engine: AsyncEngine) -> None:
    async with asyncio.timeout(DONE_WITHIN):
        while await ask(engine, _OPEN):  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.1)


async def test_whoever_paid_gets_the_money_back_once_and_hears_of_it_once(
    shared: AsyncEngine, environment: dict[str, str], tmp_path: Path
) -> None:
    scene = await all_have_paid(shared)
    server = await serve(environment, tmp_path)
    ended = 0
    async with as_organizer(server) as client:
        others = await others_register(client, scene.attendees[PAID:])
        rush = asyncio.gather(pay(client, others), call_off(client, scene.conference))
        ended = await killed_midway(server, shared, ended)
        await rush
    for _ in range(KILLS - 1):
        await leases_run_out(shared)
        server = await serve(environment, tmp_path)
        ended = await killed_midway(server, shared, ended)
    await leases_run_out(shared)
    server = await serve(environment, tmp_path)
    try:
        async with as_organizer(server) as client:
            await pay(client, others)
            await nothing_open(shared)
            path = f"/compat/event-hub/api/events/{scene.conference}/statistics/"
            statistics = (await client.get(path)).json()
    finally:
        await server.stop()
    assert (statistics["total_attendees"], statistics["total_revenue"]) == (0, 0.0)
    assert await broken_promises(shared) == []
    await all_have_their_money_back(shared, scene)
    await all_were_told_once(shared, tmp_path / "mail")
    await invoices_are_numbered_without_a_gap(shared)


async def all_have_their_money_back(engine: AsyncEngine, scene: Scene) -> None:
    claims = f"FROM registrations WHERE conference_id = {scene.conference}"
    assert await counted(engine, f"SELECT status {claims}") == {("cancelled",): PAID}
    ends = f"SELECT status FROM payments WHERE registration_id IN (SELECT id {claims})"
    assert await counted(engine, ends) == {("refunded",): PAID}
    refunds = await counted(engine, "SELECT payment_id, amount_minor FROM refunds")
    assert set(refunds.values()) == {1}
    assert len(refunds) == PAID
    assert {amount for _, amount in refunds} == {PRICE_MINOR}
    for (registration,) in await counted(engine, f"SELECT id {claims}"):
        found = await ledger.find(UnitOfWork(engine), ADMIN, registration)
        sums = (found.captured.minor, found.refunded.minor, found.balance.minor)
        assert sums == (PRICE_MINOR, PRICE_MINOR, 0)


async def all_were_told_once(engine: AsyncEngine, mail_dir: Path) -> None:
    """By a message each, which made a mail and a notification each."""
    news = ("registration_cancelled", "payment_refunded")
    told = await counted(engine, f"SELECT kind, subject FROM outbox WHERE kind IN {news}")
    assert set(told.values()) == {1}
    assert Counter(kind for kind, _ in told) == dict.fromkeys(news, PAID)
    mails = mails_in(mail_dir)
    assert set(mails.values()) == {1}
    kinds = Counter(kind for kind, _ in mails)
    assert {kind: kinds[kind] for kind in news} == dict.fromkeys(news, PAID)
    heard = await counted(
        engine,
        "SELECT user_id, kind FROM notifications WHERE kind IN ('event_cancelled', 'refund')",
    )
    assert set(heard.values()) == {1}
    assert Counter(kind for _, kind in heard) == {"event_cancelled": PAID, "refund": PAID}


def mails_in(directory: Path) -> Counter[tuple[str, str]]:
    """Of which kind, and to whom."""
    return Counter(
        (
            path.stem.partition("-")[2],
            str(BytesHeaderParser().parsebytes(path.read_bytes())["To"]),
        )
        for path in directory.glob("*.eml")
    )


async def invoices_are_numbered_without_a_gap(engine: AsyncEngine) -> None:
    numbers = await counted(engine, "SELECT sequence FROM invoices")
    assert sorted(numbers.elements()) == [(n,) for n in range(1, PAID + OTHERS + 1)]
    assert set((await counted(engine, "SELECT number FROM invoices")).values()) == {1}
