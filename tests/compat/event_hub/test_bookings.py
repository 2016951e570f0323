"""Seed 003, Bookings: as documented, and as refused."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.domain.accounts import User
from app.domain.conferences import Conference, ConferenceStatus
from app.domain.times import utc_now
from tests.compat.conftest import Headers
from tests.compat.event_hub.seed import BOOKING, BOOKING_IN, CONFIRMED, NOT_FOUND
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_ticket_type,
    a_user,
    an_attendee,
    login,
)
from tests.shapes import differences


@pytest.fixture
async def event(uow: Units, organizer: User) -> Conference:
    return await a_conference(uow, organizer=organizer, name="Test Workshop", capacity=50)


@pytest.fixture
async def priced(uow: Units, organizer: User) -> Conference:
    return await a_conference(uow, organizer=organizer, capacity=50, price=Decimal("29.99"))


async def booked(
    api: httpx.AsyncClient, headers: Headers, event: Conference, **others: Any
) -> dict[str, Any]:
    answer = await api.post("/api/bookings/", json={"event": event.id, **others}, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def refused(
    api: httpx.AsyncClient, headers: Headers, path: str, body: object = None
) -> tuple[int, str]:
    answer = await api.post(path, json=body, headers=headers)
    assert {"detail", "error"} <= set(answer.json())
    return answer.status_code, answer.headers["x-error-code"]


async def test_the_documented_booking_is_made_and_confirmed(
    api: httpx.AsyncClient, as_guest: Headers, guest: User, event: Conference, slash: str
) -> None:
    body = BOOKING_IN | {"event": event.id}
    answer = await api.post(f"/api/bookings{slash}", json=body, headers=as_guest)
    assert answer.status_code == 201
    made = answer.json()
    assert differences(BOOKING, made) == []
    assert made == BOOKING | {
        "id": made["id"],
        "event": event.id,
        "user": guest.id,
        "user_name": "Ada Lovelace",
        "registered_at": made["registered_at"],
    }
    assert made["registered_at"].endswith("Z")
    path = f"/api/bookings/{made['id']}/confirm{slash}"
    confirmed = await api.post(path, headers=as_guest)
    assert confirmed.status_code == 200
    assert differences(CONFIRMED, confirmed.json()) == []
    listed = await api.get(f"/api/bookings{slash}", headers=as_guest)
    assert (listed.status_code, differences([CONFIRMED], listed.json())) == (200, [])
    assert listed.json() == [confirmed.json()]
    one = await api.get(f"/api/bookings/{made['id']}{slash}", headers=as_guest)
    assert one.json() == confirmed.json()


async def test_the_documented_cancelling(
    api: httpx.AsyncClient, as_guest: Headers, event: Conference, slash: str
) -> None:
    made = await booked(api, as_guest, event)
    path = f"/api/bookings/{made['id']}/cancel{slash}"
    answer = await api.post(path, headers=as_guest)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert answer.json()["cancelled_at"].endswith("Z")
    assert (await api.get("/api/bookings/", headers=as_guest)).json() == [answer.json()]
    assert await refused(api, as_guest, path) == (409, "registration_state")
    confirm = f"/api/bookings/{made['id']}/confirm/"
    assert await refused(api, as_guest, confirm) == (409, "registration_state")
    # The seat is free again, and so is the person.
    again = await booked(api, as_guest, event)
    assert again["id"] != made["id"]


async def test_a_pending_booking_holds_its_seats(
    api: httpx.AsyncClient, as_guest: Headers, as_organizer: Headers, uow: Units
) -> None:
    small = await a_conference(uow, capacity=3)
    await booked(api, as_guest, small, number_of_tickets=2)
    body = {"event": small.id, "number_of_tickets": 2}
    assert await refused(api, as_organizer, "/api/bookings/", body) == (409, "conference_full")
    await booked(api, as_organizer, small)


async def test_a_full_event_points_to_its_waitlist(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units
) -> None:
    full = await a_conference(uow, capacity=1)
    await a_registration(uow, full)
    answer = await api.post("/api/bookings/", json={"event": full.id}, headers=as_guest)
    assert answer.status_code == 409
    assert "waitlist" in answer.json()["detail"]
    assert answer.json()["event"]


async def test_one_live_booking_each(
    api: httpx.AsyncClient, as_guest: Headers, event: Conference
) -> None:
    await booked(api, as_guest, event)
    body = {"event": event.id}
    assert await refused(api, as_guest, "/api/bookings/", body) == (409, "already_registered")


async def test_a_price_is_for_all_tickets_and_is_not_confirmed_by_its_owner(
    api: httpx.AsyncClient, as_guest: Headers, priced: Conference
) -> None:
    sent = {"number_of_tickets": 3, "total_price": "0.00", "status": "confirmed", "user": 1}
    made = await booked(api, as_guest, priced, **sent)
    assert (made["total_price"], made["status"]) == ("89.97", "pending")
    path = f"/api/bookings/{made['id']}/confirm/"
    assert await refused(api, as_guest, path) == (409, "payment_state")


async def test_the_cheapest_ticket_type_is_taken(
    api: httpx.AsyncClient, as_guest: Headers, as_organizer: Headers, event: Conference, uow: Units
) -> None:
    await a_ticket_type(uow, event, price=Decimal(20))
    await a_ticket_type(uow, event, price=Decimal(5), quantity=1)
    assert (await booked(api, as_guest, event))["total_price"] == "5.00"
    assert (await booked(api, as_organizer, event))["total_price"] == "20.00"


async def test_the_list_is_filtered_and_ordered(
    api: httpx.AsyncClient, as_guest: Headers, guest: User, uow: Units
) -> None:
    events = [await a_conference(uow) for _ in range(3)]
    made = [await booked(api, as_guest, one) for one in events]
    await api.post(f"/api/bookings/{made[0]['id']}/confirm/", headers=as_guest)
    await api.post(f"/api/bookings/{made[1]['id']}/cancel/", headers=as_guest)
    # The sessions of an event are not booked here.
    talk = await a_session(uow, events[0])
    await a_registration(uow, talk, await an_attendee(uow, user=guest))

    async def ids(query: str) -> list[int]:
        answer = await api.get(f"/api/bookings/?{query}", headers=as_guest)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()]

    first, second, third = (one["id"] for one in made)
    assert await ids("") == [third, second, first]
    assert await ids("ordering=registered_at") == [first, second, third]
    assert await ids("ordering=-registered_at&page_size=2&page=2") == [first]
    assert await ids("status=confirmed") == [first]
    assert await ids("status=cancelled") == [second]
    assert await ids("status=pending") == [third]
    assert await ids(f"event={events[1].id}") == [second]
    assert await ids("event=999999") == []
    for wrong in ("status=paid", "ordering=price", "event=x"):
        answer = await api.get(f"/api/bookings/?{wrong}", headers=as_guest)
        assert answer.status_code == 400
        assert {"detail", "error", wrong.partition("=")[0]} == set(answer.json())


async def test_a_list_costs_as_many_statements_as_one_booking(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units, statements: list[str]
) -> None:
    for _ in range(3):
        await booked(api, as_guest, await a_conference(uow))
    await api.get("/api/bookings/", headers=as_guest)
    statements.clear()
    await api.get("/api/bookings/", headers=as_guest)
    # Who asks, the bookings, how many, their names.
    assert len(statements) == 4


async def test_others_neither_see_nor_touch_it(
    api: httpx.AsyncClient,
    client: httpx.AsyncClient,
    as_guest: Headers,
    as_organizer: Headers,
    event: Conference,
    uow: Units,
) -> None:
    made = await booked(api, as_guest, event)
    stranger = await login(client, await a_user(uow))
    assert (await api.get("/api/bookings/", headers=stranger)).json() == []
    # An organizer's guests are not the organizer's own bookings.
    assert (await api.get("/api/bookings/", headers=as_organizer)).json() == []
    path = f"/api/bookings/{made['id']}/"
    assert (await api.get(path, headers=stranger)).json() == NOT_FOUND
    for action in ("confirm", "cancel"):
        assert await refused(api, stranger, f"{path}{action}/") == (404, "not_found")
        assert await refused(api, {}, f"{path}{action}/") == (401, "not_authenticated")
    seen = await api.get(path, headers=as_organizer)
    assert seen.json() == made


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "event"),
        ({"event": "x"}, "event"),
        ({"event": 1, "number_of_tickets": 0}, "number_of_tickets"),
        ({"event": 1, "number_of_tickets": -1}, "number_of_tickets"),
        ({"event": 1, "number_of_tickets": 1.5}, "number_of_tickets"),
        ({"event": 1, "special_requirements": None}, "special_requirements"),
    ],
)
async def test_what_is_malformed_is_named(
    api: httpx.AsyncClient, as_guest: Headers, body: dict[str, object], field: str
) -> None:
    answer = await api.post("/api/bookings/", json=body, headers=as_guest)
    assert (answer.status_code, set(answer.json())) == (400, {"detail", "error", field})


async def test_drafts_and_what_is_not_there_are_not_found(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units
) -> None:
    draft = await a_conference(uow, status=ConferenceStatus.DRAFT)
    for id in (draft.id, 999_999):
        answer = await api.post("/api/bookings/", json={"event": id}, headers=as_guest)
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


async def test_events_that_are_over_or_closed(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units
) -> None:
    now = utc_now()
    past = await a_conference(uow, starts_at=now - timedelta(days=9), days=1)
    closed = await a_conference(uow, registration_deadline=now - timedelta(hours=1))
    expected = {past.id: "conference_past", closed.id: "registration_closed"}
    for id, code in expected.items():
        assert await refused(api, as_guest, "/api/bookings/", {"event": id}) == (409, code)
