"""CSV as people have it: whatever stands in the other lines, each record is read for itself."""

import re
from pathlib import Path

import pytest

from app.config import ConfigurationError
from app.importing.lines import ATTENDEES, EVENTS
from app.importing.tables import Columns, Record, Table

ROOT = Path(__file__).parents[2]
HEADER = "event,name,email\n"


def read(path: Path, content: str | bytes, columns: Columns = ATTENDEES) -> list[Record]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with Table(path, columns) as table:
        return list(table)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


def test_records_come_with_their_lines(file: Path) -> None:
    records = read(file, HEADER + "Summit,Bob,bob@example.com\n\nSummit,Al,al@example.com\n")
    assert [(one.line, one.values["name"]) for one in records] == [(2, "Bob"), (4, "Al")]
    assert records[0].text == "Summit,Bob,bob@example.com"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_header_tells_how_the_file_is_written(
    file: Path, delimiter: str, ending: str, mark: bytes
) -> None:
    lines = [("E-Mail", "Name", "Event Name"), ("zoë@example.com", "Zoë", "Tea; or, coffee")]
    text = ending.join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    [record] = read(file, mark + text.encode())
    assert record.values == {"email": "zoë@example.com", "name": "Zoë", "event": "Tea; or, coffee"}


def test_quotation_marks_hold_delimiters_marks_and_lines(file: Path) -> None:
    content = (
        "name,start_time,end_time,max_capacity,description\n"
        'Tea,2031-01-01T10:00:00Z,2031-01-01T11:00:00Z,5,"One, ""two"",\nthree"\n'
        "Soup,2031-01-02T10:00:00Z,2031-01-02T11:00:00Z,5,\n"
    )
    tea, soup = read(file, content, EVENTS)
    assert tea.values["description"] == 'One, "two",\nthree'
    assert (tea.line, soup.line) == (2, 4)


@pytest.mark.parametrize(
    "stray",
    [
        'Summit,"Bob,bob@example.com',
        'Summit,Bob,"bob@example.com',
        '"Summit,Bob,bob@example.com',
        'Summit,"Bob" Builder,bob@example.com',
    ],
)
@pytest.mark.parametrize(
    "following",
    [
        'Summit,"Smith, Cy",cy@example.com',
        '"Summit",Cy,cy@example.com',
        'Summit,Cy,"cy@example.com"',
        "Summit,Cy,cy@example.com",
    ],
)
def test_a_stray_quotation_mark_costs_its_own_line(file: Path, stray: str, following: str) -> None:
    first, bad, *others = read(
        file, f"{HEADER}S,Al,al@example.com\n{stray}\n" + 3 * f"{following}\n"
    )
    assert (first.fault, bad.line, bad.fault) == ("", 3, "The quotation marks do not match.")
    assert bad.text == stray
    assert [(one.line, one.fault, one.values["email"]) for one in others] == [
        (4, "", "cy@example.com"),
        (5, "", "cy@example.com"),
        (6, "", "cy@example.com"),
    ]


def test_a_mark_that_nobody_closes_does_not_swallow_the_file(file: Path) -> None:
    good = "".join(f"Summit,P{n},p{n}@example.com\n" for n in range(500))
    bad, *others = read(file, f'{HEADER}Summit,"Bob,bob@example.com\n{good}')
    assert bad.fault
    assert [one.line for one in others] == list(range(3, 503))
    assert not any(one.fault for one in others)


def test_two_stray_marks_cost_two_lines(file: Path) -> None:
    lines = ['Summit,"Bob,b@example.com', "Summit,Al,a@example.com", 'Summit,Cy",c@example.com']
    records = read(file, HEADER + "\n".join(lines))
    assert [bool(one.fault) for one in records] == [True, False, False]
    # What is left of the second is a name with a mark in it.
    assert records[2].values["name"] == 'Cy"'


def test_too_many_values_are_said_and_empty_ones_are_not(file: Path) -> None:
    many, padded, few = read(file, HEADER + "a,b,c,d,e\na,b,c,,\na,b\n")
    assert many.fault == "The line has 5 values, the header has 3."
    assert (padded.fault, few.fault) == ("", "")
    assert "email" not in few.values


def test_what_is_not_utf_8_stays_in_its_line(file: Path) -> None:
    latin, good = read(file, HEADER.encode() + b"Summit,Zo\xeb,z@e.com\nSummit,Al,al@e.com\n")
    assert latin.text.encode("utf-8", "surrogateescape") == b"Summit,Zo\xeb,z@e.com"
    assert good.values["name"] == "Al"


def test_a_line_without_an_end_is_one_bad_line(file: Path) -> None:
    long, good = read(file, HEADER + "x" * 350_000 + "\nSummit,Al,al@e.com\n")
    assert long.fault == "The line is longer than 100000 characters."
    assert (good.line, good.values["name"]) == (3, "Al")


def test_headings_that_mean_nothing_are_told(file: Path) -> None:
    file.write_text("event,name,email,shoe size,\nSummit,Bob,bob@example.com,44,\n")
    with Table(file, ATTENDEES) as table:
        assert table.unused == ["shoe size"]
        [record] = table
        assert set(record.values) == {"event", "name", "email"}
        assert table.position == table.size == file.stat().st_size


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty."),
        (b"\n \n", "is empty."),
        (b"event,name\n", "has no column “email”. Its first line has to name event or event_id"),
        (b"name,email\n", "has no column “event”."),
        (b"event,name,email,e-mail\n", "has more than one column “email”."),
        ("event,name,email\n".encode("utf-16"), "is not text in UTF-8."),
        (b"\x00\x01\x02", "is not text in UTF-8."),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_at_once(
    file: Path, content: bytes, said: str
) -> None:
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=f"{file.name} {said[:40]}"):
        Table(file, ATTENDEES)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        Table(tmp_path / "nothing.csv", EVENTS)
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        Table(tmp_path, EVENTS)


@pytest.mark.parametrize(("title", "columns"), [("Events", EVENTS), ("Attendees", ATTENDEES)])
def test_the_document_lists_every_column_by_all_its_names(title: str, columns: Columns) -> None:
    text = (ROOT / "docs" / "importing.md").read_text()
    part = text.partition(f"**{title}.**")[2].partition("\n\n**")[0].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z_]+)` \| (.*?) \|", part, re.MULTILINE)
    documented = {name: (name, *re.findall(r"`([a-z_]+)`", also)) for name, also in rows}
    assert documented == {name: tuple(names) for name, names in columns.names.items()}
