import logging
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.documents import certificate_pdf
from app.domain.certificates import Certificate
from app.domain.times import TimeRange
from tests.documents.reading import Paper, codes_in

NUMBER = "CERT-12-3456-7KQ4MZ2XW9HTR3BD"
URL = f"https://plenary.example/api/v1/public/certificates/{NUMBER}/"
NAMES = [
    "Ada Lovelace",
    "Zażółć Gęślą-Jaźń",
    "Владимир Ильинский",
    "Ελένη Παπαδοπούλου",
    "Nguyễn Thị Ánh Tuyết",
]
_FACTS: dict[str, Any] = {
    "id": 3,
    "number": NUMBER,
    "conference_id": 12,
    "conference_name": "Tech Summit 2031",
    "attendee_id": 3456,
    "attendee_name": "Ada Lovelace",
    "hours": Decimal("24.00"),
    "skill_tags": "python, distributed systems,",
    "issued_at": datetime(2031, 3, 4, 7, tzinfo=UTC),
    "downloaded_at": None,
    "period": TimeRange(
        start=datetime(2031, 2, 28, 23, tzinfo=UTC), end=datetime(2031, 3, 3, 23, tzinfo=UTC)
    ),
    "timezone": "Europe/Berlin",
    "location": "Congress Center Leipzig",
    "organizer_id": 1,
    "owner_id": 2,
}


def drawn(**changes: Any) -> bytes:
    return certificate_pdf.draw(Certificate(**(_FACTS | changes)), URL)


def printed(**changes: Any) -> Paper:
    return Paper(drawn(**changes))


def test_a_reader_finds_where_it_is_verified() -> None:
    picture = printed().picture()
    assert codes_in(picture) == [URL]
    assert codes_in(picture.resize((picture.width * 2 // 3, picture.height * 2 // 3))) == [URL]


def test_all_facts_are_on_one_sheet_across() -> None:
    paper = printed()
    assert paper.pages == 1
    assert paper.size == pytest.approx((297, 210), abs=0.1)
    for fact in (
        "CERTIFICATE",
        "OF ATTENDANCE",
        "Ada Lovelace",
        "Tech Summit 2031",
        "1 – 3 March 2031, Congress Center Leipzig",
        "python · distributed systems",
        "24 HOURS",
        "Tuesday, 4 March 2031",
        NUMBER,
    ):
        assert fact in paper.text


@pytest.mark.parametrize(
    ("hours", "said"), [("1.00", "1 HOUR"), ("0.50", "0.5 HOURS"), ("120.25", "120.25 HOURS")]
)
def test_hours_are_told_without_needless_digits(hours: str, said: str) -> None:
    lines = printed(hours=Decimal(hours)).lines
    assert said in " ".join(lines)
    assert said.split()[1] in [line.strip() for line in lines]


def test_one_day_is_named_and_no_place_is_left_out() -> None:
    day = TimeRange(
        start=datetime(2031, 3, 1, 8, tzinfo=UTC), end=datetime(2031, 3, 1, 10, tzinfo=UTC)
    )
    lines = printed(period=day, location="", skill_tags="").lines
    assert "Saturday, 1 March 2031" in [line.strip() for line in lines]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_written_in_their_own_letters(name: str) -> None:
    text = printed(attendee_name=name, conference_name=name, location=name).text
    assert text.count(name) == 3


@pytest.mark.parametrize("name", ["فاطمة الزهراء", "כנס הטכנולוגיה", "שלום world 2031"])
def test_arabic_and_hebrew_are_shaped(name: str) -> None:
    assert "□" not in printed(attendee_name=name, conference_name=name).text


@pytest.mark.parametrize(
    "name", ["東京タワー", "김철수", "👩‍💻 Ada 🎉", "สมชาย", "\u200b", "\u202eevil", " "]
)
def test_letters_that_the_fonts_lack_never_fail(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    paper = printed(attendee_name=name, conference_name=name, location=name, skill_tags=name)
    assert codes_in(paper.picture()) == [URL]
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("length", [60, 255, 2000])
@pytest.mark.parametrize("word", ["long ", "W", "Hohenlohe-", "فاطمة "])
def test_nothing_runs_over_however_long_it_is(word: str, length: int) -> None:
    text = (word * length)[:length]
    paper = printed(
        attendee_name=text,
        conference_name=text,
        location=text,
        skill_tags=f"{text}, {text}",
        hours=Decimal("99999.99"),
        number=f"CERT-{2**63 - 1}-{2**63 - 1}-7KQ4MZ2XW9HTR3BD",
    )
    assert paper.pages == 1
    assert codes_in(paper.picture()) == [URL]
    boxes = paper.boxes
    for number, one in enumerate(boxes):
        assert 20 < one[0] <= one[2] < 277, one
        assert 13 < one[1] <= one[3] < 197, one
        for other in boxes[number + 1 :]:
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            assert across <= 0.3 or down <= 1.2, (one, other)


def test_a_long_name_is_smaller_before_it_is_cut() -> None:
    name = "Maria-Magdalena Wilhelmina von und zu Hohenlohe-Schillingsfürst-Waldenburg"
    text = printed(attendee_name=name).text
    assert name in text
    assert "…" not in text
    assert "…" in printed(attendee_name=f"{name} " * 9).text


def test_no_tag_is_left_alone_or_torn_apart() -> None:
    tags = "python, distributed systems, machine learning, data engineering, cloud computing"
    lines = [
        line
        for line in printed(skill_tags=f"{tags}, security, observability, leadership").lines
        if "·" in line or "leadership" in line
    ]
    assert len(lines) == 1
    many = f"{tags}, security, observability, leadership, testing, open source, community"
    lines = [line for line in printed(skill_tags=many).lines if "·" in line]
    assert len(lines) == 2
    assert min(map(len, lines)) > 0.7 * max(map(len, lines))
    for tag in many.split(", "):
        assert sum(tag in line for line in lines) == 1


@pytest.mark.parametrize(
    ("changed", "above"),
    [
        ({"attendee_name": "Maria-Magdalena Wilhelmina von und zu Hohenlohe-Waldenburg"}, 142.0),
        ({"conference_name": "An International Conference on Very Large Data Bases " * 2}, 109.5),
    ],
)
def test_what_takes_two_lines_keeps_its_distance(changed: dict[str, str], above: float) -> None:
    """From the line above it, as from the one below; heights are measured from the foot."""
    [said] = changed.values()
    boxes = [box for box in printed(**changed).boxes if box[2] - box[0] > 60]
    own = [box for box in boxes if above - 22 < box[1] < above]
    assert len(own) == 2, said
    assert max(top for _, _, _, top in own) < above


def test_the_document_says_what_it_is_and_is_drawn_alike() -> None:
    paper = printed()
    assert paper.metadata["Title"] == f"Certificate {NUMBER}"
    assert paper.metadata["Author"] == "Tech Summit 2031"
    assert paper.metadata["CreationDate"].startswith("D:20310304070000")
    assert drawn() == drawn()
    assert URL.encode() in drawn()
