"""A conference with many registrations ends in bites; whoever is interrupted goes on."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import closing
from app.domain.access import Caller, Role
from app.domain.errors import ConferenceInactive, UnknownReference
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork
from tests.factories import a_registration, a_session, a_user, caller
from tests.worker import rows

MakeUow = Callable[[], UnitOfWork]
MANY = 2_500
BITE = 1_000
# Admissions and sessions, paid and free, some waiting: the seats are counted as they are taken.
SCENE = (
    (
        "INSERT INTO attendees (name, email, email_folded, created_at, updated_at)"
        " SELECT 'A' || n, 'a' || n || '@x.example', 'a' || n || '@x.example', now(), now()"
        " FROM generate_series(1, {many}) n"
    ),
    (
        "INSERT INTO registrations (conference_id, session_id, attendee_id, status, price_minor,"
        " starts_at, ends_at, created_at)"
        " SELECT s.conference_id, CASE WHEN a.id % 5 = 0 THEN s.id END, a.id,"
        " CASE WHEN a.id % 7 = 0 THEN 'waitlisted' ELSE 'confirmed' END, 4900,"
        " CASE WHEN a.id % 5 = 0 THEN s.starts_at END,"
        " CASE WHEN a.id % 5 = 0 THEN s.ends_at END, now()"
        " FROM attendees a, sessions s WHERE s.id = {session} ORDER BY a.id"
    ),
    (
        "INSERT INTO payments (registration_id, amount_minor, status, created_at, settled_at)"
        " SELECT id, price_minor, 'paid', now(), now() FROM registrations"
        " WHERE status = 'confirmed' AND id % 2 = 0"
    ),
    (
        "UPDATE conferences c SET seats_taken = (SELECT count(*) FROM registrations r"
        " WHERE r.conference_id = c.id AND r.session_id IS NULL AND r.status = 'confirmed'),"
        " waiting = (SELECT count(*) FROM registrations r"
        " WHERE r.conference_id = c.id AND r.session_id IS NULL AND r.status = 'waitlisted')"
    ),
    (
        "UPDATE sessions s SET seats_taken = (SELECT count(*) FROM registrations r"
        " WHERE r.session_id = s.id AND r.status = 'confirmed'),"
        " waiting = (SELECT count(*) FROM registrations r"
        " WHERE r.session_id = s.id AND r.status = 'waitlisted')"
    ),
)
CLAIMS = "SELECT count(*) FROM registrations WHERE status IN ('confirmed', 'waitlisted')"


async def a_crowd(engine: AsyncEngine, uow: MakeUow, many: int) -> tuple[int, Caller]:
    session = await a_session(uow)
    for statement in SCENE:
        await rows.run(engine, statement.format(many=many, session=session.id))
    return session.conference_id, caller(await a_user(uow, role=Role.ADMIN))


async def ending(engine: AsyncEngine) -> list[int]:
    """The conferences whose ending is announced and not yet worked off; they are settled here."""
    done = text(
        "UPDATE outbox SET state = 'done' WHERE kind = 'conference_ending' AND state = 'open'"
        " RETURNING subject"
    )
    async with engine.begin() as connection:
        return list((await connection.execute(done)).scalars())


async def ensure_all_is_over(engine: AsyncEngine) -> None:
    assert await rows.ask(engine, CLAIMS) == 0
    for told, of in (
        ("registration_cancelled", "SELECT count(*) FROM registrations"),
        ("payment_refunded", "SELECT count(*) FROM payments"),
    ):
        once = f"SELECT count(DISTINCT subject) FROM outbox WHERE kind = '{told}'"
        every = f"SELECT count(*) FROM outbox WHERE kind = '{told}'"
        assert await rows.ask(engine, once) == await rows.ask(engine, every)
        assert await rows.ask(engine, every) == await rows.ask(engine, of)
    refunded = "SELECT bool_and(status = 'refunded') FROM payments"
    assert await rows.ask(engine, refunded) is True
    for table in ("conferences", "sessions"):
        assert await rows.ask(engine, f"SELECT max(seats_taken + waiting) FROM {table}") == 0


@pytest.mark.parametrize("end", [closing.cancel_conference, closing.delete_conference])
async def test_many_claims_end_in_bites(
    engine: AsyncEngine, uow: MakeUow, end: Callable[..., object]
) -> None:
    conference, admin = await a_crowd(engine, uow, MANY)
    await end(uow(), admin, conference, utc_now(), BITE)  # type: ignore[misc]

    assert await rows.ask(engine, CLAIMS) == MANY - BITE
    bites = 0
    while subjects := await ending(engine):
        assert subjects == [conference]
        bites += 1
        await closing.go_on_ending(uow(), conference, utc_now(), BITE)
    assert bites == 2
    await ensure_all_is_over(engine)


async def test_few_claims_end_at_once(engine: AsyncEngine, uow: MakeUow) -> None:
    conference, admin = await a_crowd(engine, uow, 30)
    cancelled = await closing.cancel_conference(uow(), admin, conference, utc_now())
    assert (cancelled.seats_taken, cancelled.waiting) == (0, 0)
    assert await ending(engine) == []
    await ensure_all_is_over(engine)


async def test_meanwhile_nobody_registers(engine: AsyncEngine, uow: MakeUow) -> None:
    crowd, admin = await a_crowd(engine, uow, 30)
    await closing.cancel_conference(uow(), admin, crowd, utc_now(), 10)
    async with uow().reading() as tx:
        own = (await tx.sessions.ids_of(crowd))[0]
        taken = await tx.sessions.find(own, admin)
    assert taken is not None
    with pytest.raises(ConferenceInactive):
        await a_registration(uow, taken)
    await closing.delete_conference(uow(), admin, crowd, utc_now(), 10)
    with pytest.raises(UnknownReference):
        await a_registration(uow, taken)


class Killed(Exception):
    """What happens to a process at any point."""


async def test_whoever_is_killed_leaves_nothing_half_done(
    engine: AsyncEngine, uow: MakeUow, monkeypatch: pytest.MonkeyPatch
) -> None:
    conference, admin = await a_crowd(engine, uow, 100)
    await closing.cancel_conference(uow(), admin, conference, utc_now(), 20)

    async def die(*_: object) -> None:
        raise Killed

    killed = 0
    while await rows.ask(engine, CLAIMS):
        # Before it is committed: the bite is undone whole, and its message is still there.
        left = await rows.ask(engine, CLAIMS)
        with monkeypatch.context() as patched:
            patched.setattr("app.repositories.uow.Transaction.announce", die)
            with pytest.raises(Killed):
                await closing.go_on_ending(uow(), conference, utc_now(), 20)
        assert await rows.ask(engine, CLAIMS) == left
        killed += 1
        # And after: its message is worked off once more, beside the next.
        for _ in range(2):
            await closing.go_on_ending(uow(), conference, utc_now(), 20)
    assert killed == 2
    await closing.go_on_ending(uow(), conference, utc_now(), 20)
    await ensure_all_is_over(engine)


async def test_what_is_not_over_does_not_end(engine: AsyncEngine, uow: MakeUow) -> None:
    conference, _ = await a_crowd(engine, uow, 10)
    await closing.go_on_ending(uow(), conference, utc_now())
    assert await rows.ask(engine, CLAIMS) == 10
