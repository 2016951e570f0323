"""Nobody gets two certificates of a conference, whoever issues them and how often."""

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.certificates import Certificate, Issuance, issue, issue_due, issue_to_all
from app.domain.errors import CertificateNotDue
from app.domain.times import utc_now
from tests.factories import Units
from tests.races.scene import ADMIN, set_up

ROUNDS = 5
VISITORS = 12


async def test_each_gets_one_of_all_who_issue_at_once(uow: Units, engine: AsyncEngine) -> None:
    scene = await set_up(engine, attendees=VISITORS, capacities=[])
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO registrations (conference_id, attendee_id, status, price_minor,"
                " created_at, checked_in_at) SELECT :conference, id, 'confirmed', 0, now(), now()"
                " FROM attendees"
            ),
            {"conference": scene.conference},
        )
        await connection.execute(
            text(
                "UPDATE conferences SET starts_at = now() - interval '2 hours',"
                " ends_at = now() - interval '1 hour'"
            )
        )
    for _ in range(ROUNDS):
        first = scene.attendees[0]
        answers = await asyncio.gather(
            *(issue(uow(), ADMIN, scene.conference, first, utc_now()) for _ in range(4)),
            *(issue_to_all(uow(), ADMIN, scene.conference, utc_now()) for _ in range(2)),
            *(issue_due(uow(), utc_now(), most=5) for _ in range(4)),
            return_exceptions=True,
        )
        expected = (Certificate, CertificateNotDue, Issuance, bool)
        assert [answer for answer in answers if not isinstance(answer, expected)] == []
        async with engine.begin() as connection:
            issued = await connection.execute(
                text("SELECT attendee_id FROM certificates ORDER BY attendee_id")
            )
            assert list(issued.scalars()) == scene.attendees
            told = await connection.execute(
                text("SELECT count(*) FROM outbox WHERE kind = 'certificate_issued'")
            )
            assert told.scalar_one() == VISITORS
            for statement in (
                "DELETE FROM certificates",
                "DELETE FROM outbox",
                "UPDATE conferences SET certified_at = NULL",
            ):
                await connection.execute(text(statement))
