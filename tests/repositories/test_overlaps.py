"""What the database takes for two at once is what overlaps, neither more nor less."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

LARGEST_EXACT = 2**53

# All pairs of stretches of up to three steps, of two whose ids follow one another.
_DIFFERENT = text(
    """
    WITH stretches AS (
        SELECT CAST(:id AS bigint) + whose AS id,
            tstzrange(start, start + length * step) AS period,
            period_of(CAST(:id AS bigint) + whose, start, start + length * step) AS box
        FROM CAST(:step AS interval) AS step, generate_series(0, 1) AS whose,
            generate_series(1, 3) AS length, generate_series(0, 5) AS place,
            LATERAL (SELECT CAST(:begin AS timestamptz) + place * step) AS at(start)
    )
    SELECT count(*) AS pairs,
        count(*) FILTER (WHERE one.id = other.id AND one.period && other.period) AS at_once,
        count(*) FILTER (
            WHERE (one.box && other.box)
            IS DISTINCT FROM (one.id = other.id AND one.period && other.period)
        ) AS different
    FROM stretches AS one, stretches AS other
    """
)


@pytest.mark.parametrize("id", [1, LARGEST_EXACT - 2])
@pytest.mark.parametrize(
    ("begin", "step"),
    [
        ("1969-12-31 23:59:59.999998+00:00", timedelta(microseconds=1)),
        ("2031-05-01 08:59:59.999998+00:00", timedelta(microseconds=1)),
        ("2241-12-31 23:59:59.999990+00:00", timedelta(microseconds=1)),
        ("1500-01-01 00:00:00+00:00", timedelta(seconds=1)),
        ("2255-06-05 23:47:32+00:00", timedelta(seconds=1)),
        ("9999-12-31 23:00:00+00:00", timedelta(seconds=1)),
    ],
)
async def test_the_end_of_one_may_be_the_beginning_of_another(
    engine: AsyncEngine, id: int, begin: str, step: timedelta
) -> None:
    async with engine.connect() as connection:
        values = {"id": id, "begin": datetime.fromisoformat(begin), "step": step}
        found = (await connection.execute(_DIFFERENT, values)).one()
    assert (found.pairs, found.different) == (36 * 36, 0)
    assert found.at_once > 36
