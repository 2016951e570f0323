"""Every operation, asked for by everybody."""

import pytest

from app.config import Settings
from tests.access.house import House
from tests.access.routes import operations
from tests.access.rows import Row
from tests.access.table import TABLE

_HERE = "tests/access"


def test_every_operation_has_a_row_and_every_row_an_operation(
    house: House, house_settings: Settings
) -> None:
    there = set(operations(house.app.app.routes, house_settings))
    named = {" ".join(row.route) for row in TABLE}
    untold, gone = sorted(there - named), sorted(named - there)
    assert not untold, f"who may ask for these is told nowhere: add rows in {_HERE}: {untold}"
    assert not gone, f"these rows in {_HERE} are of no operation: {gone}"


def test_a_row_is_told_once() -> None:
    told = [(str(row), str(row.body)) for row in TABLE]
    assert sorted(told) == sorted(set(told))


@pytest.mark.parametrize("row", TABLE, ids=str)
async def test_everybody_gets_the_answer_that_the_table_tells(house: House, row: Row) -> None:
    """A refusal leaves nothing behind, reading changes nothing, and no secret is told."""
    wrong = []
    idle = [role for role in row.statuses if not row.is_write_by(role)]
    for role in idle:
        wrong += await _faults(house, row, role)
    meant = {row.writes, "trail"} if row.writes else set()
    unmeant = [table for table in await house.changed() if table not in meant]
    if unmeant:
        wrong.append(f"{', '.join(unmeant)} changed, by one of {', '.join(idle)}")
    for role in [role for role in row.statuses if role not in idle]:
        await house.restore()
        wrong += await _faults(house, row, role)
    assert not wrong, "\n".join([str(row), *wrong])


async def _faults(house: House, row: Row, role: str) -> list[str]:
    """What is wrong about the answer that somebody gets."""
    answer = await house.ask(row, role)
    told = [] if row.tells else house.told(answer.text, role)
    found = [f"{role} is told {secret!r}" for secret in told]
    if answer.status_code != row.statuses[role]:
        found.append(f"{role}: {answer.status_code}, not {row.statuses[role]}: {answer.text[:300]}")
    return found
