"""What is told of a registration is what the document says of it: nothing checks it on the way."""

from dataclasses import replace
from datetime import UTC, datetime

from pydantic_core import to_json

from app.domain.money import Money
from app.domain.own_registrations import OwnRegistration
from app.domain.times import TimeRange
from app.routers.v1.envelope import ok
from app.routers.v1.own_registrations import MyRegistrationOut
from app.routers.v1.registrations import RegistrationOut
from tests.domain.summit import CONFIRMED

NOON = datetime(2027, 9, 1, 12, tzinfo=UTC)
PAID = replace(
    CONFIRMED,
    price=Money(minor=5997, currency="USD"),
    confirmed_at=NOON,
    checked_in_at=NOON.replace(microsecond=5),
)


def test_a_registration_is_told_as_the_document_says() -> None:
    told = RegistrationOut.of(PAID, position=7)
    assert set(told) == set(RegistrationOut.model_fields)
    by_model = RegistrationOut.model_validate_json(to_json(told), strict=True)
    assert ok(told).body == ok(by_model).body
    assert by_model.price == 59.97


def test_so_is_ones_own() -> None:
    period = TimeRange(start=NOON, end=NOON.replace(hour=13))
    own = OwnRegistration(
        registration=PAID,
        conference_name="Tech Summit 2027",
        session_name="",
        location="San Francisco",
        timezone="America/Los_Angeles",
        conference_period=period,
    )
    told = MyRegistrationOut.of_own(own)
    assert set(told) == set(MyRegistrationOut.model_fields)
    by_model = MyRegistrationOut.model_validate_json(to_json(told), strict=True)
    assert ok(told).body == ok(by_model).body
    assert by_model.session_name is None
