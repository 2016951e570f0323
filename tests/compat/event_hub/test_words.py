"""What this contract's refusals say: in its own words, and all that is worth knowing."""

import httpx
import pytest

from app.domain.accounts import User
from app.domain.conferences import Conference, ConferenceStatus
from tests.compat.conftest import Headers
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_ticket_type,
)


async def told(
    api: httpx.AsyncClient, headers: Headers, path: str, body: object = None
) -> tuple[int, str, str]:
    answer = await api.post(path, json=body, headers=headers)
    said = answer.json()
    return answer.status_code, said["detail"], said["error"]


CONFLICT = "The request conflicts with what is there already."


async def test_too_large_a_group_is_told_how_many_seats_are_left(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units
) -> None:
    event = await a_conference(uow, capacity=12)
    for _ in range(2):
        await a_registration(uow, event)
    body = {"event": event.id, "number_of_tickets": 11}
    answer = await api.post("/api/bookings/", json=body, headers=as_guest)
    assert (answer.status_code, answer.headers["x-error-code"]) == (409, "conference_full")
    assert answer.json()["event"] == ["Only 10 seats are left."]
    assert answer.json()["detail"] == "Only 10 seats are left."
    fitting = body | {"number_of_tickets": 10}
    assert (await api.post("/api/bookings/", json=fitting, headers=as_guest)).status_code == 201


async def test_only_where_nothing_is_left_is_there_a_waitlist_to_join(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units
) -> None:
    event = await a_conference(uow, capacity=1)
    await a_registration(uow, event)
    body = {"event": event.id, "number_of_tickets": 2}
    said = "This event is full. Join its waitlist."
    assert await told(api, as_guest, "/api/bookings/", body) == (409, said, CONFLICT)
    joined = await api.post("/api/waitlist/", json={"event": event.id}, headers=as_guest)
    assert joined.status_code == 201


async def test_of_several_ticket_types_the_one_with_the_most_seats_is_told(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units
) -> None:
    event = await a_conference(uow, capacity=50)
    await a_ticket_type(uow, event, quantity=1)
    await a_ticket_type(uow, event, quantity=3)
    body = {"event": event.id, "number_of_tickets": 4}
    answer = await api.post("/api/bookings/", json=body, headers=as_guest)
    assert answer.headers["x-error-code"] == "ticket_type_sold_out"
    assert answer.json()["detail"] == "Only 3 seats are left."


async def test_a_place_in_line_is_left_once(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units
) -> None:
    event = await a_conference(uow, capacity=1)
    await a_registration(uow, event)
    entry = (await api.post("/api/waitlist/", json={"event": event.id}, headers=as_guest)).json()
    path = f"/api/waitlist/{entry['id']}/leave/"
    assert (await api.post(path, headers=as_guest)).status_code == 200
    said = "This is no place in line any more: it is cancelled."
    assert await told(api, as_guest, path) == (409, said, CONFLICT)


async def test_conferences_are_called_events_and_registrations_bookings(
    api: httpx.AsyncClient, as_organizer: Headers, organizer: User, uow: Units
) -> None:
    event = await a_conference(uow, organizer=organizer)
    path = f"/api/events/{event.id}"
    said = "The event is published already."
    assert await told(api, as_organizer, f"{path}/publish/") == (409, said, CONFLICT)
    await api.post(f"{path}/cancel/", headers=as_organizer)
    said = "The event is cancelled."
    assert await told(api, as_organizer, f"{path}/cancel/") == (409, said, CONFLICT)
    body = {"event": (await a_conference(uow)).id}
    booking = (await api.post("/api/bookings/", json=body, headers=as_organizer)).json()
    path = f"/api/bookings/{booking['id']}/cancel/"
    await api.post(path, headers=as_organizer)
    said = "The booking is cancelled already."
    assert await told(api, as_organizer, path) == (409, said, CONFLICT)


