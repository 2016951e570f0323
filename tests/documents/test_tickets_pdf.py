import logging
from datetime import timedelta
from hashlib import sha256

import pytest

from app.documents import ticket_pdf
from app.documents.sheet import FONTS
from app.domain.money import Money
from app.domain.registrations import RegistrationStatus
from app.domain.tickets import Ticket
from tests.documents.reading import Paper, codes_in
from tests.documents.samples import CODE, FREE, NOW, a_ticket, an_admission

NAMES = [
    "Ada Lovelace",
    "Zażółć Gęślą-Jaźń",
    "Владимир Ильинский",
    "Ελένη Παπαδοπούλου",
    "Nguyễn Thị Ánh Tuyết",
    "Þórður Æðarson",
    "Οδυσσέας & Лев O’Brien",
]
CARD = (9, 9, 201, 139)


def printed(ticket: Ticket) -> Paper:
    return Paper(ticket_pdf.draw(ticket, NOW))


def test_a_reader_finds_the_code_on_paper() -> None:
    assert codes_in(printed(a_ticket()).picture()) == [CODE]


def test_the_code_is_read_from_a_small_and_a_rotated_copy() -> None:
    picture = printed(a_ticket()).picture()
    assert codes_in(picture.resize((picture.width // 2, picture.height // 2))) == [CODE]
    assert codes_in(picture.rotate(90, expand=True)) == [CODE]


def test_all_facts_are_on_one_page_of_half_a_sheet() -> None:
    paper = printed(a_ticket())
    assert paper.pages == 1
    assert paper.size == pytest.approx((210, 148), abs=0.1)
    for fact in (
        "Tech Summit 2031",
        "Keynote: Future of AI",
        "Ada Lovelace",
        "Saturday, 1 March 2031",
        "09:00 – 10:30",
        "Europe/Berlin (UTC+01:00)",
        "Hall A",
        "Congress Center Leipzig",
        "49.00 USD",
        "Paid",
        CODE,
        "REGISTRATION 15",
        "ADMITS 1 person",
    ):
        assert fact in paper.text
    assert "not paid" not in paper.text.lower()


def test_an_admission_names_the_conference_its_days_and_the_ticket_type() -> None:
    text = printed(an_admission(quantity=3)).text
    for fact in (
        "Admission to Tech Summit 2031",
        "1 – 3 March 2031",
        "Saturday to Monday",
        "Early bird",
        "ADMITS 3 people",
    ):
        assert fact in text


def test_what_is_not_paid_says_so_twice_and_until_when() -> None:
    until = NOW + timedelta(minutes=30)
    ticket = a_ticket(status=RegistrationStatus.PENDING, confirmed_at=None, hold_expires_at=until)
    text = printed(ticket).text
    assert text.count("Not paid yet") == 2
    assert "once 49.00 USD is paid before Wednesday, 15 January 2031, 13:30" in text
    assert "Show the code at the door" not in text


def test_what_is_free_says_confirmed_or_not_yet() -> None:
    text = printed(a_ticket(price=FREE)).text
    assert "Free of charge" in text
    assert "Confirmed" in text
    text = printed(a_ticket(price=FREE, status=RegistrationStatus.PENDING)).text
    assert "Not confirmed yet: this ticket is good once the registration is confirmed." in text


def test_without_a_place_it_is_to_be_announced() -> None:
    assert "To be announced" in printed(a_ticket(room="", location="")).text


@pytest.mark.parametrize("name", NAMES)
def test_names_are_written_in_their_own_letters(name: str) -> None:
    text = printed(a_ticket(attendee_name=name, session_name=name, location=name)).text
    assert text.count(name) == 3


def test_decomposed_letters_are_composed() -> None:
    assert "Nguyễn Ź" in printed(a_ticket(attendee_name="Nguyễn Z\u0301")).text


@pytest.mark.parametrize(
    "name", ["فاطمة الزهراء", "כנס הטכנולוגיה", "Dr. فاطمة (Zahra) 2031", "שלום world"]
)
def test_arabic_and_hebrew_are_shaped_and_found_again(name: str) -> None:
    text = printed(a_ticket(attendee_name=name, session_name=name)).text
    assert "□" not in text
    for letter in set(name) - set(" ().لا"):
        assert letter in text


@pytest.mark.parametrize(
    "name", ["東京タワー", "김철수", "👩‍💻 Ada 🎉", "สมชาย", "\u200b", "\u202eevil", "𝕳𝖊𝖑𝖑𝖔", " "]
)
def test_letters_that_the_fonts_lack_never_fail(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    paper = printed(
        a_ticket(attendee_name=name, session_name=name, conference_name=name, room=name)
    )
    assert codes_in(paper.picture()) == [CODE]
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []


def test_letters_that_the_fonts_lack_are_boxes() -> None:
    assert "□□ Tokyo" in printed(a_ticket(location="東京 Tokyo")).text


@pytest.mark.parametrize("length", [60, 120, 255, 2000])
@pytest.mark.parametrize("word", ["long ", "W", "Hohenlohe-", "فاطمة "])
def test_nothing_runs_over_however_long_it_is(word: str, length: int) -> None:
    text = (word * length)[:length]
    ticket = an_admission(
        conference_name=text,
        attendee_name=text,
        location=text,
        ticket_type_name=text,
        registration_id=2**63 - 1,
        quantity=100,
        price=Money(minor=10**11, currency="USD"),
        status=RegistrationStatus.PENDING,
        hold_expires_at=NOW,
        timezone="America/Argentina/ComodRivadavia",
    )
    paper = printed(ticket)
    assert paper.pages == 1
    assert codes_in(paper.picture()) == [CODE]
    left, top, right, bottom = CARD
    for box in paper.boxes:
        assert left < box[0] <= box[2] < right, box
        assert 148 - bottom < box[1] <= box[3] < 148 - top, box
        # Nothing crosses the perforation.
        assert box[2] <= 138 or box[0] >= 138, box


def test_a_long_name_is_smaller_before_it_is_cut() -> None:
    name = "Maria-Magdalena Wilhelmina von und zu Hohenlohe-Schillingsfürst-Waldenburg"
    text = printed(a_ticket(attendee_name=name)).text
    assert name in text
    assert "…" not in text
    assert "…" in printed(a_ticket(attendee_name=f"{name} " * 9)).text


def test_lines_do_not_lie_upon_one_another() -> None:
    boxes = printed(a_ticket(location="Kongresszentrum " * 20, room="Raum " * 30)).boxes
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            assert across <= 0.3 or down <= 0.8, (one, other)


def test_the_document_says_what_it_is() -> None:
    paper = printed(a_ticket())
    assert paper.metadata["Title"] == "Ticket 15: Keynote: Future of AI"
    assert paper.metadata["Author"] == "Tech Summit 2031"
    assert paper.metadata["Creator"] == "Plenary"
    assert paper.metadata["CreationDate"].startswith("D:20310115120000")


def test_the_fonts_are_embedded_by_the_letter() -> None:
    drawn = ticket_pdf.draw(a_ticket(), NOW)
    assert len(drawn) < 40_000
    fonts = Paper(drawn).fonts
    assert {name.partition("+")[2] for name in fonts} == {
        "DejaVuSansCondensed",
        "DejaVuSansCondensedBold",
    }


def test_the_same_ticket_is_drawn_alike() -> None:
    assert ticket_pdf.draw(a_ticket(), NOW) == ticket_pdf.draw(a_ticket(), NOW)


def test_the_fonts_come_with_their_licence_untouched() -> None:
    lines = (FONTS / "SHA256SUMS").read_text().splitlines()
    sums = {name: expected for expected, name in map(str.split, lines)}
    assert set(sums) == {path.name for path in FONTS.glob("*.ttf")}
    for name, expected in sums.items():
        assert sha256((FONTS / name).read_bytes()).hexdigest() == expected
    assert "Bitstream" in (FONTS / "LICENSE").read_text()
