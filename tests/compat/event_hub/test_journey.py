"""An event from its draft to its certificates, as those who were there lived it: over HTTP alone.

The server is a process of its own, with its worker, its gateway and its mails.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.domain.times import utc_now
from app.runtime import create_engine
from tests.compat.event_hub.journey import NATIVE, Clock, House, Person, eventually
from tests.conftest import SECRET, settings_for
from tests.documents.reading import Paper, codes_in
from tests.processes import serve

PRICE = "29.99"
LENGTH = timedelta(hours=3)
AHEAD = timedelta(days=30)


@pytest.fixture
async def house(fresh_database: str, tmp_path: Path) -> AsyncIterator[House]:
    environment = {
        "PLENARY_DATABASE_URL": fresh_database,
        "PLENARY_SECRET_KEY": SECRET,
        "PLENARY_DRAIN_SECONDS": "0",
    }
    server = await serve(environment, tmp_path)
    async with httpx.AsyncClient(base_url=server.url, timeout=15) as client:
        yield House(client=client, mail_dir=tmp_path / "mail")
    await server.stop()


@pytest.fixture
async def clock(fresh_database: str) -> AsyncIterator[Clock]:
    engine = create_engine(settings_for(fresh_database), name="the clock")
    yield Clock(engine=engine)
    await engine.dispose()


@dataclass(kw_only=True)
class Journey:
    """Who is there, and what came of it so far; each step begins where the last one ended."""

    organizer: Person
    ada: Person
    ben: Person
    cleo: Person
    anybody: Person
    clock: Clock
    event: int = 0
    bookings: dict[str, int] = field(default_factory=dict)
    payments: dict[str, int] = field(default_factory=dict)
    certificate: dict[str, Any] = field(default_factory=dict)

    async def stands(
        self,
        *,
        attendees: int,
        waiting: int = 0,
        revenue: float,
        ratings: Sequence[int] = (),
    ) -> None:
        """The statistics, to the organizer; to all others nothing is earned."""
        expected = {
            "total_attendees": attendees,
            "available_spots": 2 - attendees,
            "waitlist_count": waiting,
            "reviews_count": len(ratings),
            "average_rating": sum(ratings) / len(ratings) if ratings else 0.0,
            "total_revenue": revenue,
        }
        path = f"events/{self.event}/statistics/"
        assert await self.organizer.sees(path) == expected
        for person in (self.ada, self.ben, self.cleo, self.anybody):
            assert await person.sees(path) == expected | {"total_revenue": 0.0}

    async def publishes(self) -> None:
        start = (utc_now() + AHEAD).replace(microsecond=0)
        body = {
            "title": "Advanced Python Workshop",
            "description": "Learn advanced Python concepts",
            "category": "workshop",
            "location": "Virtual",
            "is_online": True,
            "online_url": "https://meet.example/python",
            "start_date": start.isoformat(),
            "end_date": (start + LENGTH).isoformat(),
            "registration_deadline": (start - timedelta(days=1)).isoformat(),
            "max_attendees": 2,
            "price": PRICE,
            "tags": "python, advanced",
        }
        made = await self.organizer.makes("events/", body)
        self.event = made["id"]
        assert (made["status"], made["price"], made["available_spots"]) == ("draft", PRICE, 2)
        # Nobody else knows of a draft.
        for person in (self.ada, self.anybody):
            assert (await person.ask("GET", f"events/{self.event}/")).status_code == 404
        await self.ada.is_refused(404, f"events/{self.event}/publish/")
        published = await self.organizer.does(f"events/{self.event}/publish/")
        assert (published["status"], published["is_registration_open"]) == ("published", True)
        listed = await self.anybody.sees("events/?status=published")
        assert [one["id"] for one in listed] == [self.event]

    async def books(self, person: Person) -> None:
        made = await person.makes("bookings/", {"event": self.event})
        assert (made["status"], made["total_price"]) == ("pending", PRICE)
        self.bookings[person.name] = made["id"]
        twice = await person.is_refused(409, "bookings/", {"event": self.event})
        assert twice["code"] == "already_registered"
        # Where to meet is for those with a seat, and only those.
        assert (await self.anybody.sees(f"events/{self.event}/"))["online_url"] == ""
        # What has a price is not confirmed by a word.
        await person.is_refused(409, f"bookings/{made['id']}/confirm/")

    async def pays(self, person: Person) -> None:
        body = {"booking": self.bookings[person.name], "amount": PRICE, "method": "mock"}
        for amount in ("29.98", "0.00", "59.98"):
            refused = await person.is_refused(400, "payments/", body | {"amount": amount})
            assert (refused["code"], "amount" in refused) == ("amount_mismatch", True)
        for other in {self.ada.name, self.ben.name, self.cleo.name} - {person.name}:
            if other in self.bookings:
                foreign = body | {"booking": self.bookings[other]}
                await person.is_refused(404, "payments/", foreign)
        made = await person.makes("payments/", body)
        assert (made["status"], made["amount"]) == ("completed", PRICE)
        self.payments[person.name] = made["id"]
        assert (await person.is_refused(409, "payments/", body))["code"] == "already_paid"
        booking = await person.sees(f"bookings/{body['booking']}/")
        assert (booking["status"], bool(booking["confirmed_at"])) == ("confirmed", True)
        shown = await person.sees(f"events/{self.event}/")
        assert shown["online_url"] == "https://meet.example/python"

    async def comes_too_late_and_waits(self, person: Person) -> None:
        refused = await person.is_refused(409, "bookings/", {"event": self.event})
        assert (refused["code"], "waitlist" in refused["detail"]) == ("conference_full", True)
        made = await person.makes("waitlist/", {"event": self.event})
        assert (made["position"], made["user_name"]) == (1, person.name)
        self.bookings[person.name] = made["id"]
        assert await person.sees("waitlist/") == [made]
        assert await person.sees("bookings/") == []
        twice = await person.is_refused(409, "waitlist/", {"event": self.event})
        assert twice["code"] == "already_registered"
        # Whoever has a seat by then is not told that they wait.
        await person.hears([], ["verification_asked", "waitlisted"])

    async def is_refunded(self, person: Person) -> None:
        path = f"payments/{self.payments[person.name]}"
        await self.cleo.is_refused(404, f"{path}/refund/")
        refunded = await person.does(f"{path}/refund/")
        assert (refunded["status"], bool(refunded["refunded_at"])) == ("refunded", True)
        await person.is_refused(409, f"{path}/refund/")
        booking = await person.sees(f"bookings/{self.bookings[person.name]}/")
        assert (booking["status"], bool(booking["cancelled_at"])) == ("cancelled", True)
        receipt = await person.sees(f"{path}/receipt/")
        assert (receipt["refunded_amount"], receipt["net_amount"]) == (PRICE, "0.00")

    async def is_promoted(self, person: Person) -> None:
        assert await person.sees("waitlist/") == []
        [booking] = await person.sees("bookings/")
        assert booking["id"] == self.bookings[person.name]
        assert (booking["status"], booking["total_price"]) == ("pending", PRICE)
        await person.hears(["waitlist_promotion"], ["verification_asked", "waitlisted", "promoted"])
        assert PRICE in person.letter("promoted")

    async def has_papers(self, person: Person) -> None:
        """The third invoice of the organizer's: A's, B's and this one, and none is missing."""
        invoices = await self.organizer.sees("invoices/?ordering=issued_at")
        names = [self.ada.name, self.ben.name, self.cleo.name]
        assert [one["user_name"] for one in invoices] == names
        assert [one["payment"] for one in invoices] == [self.payments[name] for name in names]
        me = await self.organizer.sees("users/me/")
        numbers = [f"INV-{me['id']}-{utc_now():%Y}-{number:06}" for number in (1, 2, 3)]
        assert [one["invoice_number"] for one in invoices] == numbers
        [own] = await person.sees("invoices/")
        assert own == invoices[-1]
        assert (own["amount"], own["booking"]) == (PRICE, self.bookings[person.name])
        path = f"payments/{self.payments[person.name]}/receipt/"
        receipt = await person.sees(path)
        assert (receipt["invoice_number"], receipt["net_amount"]) == (numbers[-1], PRICE)
        assert (receipt["buyer_name"], receipt["seller_name"]) == (
            person.name,
            self.organizer.name,
        )
        paper = Paper(await person.file(path))
        for fact in (numbers[-1], receipt["transaction_id"], PRICE, person.name):
            assert fact in paper.text
        assert (await self.ben.ask("GET", path)).status_code == 404

    async def is_let_in(self, person: Person) -> None:
        """The contract has no door; the native one reads the ticket."""
        path = f"{NATIVE}/registrations/{self.bookings[person.name]}/ticket"
        [code] = codes_in(Paper(await person.file(f"{path}.pdf")).picture())
        scan = {"code": code, "nonce": "door-1", "conference": self.event}
        refused = await person.ask("POST", f"{NATIVE}/check-ins/", scan)
        assert refused.status_code == 403
        done = await self.organizer.does(f"{NATIVE}/check-ins/", scan)
        assert done["data"]["registration"] == self.bookings[person.name]
        again = scan | {"nonce": "door-2"}
        refused = await self.organizer.ask("POST", f"{NATIVE}/check-ins/", again)
        assert (refused.status_code, refused.json()["code"]) == (409, "already_checked_in")

    async def may_not_review(self, person: Person) -> None:
        refused = await person.is_refused(409, "reviews/", {"event": self.event, "rating": 1})
        assert refused["code"] == "review_not_allowed"

    async def reviews(self, person: Person, rating: int) -> None:
        body = {"event": self.event, "rating": rating, "title": "Excellent", "attended": True}
        made = await person.makes("reviews/", body | {"helpful_count": 99, "user": 1})
        assert (made["user_name"], made["rating"]) == (person.name, rating)
        assert (made["attended"], made["helpful_count"]) == (True, 0)
        twice = await person.is_refused(409, "reviews/", body)
        assert twice["code"] == "already_reviewed"

    async def is_certified(self, person: Person) -> None:
        """Nobody issues it: the sweeper does, to whoever was checked in."""

        async def look() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = await person.sees("certificates/")
            return found

        [self.certificate] = await eventually(look)
        assert (self.certificate["event"], self.certificate["user_name"]) == (
            self.event,
            person.name,
        )
        assert self.certificate["hours_completed"] == 3.0
        assert self.certificate["skill_tags"] == "python, advanced"
        for other in (self.ada, self.ben, self.organizer):
            assert await other.sees("certificates/") == []

    async def is_verified_by_its_code(self, person: Person) -> None:
        paper = Paper(await person.file(self.certificate["pdf_file"]))
        number = self.certificate["certificate_number"]
        assert person.name in paper.text
        assert number in paper.text
        [url] = codes_in(paper.picture())
        valid = (await self.anybody.sees(url))["data"]
        assert valid["valid"] is True
        assert (valid["number"], valid["attendee_name"]) == (number, person.name)
        assert (valid["conference"], valid["hours"]) == (self.event, 3.0)
        wrong = await self.anybody.ask("GET", url.replace(number, number[:-1] + "1"))
        assert wrong.status_code == 404
        marked = await person.does(f"certificates/{self.certificate['id']}/mark_as_downloaded/")
        assert marked["is_downloaded"] is True

    async def all_were_told(self) -> None:
        """Each thing once, in the house and by mail."""
        paid = ["payment", "booking_confirmation"]
        booked = ["verification_asked", "registered", "payment_paid"]
        await self.ada.hears(
            [*paid, "cancellation", "refund"],
            [*booked, "registration_cancelled", "payment_refunded"],
        )
        await self.ben.hears(paid, booked)
        await self.cleo.hears(
            ["waitlist_promotion", *paid, "certificate"],
            ["verification_asked", "waitlisted", "promoted", "payment_paid", "certificate_issued"],
        )
        assert self.certificate["certificate_number"] in self.cleo.letter("certificate_issued")
        assert PRICE in self.ada.letter("payment_refunded")


