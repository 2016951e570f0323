"""Who is due, and for how long they were there, as the database counts it."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import checking_in
from app.domain.access import Caller, Role
from app.domain.certificates import (
    CertificateFilter,
    go_on_issuing,
    issue_due,
    issue_late,
    issue_to_all,
)
from app.domain.check_ins import Scan
from app.domain.conferences import Conference
from app.domain.pages import PageRequest
from app.domain.times import utc_now
from app.repositories.certificates import Certificates
from tests.factories import Units, a_conference, a_registration, a_session, a_user, an_attendee

ADMIN = Caller(user_id=1, username="a", email_folded="a@x", role=Role.ADMIN, family="")
PAGES_OF_TWO = [PageRequest(number=number, size=2) for number in (1, 2, 3)]


async def run(engine: AsyncEngine, statement: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(statement))


async def count(engine: AsyncEngine, statement: str) -> object:
    async with engine.connect() as connection:
        return (await connection.execute(text(statement))).scalar_one()


async def an_ended(uow: Units, engine: AsyncEngine, visitors: int) -> Conference:
    """A conference that ended a day ago, with people who came."""
    conference = await a_conference(uow)
    for _ in range(visitors):
        user = await a_user(uow, role=Role.ATTENDEE)
        await a_registration(uow, conference, await an_attendee(uow, user=user))
    await run(engine, "UPDATE registrations SET checked_in_at = now() WHERE checked_in_at IS NULL")
    await run(
        engine,
        f"UPDATE conferences SET starts_at = now() - interval '2 days',"
        f" ends_at = now() - interval '1 day' WHERE id = {conference.id}",
    )
    return conference


async def test_pages_go_on_where_the_last_one_ended(uow: Units, engine: AsyncEngine) -> None:
    for visitors in (2, 3):
        await an_ended(uow, engine, visitors)
        assert await issue_due(uow(), utc_now(), 500)
    async with uow().reading() as tx:
        pages = [
            await tx.certificates.page(CertificateFilter(), page, ADMIN.user_id, sees_all=True)
            for page in (PageRequest(number=1, size=9), *PAGES_OF_TWO)
        ]
    whole, *others = [page.items for page in pages]
    assert [page.count for page in pages] == [5] * 4
    assert [len(page) for page in others] == [2, 2, 1]
    assert [one for page in others for one in page] == whole
    assert whole == sorted(whole, key=lambda one: (one.issued_at, one.id), reverse=True)


async def test_no_hour_is_counted_twice(uow: Units, engine: AsyncEngine) -> None:
    conference = await a_conference(uow, multi_track=True)
    person = await an_attendee(uow)
    sessions = [await a_session(uow, conference, hour=hour, hours=2) for hour in (9, 13)]
    held = [await a_registration(uow, session, person) for session in sessions]
    start = sessions[0].period.start + timedelta(minutes=80)
    async with engine.connect() as connection:
        # Were a schedule ever to allow it: 9:00 to 11:00 and 10:20 to 12:20 are 3:20.
        await connection.execute(
            text("ALTER TABLE registrations DROP CONSTRAINT ex_registrations_schedule")
        )
        await connection.execute(
            text("UPDATE registrations SET starts_at = :start, ends_at = :end WHERE id = :id"),
            {"start": start, "end": start + timedelta(hours=2), "id": held[1].id},
        )
        found = await Certificates(connection).attendance(conference.id, person.id)
        await connection.rollback()
    assert found is not None
    assert found.hours == Decimal("3.33")


async def test_what_a_guest_called_themself_last_is_their_name(
    uow: Units, engine: AsyncEngine
) -> None:
    conference = await a_conference(uow, multi_track=True)
    person = await an_attendee(uow)
    first = await a_registration(uow, conference, person)
    second = await a_registration(uow, await a_session(uow, conference), person)
    await run(engine, f"UPDATE registrations SET guest_name = 'Countess' WHERE id = {first.id}")
    async with uow().reading() as tx:
        found = await tx.certificates.attendance(conference.id, person.id)
    assert found is not None
    assert found.name == "Countess"
    await run(engine, f"UPDATE registrations SET guest_name = 'Ada L.' WHERE id = {second.id}")
    async with uow().reading() as tx:
        found = await tx.certificates.attendance(conference.id, person.id)
    assert found is not None
    assert found.name == "Ada L."


async def test_whoever_came_gets_one_bite_by_bite(uow: Units, engine: AsyncEngine) -> None:
    conference = await an_ended(uow, engine, 5)
    await a_registration(uow, await a_conference(uow))
    done = "SELECT certified_at IS NOT NULL FROM conferences WHERE id = " + str(conference.id)
    for issued, certified in ((2, False), (4, False), (5, True)):
        assert await issue_due(uow(), utc_now(), most=2)
        assert await count(engine, "SELECT count(*) FROM certificates") == issued
        assert await count(engine, done) is certified
    assert not await issue_due(uow(), utc_now(), most=2)
    assert await count(engine, "SELECT count(*) FROM certificates WHERE issued_by IS NULL") == 5
    told = "SELECT count(*) FROM outbox WHERE kind = 'certificate_issued'"
    assert await count(engine, told) == 5
    noted = "SELECT count(DISTINCT user_id) FROM notifications WHERE kind = 'certificate'"
    assert await count(engine, noted) == 5
    assert await count(engine, "SELECT sum(unread_notifications) FROM users") == 5


@pytest.mark.parametrize(
    "otherwise",
    [
        "status = 'draft'",
        "status = 'cancelled'",
        "deleted_at = now()",
        "certified_at = now()",
        "ends_at = now() + interval '1 minute'",
        "starts_at = now() - interval '33 days', ends_at = now() - interval '31 days'",
    ],
)
async def test_nothing_comes_by_itself_of_a_conference_that_is_not_due(
    uow: Units, engine: AsyncEngine, otherwise: str
) -> None:
    await an_ended(uow, engine, 1)
    await run(engine, f"UPDATE conferences SET {otherwise}")
    assert not await issue_due(uow(), utc_now(), most=10)
    assert await count(engine, "SELECT count(*) FROM certificates") == 0


async def test_who_did_not_come_or_cancelled_or_has_one_gets_none(
    uow: Units, engine: AsyncEngine
) -> None:
    await an_ended(uow, engine, 3)
    await run(engine, "UPDATE registrations SET checked_in_at = NULL WHERE id = 1")
    await run(engine, "UPDATE registrations SET status = 'cancelled' WHERE id = 2")
    assert await issue_due(uow(), utc_now(), most=10)
    assert await count(engine, "SELECT array_agg(attendee_id) FROM certificates") == [3]
    await run(engine, "UPDATE conferences SET certified_at = NULL")
    assert await issue_due(uow(), utc_now(), most=10)
    assert await count(engine, "SELECT count(*) FROM certificates") == 1


async def test_a_check_in_that_reaches_us_late_is_certified_too(
    uow: Units, engine: AsyncEngine
) -> None:
    conference = await an_ended(uow, engine, 3)
    late = "UPDATE registrations SET checked_in_at = NULL WHERE id = 3 RETURNING ticket_code"
    async with engine.begin() as connection:
        code = str((await connection.execute(text(late))).scalar_one())
    assert await issue_due(uow(), utc_now(), most=10)
    assert not await issue_late(uow(), utc_now(), most=10)
    scan = Scan(code=code, nonce="offline", scanned_at=utc_now() - timedelta(days=1))
    await checking_in.upload(uow(), ADMIN, conference.id, [scan], utc_now())
    assert not await issue_due(uow(), utc_now(), most=10)
    assert await issue_late(uow(), utc_now(), most=10)
    assert not await issue_late(uow(), utc_now(), most=10)
    assert await count(engine, "SELECT count(*) FROM certificates") == 3


@pytest.mark.parametrize(
    "otherwise",
    [
        "UPDATE check_ins SET received_at = now() - interval '2 minutes'",
        "UPDATE check_ins SET undone_at = now()",
        "UPDATE registrations SET status = 'cancelled'",
        "UPDATE conferences SET status = 'cancelled'",
        "UPDATE conferences SET certified_at = NULL",
        "UPDATE conferences SET starts_at = '2020-01-01', ends_at = '2020-01-02'",
    ],
)
async def test_what_is_not_late_is_left_alone(
    uow: Units, engine: AsyncEngine, otherwise: str
) -> None:
    conference = await an_ended(uow, engine, 1)
    await run(engine, "UPDATE conferences SET certified_at = now()")
    await run(engine, "UPDATE registrations SET checked_in_at = NULL")
    async with engine.begin() as connection:
        found = await connection.execute(text("SELECT ticket_code FROM registrations"))
        code = str(found.scalar_one())
    scan = Scan(code=code, nonce="late")
    await checking_in.upload(uow(), ADMIN, conference.id, [scan], utc_now())
    async with engine.connect() as connection:
        certificates = Certificates(connection)
        window = (utc_now() - timedelta(days=30), utc_now())
        assert await certificates.lock_late(*window) is not None
        await connection.execute(text(otherwise))
        if "undone" in otherwise:
            await connection.execute(text("UPDATE registrations SET checked_in_at = NULL"))
        assert await certificates.lock_late(*window) is None
        await connection.rollback()


async def test_the_button_issues_in_bites_and_whoever_is_killed_goes_on(
    uow: Units, engine: AsyncEngine
) -> None:
    conference = await an_ended(uow, engine, 5)
    done = await issue_to_all(uow(), ADMIN, conference.id, utc_now(), most=2)
    assert (done.issued, done.remaining) == (2, 3)
    # The message that goes on is handled twice, by two at once, and after all is done.
    for issued in (4, 5, 5):
        last = (
            "SELECT subject FROM outbox WHERE kind = 'certificates_issuing' ORDER BY id DESC"
            " LIMIT 1"
        )
        subject = await count(engine, last)
        assert isinstance(subject, int)
        await go_on_issuing(uow(), subject, utc_now(), most=2)
        assert await count(engine, "SELECT count(*) FROM certificates") == issued
    assert await count(engine, "SELECT count(DISTINCT issued_by) FROM certificates") == 1
    told = "SELECT count(DISTINCT subject) FROM outbox WHERE kind = 'certificate_issued'"
    assert await count(engine, told) == 5
    again = await issue_to_all(uow(), ADMIN, conference.id, utc_now(), most=2)
    assert (again.issued, again.remaining) == (0, 0)


async def test_what_is_issued_goes_on_together_without_anything_twice(
    uow: Units, engine: AsyncEngine
) -> None:
    conference = await an_ended(uow, engine, 6)
    await issue_to_all(uow(), ADMIN, conference.id, utc_now(), most=1)
    subject = await count(engine, "SELECT subject FROM outbox WHERE kind = 'certificates_issuing'")
    assert isinstance(subject, int)
    await asyncio.gather(*(go_on_issuing(uow(), subject, utc_now(), most=2) for _ in range(4)))
    assert await count(engine, "SELECT count(*) FROM certificates") == 6
    await go_on_issuing(uow(), 404, utc_now())


async def test_nothing_goes_on_for_what_was_deleted(uow: Units, engine: AsyncEngine) -> None:
    conference = await an_ended(uow, engine, 2)
    await issue_to_all(uow(), ADMIN, conference.id, utc_now(), most=1)
    await run(engine, "UPDATE conferences SET deleted_at = now()")
    await go_on_issuing(uow(), 1, utc_now())
    assert await count(engine, "SELECT count(*) FROM certificates") == 1


async def test_those_that_have_ended_are_found_by_an_index(engine: AsyncEngine) -> None:
    await run(
        engine,
        "INSERT INTO conferences (name, starts_at, ends_at, status, certified_at, created_at,"
        " updated_at) SELECT 'C', now() - interval '2 days', now() - interval '1 day',"
        " 'published', now(), now(), now() FROM generate_series(1, 3000)",
    )
    await run(engine, "ANALYZE conferences")
    async with engine.connect() as connection:
        plan = await connection.execute(
            text(
                "EXPLAIN SELECT id FROM conferences WHERE ends_at > now() - interval '30 days'"
                " AND ends_at <= now() AND certified_at IS NULL AND deleted_at IS NULL"
                " AND status = 'published' ORDER BY ends_at, id LIMIT 1"
            )
        )
        assert "ix_conferences_uncertified" in "\n".join(plan.scalars())
