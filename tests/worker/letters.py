"""Facts for mails, without a database."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.domain.money import Money
from app.domain.payments import PaymentStatus
from app.domain.registrations import RegistrationStatus
from app.domain.times import TimeRange
from app.repositories.mails import Addressee, PaymentFacts, RegistrationFacts

HELD_UNTIL = datetime(2027, 8, 1, 16, 30, tzinfo=UTC)
FREE = Money(minor=0, currency="USD")
PRICED = Money(minor=4900, currency="USD")


def registration(**changed: Any) -> RegistrationFacts:
    """A confirmed registration for a session in San Francisco."""
    facts = RegistrationFacts(
        registration_id=15,
        to=Addressee(name="John Smith", email="john@example.com"),
        conference_name="Tech Summit 2027",
        location="San Francisco",
        timezone="America/Los_Angeles",
        session_name="Keynote: Future of AI",
        speaker="Jane Doe",
        room="Hall 1",
        period=TimeRange(
            start=datetime(2027, 9, 1, 16, 0, tzinfo=UTC),
            end=datetime(2027, 9, 1, 17, 30, tzinfo=UTC),
        ),
        status=RegistrationStatus.CONFIRMED,
        end_reason="",
        quantity=1,
        price=FREE,
        hold_expires_at=None,
    )
    return replace(facts, **changed)


def held(**changed: Any) -> RegistrationFacts:
    """A priced registration that waits for its payment."""
    facts = registration(
        status=RegistrationStatus.PENDING, price=PRICED, hold_expires_at=HELD_UNTIL
    )
    return replace(facts, **changed)


def payment(status: PaymentStatus, facts: RegistrationFacts, reason: str = "") -> PaymentFacts:
    return PaymentFacts(
        payment_id=7,
        status=status,
        amount=PRICED,
        failure_reason=reason,
        wanted_outcome=None,
        callback_url="",
        registration=facts,
    )