@pytest.fixture
async def journey(house: House, clock: Clock) -> Journey:
    return Journey(
        organizer=await house.sign_up("Olga", "Organizer", "organizer"),
        ada=await house.sign_up("Ada", "Lovelace", "attendee"),
        ben=await house.sign_up("Ben", "Zażółć", "attendee"),
        cleo=await house.sign_up("Cleo", "Παπαδοπούλου", "attendee"),
        anybody=Person(client=house.client),
        clock=clock,
    )


async def test_from_the_draft_to_the_certificate(journey: Journey) -> None:
    ada, ben, cleo = journey.ada, journey.ben, journey.cleo
    await journey.publishes()
    await journey.stands(attendees=0, revenue=0.0)

    await journey.books(ada)
    await journey.stands(attendees=1, revenue=0.0)
    await journey.pays(ada)
    await journey.stands(attendees=1, revenue=29.99)
    await journey.books(ben)
    await journey.pays(ben)
    await journey.stands(attendees=2, revenue=59.98)

    await journey.comes_too_late_and_waits(cleo)
    await journey.stands(attendees=2, waiting=1, revenue=59.98)
    await journey.is_refunded(ada)
    await journey.stands(attendees=2, waiting=0, revenue=29.99)
    await journey.is_promoted(cleo)
    await journey.pays(cleo)
    await journey.stands(attendees=2, revenue=59.98)
    await journey.has_papers(cleo)
    await journey.may_not_review(cleo)

    await journey.clock.pass_by(AHEAD + LENGTH / 2)
    assert (await cleo.sees(f"events/{journey.event}/"))["status"] == "ongoing"
    await journey.is_let_in(cleo)
    await journey.stands(attendees=2, revenue=59.98)
    assert await cleo.sees("certificates/") == []

    await journey.clock.pass_by(LENGTH)
    assert (await cleo.sees(f"events/{journey.event}/"))["status"] == "completed"
    await journey.reviews(cleo, 5)
    await journey.stands(attendees=2, revenue=59.98, ratings=(5,))
    await journey.reviews(ben, 4)
    await journey.may_not_review(ada)
    await journey.is_certified(cleo)
    await journey.is_verified_by_its_code(cleo)
    await journey.stands(attendees=2, revenue=59.98, ratings=(5, 4))
    await journey.all_were_told()
