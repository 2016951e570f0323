import csv
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from app.documents.comma_separated import heading, lines, written
from app.domain.exports import COLUMNS, Export, Row, Subject, inert


async def _chunks(*chunks: Sequence[Row]) -> AsyncIterator[Sequence[Row]]:
    for rows in chunks:
        yield rows


def an_export(*chunks: Sequence[Row]) -> Export:
    subject = Subject.PAYMENTS
    columns = COLUMNS[subject][:3]
    return Export(name="all", subject=subject, columns=columns, chunks=_chunks(*chunks))


async def test_the_first_block_says_what_it_is_and_holds_the_header() -> None:
    blocks = [block async for block in written(an_export([(1, "Ä", 7)], [(2, None, 8)]))]
    assert blocks == [
        "\ufeffConference ID,Conference,Payment ID\r\n1,Ä,7\r\n".encode(),
        b"2,,8\r\n",
    ]


async def test_nothing_is_a_header_alone() -> None:
    blocks = [block async for block in written(an_export())]
    assert blocks == ["\ufeffConference ID,Conference,Payment ID\r\n".encode()]


def test_numbers_stay_numbers_and_times_are_utc() -> None:
    at = datetime(2026, 8, 1, 10, 0, 0, 999, timezone(timedelta(hours=2)))
    assert lines([(5, Decimal("-99.00"), at, None)]) == "5,-99.00,2026-08-01T08:00:00Z,\r\n"
    assert lines([(datetime(2026, 8, 1, tzinfo=UTC),)]) == "2026-08-01T00:00:00Z\r\n"


@given(
    st.lists(st.tuples(st.integers(), st.text(st.characters(codec="utf-8")), st.text()), min_size=1)
)
def test_any_text_comes_back(rows: list[tuple[int, str, str]]) -> None:
    read = list(csv.reader(StringIO(lines(rows), newline="")))
    assert read == [[str(number), inert(first), inert(second)] for number, first, second in rows]


def test_the_header_is_one_line() -> None:
    for columns in COLUMNS.values():
        assert heading(columns).count("\r\n") == 1
