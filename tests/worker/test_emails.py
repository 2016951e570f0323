"""What the mails say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from jinja2 import TemplateNotFound
from jinja2.exceptions import SecurityError

from app.domain.money import Money
from app.domain.payments import PaymentStatus
from app.domain.recommendations import Reason, ReasonKind, Recommendation
from app.domain.registrations import RegistrationStatus
from app.domain.sessions import Session
from app.domain.times import TimeRange
from app.repositories.mails import Addressee
from tests.worker.letters import FREE, held, payment, registration
from worker import emails
from worker.emails import _TEMPLATES
from worker.mailer import Letter

SUGGESTED = Session(
    id=3,
    conference_id=1,
    conference_name="Tech Summit 2027",
    organizer_id=None,
    name="Deep learning <in> practice",
    description="",
    speaker="Jane Doe",
    room="",
    period=TimeRange(
        start=datetime(2027, 9, 2, 8, 0, tzinfo=UTC), end=datetime(2027, 9, 2, 9, 0, tzinfo=UTC)
    ),
    capacity=None,
    seats_taken=0,
    price=FREE,
    created_at=datetime(2027, 1, 1, tzinfo=UTC),
    updated_at=datetime(2027, 1, 1, tzinfo=UTC),
)
TO = Addressee(name="John Smith", email="john@example.com")
REASONS = (
    Reason(kind=ReasonKind.SPEAKER, value="Jane Doe"),
    Reason(kind=ReasonKind.TOPIC, value="learning"),
)
FAILED = payment(PaymentStatus.FAILED, held(), "The card was declined.")

CASES: dict[str, tuple[Callable[[], Letter], str, list[str]]] = {
    "registered": (
        lambda: emails.registered(registration()),
        "You are registered: Keynote: Future of AI",
        ["Wednesday, 1 September 2027, 09:00 to 10:30 (America/Los_Angeles)", "Jane Doe"],
    ),
    "held": (
        lambda: emails.registered(held()),
        "Please pay to keep your place: Keynote: Future of AI",
        ["Please pay by", "Sunday, 1 August 2027, 09:30 (America/Los_Angeles)", "49.00 USD"],
    ),
    "waitlisted": (
        lambda: emails.waitlisted(registration(status=RegistrationStatus.WAITLISTED)),
        "You are on the waitlist: Keynote: Future of AI",
        ["As soon as one becomes free and it is your turn"],
    ),
    "promoted": (
        lambda: emails.promoted(registration(ticket_type_name="VIP")),
        "A place for you: Keynote: Future of AI",
        ["became free, and it is yours", "VIP"],
    ),
    "promoted to pay": (
        lambda: emails.promoted(held()),
        "A place for you, please pay for it: Keynote: Future of AI",
        ["became free, and it is yours", "Please pay by", "49.00 USD"],
    ),
    "held for nothing": (
        lambda: emails.registered(held(price=FREE)),
        "Please confirm to keep your place: Keynote: Future of AI",
        ["Please confirm by", "Sunday, 1 August 2027, 09:30 (America/Los_Angeles)"],
    ),
    "admission": (
        lambda: emails.registered(
            registration(
                session_name="",
                room="",
                speaker="",
                period=TimeRange(
                    start=datetime(2027, 9, 1, 7, tzinfo=UTC),
                    end=datetime(2027, 9, 4, 7, tzinfo=UTC),
                ),
            )
        ),
        "You are registered: Tech Summit 2027",
        ["Wednesday, 1 September 2027 to Friday, 3 September 2027"],
    ),
    "cancelled by its owner": (
        lambda: emails.cancelled(registration(end_reason="cancelled_by_owner")),
        "Registration cancelled: Keynote: Future of AI",
        ["You cancelled it yourself."],
    ),
    "cancelled with the conference": (
        lambda: emails.cancelled(registration(end_reason="conference_cancelled")),
        "Registration cancelled: Keynote: Future of AI",
        ["The conference has been cancelled."],
    ),
    "cancelled by somebody": (
        lambda: emails.cancelled(registration(end_reason="cancelled")),
        "Registration cancelled: Keynote: Future of AI",
        ["It was cancelled by the organizer."],
    ),
    "moved": (
        lambda: emails.moved(registration()),
        "Your registration has changed: Keynote: Future of AI",
        ["has been moved to"],
    ),
    "hold expired": (
        lambda: emails.hold_expired(held(status=RegistrationStatus.EXPIRED)),
        "Your place was released: Keynote: Future of AI",
        ["No payment arrived in time", "Nothing was charged"],
    ),
    "paid": (
        lambda: emails.payment_paid(payment(PaymentStatus.PAID, registration())),
        "Payment received: Keynote: Future of AI",
        ["49.00 USD", "payment no. 7", "is confirmed"],
    ),
    "failed": (
        lambda: emails.payment_failed(FAILED),
        "Payment not successful: Keynote: Future of AI",
        ["Nothing was charged", "The card was declined.", "You may try again until"],
    ),
    "refunded": (
        lambda: emails.payment_refunded(payment(PaymentStatus.REFUNDED, registration())),
        "Payment refunded: Keynote: Future of AI",
        ["49.00 USD", "has been refunded"],
    ),
    "refunded in part": (
        lambda: emails.payment_refunded(
            replace(payment(PaymentStatus.PAID, registration()), refunded_minor=1000)
        ),
        "Part of your payment refunded: Keynote: Future of AI",
        ["10.00 USD of your payment of 49.00 USD", "stays confirmed"],
    ),
    "recommendations": (
        lambda: emails.recommendations(TO, [Recommendation(session=SUGGESTED, reasons=REASONS)]),
        "Sessions you may like",
        ["Thursday, 2 September 2027, 08:00 to 09:00", "speaker: Jane Doe, topic: learning"],
    ),
    "no recommendations": (
        lambda: emails.recommendations(TO, []),
        "Sessions you may like",
        ["there is no upcoming session"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_mail_says_what_it_must_in_both_forms(case: str) -> None:
    make, subject, sentences = CASES[case]
    letter = make()

    assert letter.subject == subject
    assert letter.to_address == "john@example.com"
    for body in (letter.text, letter.html):
        assert "Hello John Smith," in body
        for sentence in sentences:
            assert sentence in body.replace("<strong>", "").replace("</strong>", "")
    assert "\n\n\n" not in letter.text
    assert "\n\nPlenary\n" in letter.text
    assert "<" not in letter.text.replace("<in>", "")


def test_a_mail_shows_no_time_to_pay_where_there_is_none() -> None:
    for letter in (
        emails.moved(registration()),
        emails.payment_failed(payment(PaymentStatus.FAILED, registration())),
    ):
        assert "until" not in letter.text
        assert "Please pay" not in letter.html


def test_what_people_typed_cannot_become_markup() -> None:
    evil = '<script>alert("x")</script>{{ 7 * 7 }}'
    letter = emails.registered(registration(session_name=evil, room=evil, speaker=evil))

    assert "<script>" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "{{ 7 * 7 }}" in letter.html
    assert "49" not in letter.text


def test_line_breaks_in_names_stay_out_of_the_text() -> None:
    name = "Keynote\r\nBcc: all@x.example\x00\u2028now"
    letter = emails.registered(
        registration(session_name=name, to=Addressee(name=name, email="a@b.c"))
    )

    assert letter.subject == "You are registered: Keynote Bcc: all@x.example now"
    assert "\r" not in letter.text
    assert not any(line.startswith("Bcc") for line in letter.text.splitlines())


def test_templates_cannot_reach_into_python() -> None:
    with pytest.raises(SecurityError):
        _TEMPLATES.from_string("{{ name.__class__.__mro__ }}").render(name="x")
    with pytest.raises(TemplateNotFound):
        _TEMPLATES.get_template("../mailer.py")


@pytest.mark.parametrize(
    ("money", "shown"),
    [
        (Money(minor=123456, currency="USD"), "1,234.56 USD"),
        (Money(minor=500, currency="JPY"), "500 JPY"),
        (Money(minor=1500, currency="KWD"), "1.500 KWD"),
    ],
)
def test_prices_have_the_digits_of_their_currency(money: Money, shown: str) -> None:
    assert emails.price(money) == shown


def test_a_session_over_midnight_shows_both_days() -> None:
    night = TimeRange(
        start=datetime(2027, 9, 1, 22, 0, tzinfo=UTC), end=datetime(2027, 9, 2, 2, 0, tzinfo=UTC)
    )
    shown = "Wednesday, 1 September 2027, 22:00 to Thursday, 2 September 2027, 02:00 (UTC)"
    assert emails.when(night, "UTC") == shown
