import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.pages import PageRequest
from app.domain.reports import ReportFilter
from tests.factories import Units, a_conference, a_registration, a_session, a_ticket_type
from tests.repositories.counting import counted


@pytest.mark.parametrize("lines", [1, 3])
async def test_a_report_takes_two_statements_however_long(
    uow: Units, engine: AsyncEngine, lines: int
) -> None:
    conference = await a_conference(uow)
    other = await a_conference(uow)
    for hour in range(lines):
        await a_registration(uow, await a_ticket_type(uow, other))
        await a_registration(uow, await a_session(uow, conference, hour=hour))
    for _ in range(lines - 1):
        await a_conference(uow)
    async with uow().reading() as tx:
        with counted(engine) as statements:
            by_session = await tx.reports.sessions(ReportFilter(), PageRequest())
            by_conference = await tx.reports.conferences(ReportFilter(), PageRequest())
            by_type = await tx.reports.ticket_types(ReportFilter(), PageRequest())
    assert len(statements) == 6
    assert (len(by_session.items), by_session.count) == (lines, lines)
    assert (len(by_conference.items), by_conference.count) == (lines + 1, lines + 1)
    assert (len(by_type.items), by_type.count) == (lines, lines)


async def test_a_page_past_the_end_still_knows_the_count(uow: Units) -> None:
    await a_session(uow)
    async with uow().reading() as tx:
        page = await tx.reports.sessions(ReportFilter(), PageRequest(number=2))
    assert (list(page.items), page.count) == ([], 1)