async def test_names_are_left_as_they_are(
    api: httpx.AsyncClient, as_organizer: Headers, organizer: User, uow: Units
) -> None:
    event = await a_conference(uow, organizer=organizer, name="The “conference” registration")
    await a_session(uow, event, name="A conference of one", room="Hall")
    body = {"end_date": "2000-01-02T00:00:00Z", "start_date": "2000-01-01T00:00:00Z"}
    answer = await api.patch(f"/api/events/{event.id}/", json=body, headers=as_organizer)
    [said] = answer.json()["end_date"]
    assert said == "The session “A conference of one” would lie outside the event."


async def test_a_speaker_there_is_not_is_told_in_a_sentence(
    api: httpx.AsyncClient, as_organizer: Headers, organizer: User, uow: Units
) -> None:
    event = await a_conference(uow, organizer=organizer)
    times = {
        "start_time": event.period.start.isoformat(),
        "end_time": event.period.end.isoformat(),
    }
    body = {"event": event.id, "title": "Talk", "speaker": 99_999, **times}
    answer = await api.post("/api/sessions/", json=body, headers=as_organizer)
    assert (answer.status_code, answer.json()["speaker"]) == (400, ["There is no such user."])


async def test_detail_says_what_is_wrong_and_error_what_kind_it_is(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units
) -> None:
    event: Conference = await a_conference(uow, status=ConferenceStatus.PUBLISHED)
    forbidden = await api.delete(f"/api/events/{event.id}/", headers=as_guest)
    assert (forbidden.status_code, forbidden.json()) == (
        403,
        {
            "detail": "You do not have permission to perform this action.",
            "error": "Insufficient permissions.",
        },
    )
    wrong = await api.put("/api/bookings/", headers=as_guest)
    assert (wrong.status_code, wrong.json()) == (
        405,
        {"detail": "This method is not allowed here.", "error": "Method not allowed."},
    )


@pytest.mark.parametrize("list_of", ["events", "sessions", "bookings", "waitlist", "users"])
async def test_every_list_names_its_orders(
    api: httpx.AsyncClient, as_guest: Headers, list_of: str
) -> None:
    answer = await api.get(f"/api/{list_of}/?ordering=bogus", headers=as_guest)
    [said] = answer.json()["ordering"]
    assert said.startswith("Choose from ")
    assert said.endswith("; - before one for descending.")
    assert "'" not in said


async def test_the_document_names_what_a_path_names_as_the_seed_does(
    api: httpx.AsyncClient,
) -> None:
    paths = (await api.get("/openapi.json")).json()["paths"]
    named = {path for path in paths if "{" in path}
    assert {"/api/events/{id}/", "/api/users/{id}/reviews/"} <= named
    assert all("{id}" in path for path in named)
    for path in named:
        for operation in paths[path].values():
            inside = [one["name"] for one in operation["parameters"] if one.get("in") == "path"]
            assert inside == ["id"]


async def test_whoever_is_known_already_is_told_of_the_name_and_the_address(
    api: httpx.AsyncClient,
) -> None:
    body = {
        "username": "newuser",
        "email": "newuser@example.com",
        "password": "secure_password",
        "password_confirm": "secure_password",
    }
    assert (await api.post("/api/users/", json=body)).status_code == 201
    answer = await api.post("/api/users/", json=body)
    assert (answer.status_code, set(answer.json())) == (
        409,
        {"username", "email", "detail", "error"},
    )
    assert answer.headers["x-error-code"] == "username_taken"


async def test_a_meeting_place_that_is_no_address_is_named(
    api: httpx.AsyncClient, as_organizer: Headers, uow: Units, organizer: User
) -> None:
    event = await a_conference(uow, organizer=organizer)
    body = {"online_url": "javascript:1"}
    answer = await api.patch(f"/api/events/{event.id}/", json=body, headers=as_organizer)
    assert answer.status_code == 400
    assert "online_url" in answer.json()
