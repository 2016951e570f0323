"""Seed 003, Notifications, Reviews and Certificates: what is left of an event."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import notifications
from app.domain.accounts import User
from app.domain.conferences import Conference
from app.domain.notifications import Notification, NotificationKind
from app.domain.times import utc_now
from tests.compat.conftest import Headers
from tests.compat.event_hub.seed import (
    CERTIFICATE,
    NOT_FOUND,
    NOTIFICATION,
    REVIEW,
    REVIEW_IN,
    UNREAD,
)
from tests.factories import Units, a_conference, a_registration, a_user, an_attendee, login
from tests.shapes import differences


@pytest.fixture
async def event(uow: Units, organizer: User) -> Conference:
    """It is going on."""
    begun = utc_now() - timedelta(hours=1)
    return await a_conference(uow, organizer=organizer, name="Test Workshop", starts_at=begun)


@pytest.fixture
async def attendee(uow: Units, event: Conference, guest: User) -> int:
    """The guest, who is registered."""
    person = await an_attendee(uow, user=guest)
    await a_registration(uow, event, person)
    return person.id


async def told(uow: Units, user: User, event: Conference, *kinds: NotificationKind) -> None:
    for kind in kinds:
        notification = Notification(
            kind=kind,
            user_id=user.id,
            conference_id=event.id,
            title="Booking Confirmation",
            message="Your booking has been confirmed",
        )
        async with uow() as tx:
            await notifications.tell(tx, [notification], utc_now())


async def test_the_documented_notifications(
    api: httpx.AsyncClient,
    as_guest: Headers,
    guest: User,
    event: Conference,
    uow: Units,
    slash: str,
) -> None:
    await told(uow, guest, event, NotificationKind.BOOKING_CONFIRMATION)
    listed = await api.get(f"/api/notifications{slash}", headers=as_guest)
    assert (listed.status_code, differences([NOTIFICATION], listed.json())) == (200, [])
    [one] = listed.json()
    assert one == NOTIFICATION | {
        "id": one["id"],
        "user": guest.id,
        "user_name": "Ada Lovelace",
        "event": event.id,
        "created_at": one["created_at"],
    }
    count = f"/api/notifications/unread_count{slash}"
    unread = await api.get(count, headers=as_guest)
    assert (unread.status_code, unread.json()) == (200, UNREAD | {"unread_count": 1})
    path = f"/api/notifications/{one['id']}/mark_as_read{slash}"
    read = await api.post(path, headers=as_guest)
    assert (read.status_code, read.json()["is_read"]) == (200, True)
    assert read.json()["read_at"].endswith("Z")
    assert (await api.post(path, headers=as_guest)).json() == read.json()
    assert (await api.get(count, headers=as_guest)).json() == {"unread_count": 0}


async def test_all_are_marked_at_once(
    api: httpx.AsyncClient,
    as_guest: Headers,
    guest: User,
    event: Conference,
    uow: Units,
    slash: str,
) -> None:
    await told(uow, guest, event, NotificationKind.REMINDER, NotificationKind.PAYMENT)
    answer = await api.post(f"/api/notifications/mark_all_as_read{slash}", headers=as_guest)
    assert (answer.status_code, answer.json()) == (200, {"marked": 2, "unread_count": 0})


async def test_notifications_are_filtered_and_ones_own(
    api: httpx.AsyncClient,
    as_guest: Headers,
    as_organizer: Headers,
    guest: User,
    event: Conference,
    uow: Units,
) -> None:
    await told(uow, guest, event, NotificationKind.REMINDER, NotificationKind.PAYMENT)
    listed = (await api.get("/api/notifications/", headers=as_guest)).json()
    await api.post(f"/api/notifications/{listed[0]['id']}/mark_as_read/", headers=as_guest)

    async def ids(query: str) -> list[int]:
        answer = await api.get(f"/api/notifications/?{query}", headers=as_guest)
        assert answer.status_code == 200
        return [one["id"] for one in answer.json()]

    newest, oldest = (one["id"] for one in listed)
    assert await ids("notification_type=reminder") == [oldest]
    assert await ids("is_read=true") == [newest]
    assert await ids("is_read=false") == [oldest]
    assert await ids(f"event={event.id}&ordering=created_at") == [oldest, newest]
    assert await ids("event=999999") == []
    for wrong in ("notification_type=gossip", "is_read=maybe", "ordering=title"):
        answer = await api.get(f"/api/notifications/?{wrong}", headers=as_guest)
        assert answer.status_code == 400
    assert (await api.get("/api/notifications/", headers=as_organizer)).json() == []
    path = f"/api/notifications/{newest}/mark_as_read/"
    assert (await api.post(path, headers=as_organizer)).json() == NOT_FOUND
    for path in ("", "unread_count/"):
        assert (await api.get(f"/api/notifications/{path}")).status_code == 401


@pytest.mark.usefixtures("attendee")
async def test_the_documented_review(
    api: httpx.AsyncClient, as_guest: Headers, guest: User, event: Conference, slash: str
) -> None:
    body = REVIEW_IN | {"event": event.id}
    sent = body | {"helpful_count": 9, "user": 1}
    answer = await api.post(f"/api/reviews{slash}", json=sent, headers=as_guest)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert differences(REVIEW, made) == []
    assert {name: made[name] for name in body} == body
    assert (made["user"], made["user_name"]) == (guest.id, "Ada Lovelace")
    assert (made["helpful_count"], made["helpful_percentage"]) == (0, 0.0)
    listed = await api.get(f"/api/reviews{slash}")
    assert (listed.status_code, listed.json()) == (200, [made])
    assert (await api.get(f"/api/reviews/{made['id']}{slash}")).json() == made
    own = await api.get(f"/api/users/{guest.id}/reviews{slash}", headers=as_guest)
    assert (own.status_code, own.json()) == (200, [made])
    twice = await api.post("/api/reviews/", json=body, headers=as_guest)
    assert (twice.status_code, twice.headers["x-error-code"]) == (409, "already_reviewed")
    shown = (await api.get(f"/api/events/{event.id}/statistics/")).json()
    assert (shown["reviews_count"], shown["average_rating"]) == (1, 5)


@pytest.mark.usefixtures("attendee")
async def test_votes(
    api: httpx.AsyncClient,
    as_guest: Headers,
    as_organizer: Headers,
    as_admin: Headers,
    event: Conference,
    slash: str,
) -> None:
    body = REVIEW_IN | {"event": event.id}
    made = (await api.post("/api/reviews/", json=body, headers=as_guest)).json()
    helpful = f"/api/reviews/{made['id']}/mark_helpful{slash}"
    unhelpful = f"/api/reviews/{made['id']}/mark_unhelpful{slash}"

    def counts(answer: httpx.Response) -> tuple[int, int, float]:
        assert answer.status_code == 200
        shown = answer.json()
        return shown["helpful_count"], shown["unhelpful_count"], shown["helpful_percentage"]

    assert counts(await api.post(helpful, headers=as_organizer)) == (1, 0, 100.0)
    assert counts(await api.post(helpful, headers=as_organizer)) == (1, 0, 100.0)
    assert counts(await api.post(unhelpful, headers=as_admin)) == (1, 1, 50.0)
    assert counts(await api.post(unhelpful, headers=as_organizer)) == (0, 2, 0.0)
    assert (await api.post(helpful, headers=as_guest)).status_code == 409
    assert (await api.post(helpful)).status_code == 401
    assert (await api.post("/api/reviews/999999/mark_helpful/", headers=as_guest)).json() == (
        NOT_FOUND
    )


async def test_who_was_not_registered_reviews_nothing(
    api: httpx.AsyncClient, as_guest: Headers, event: Conference
) -> None:
    body = REVIEW_IN | {"event": event.id}
    answer = await api.post("/api/reviews/", json=body, headers=as_guest)
    assert (answer.status_code, answer.headers["x-error-code"]) == (409, "review_not_allowed")
    assert {"detail", "error"} <= set(answer.json())
    nowhere = await api.post("/api/reviews/", json=body | {"event": 999_999}, headers=as_guest)
    assert nowhere.status_code == 404
    for rating in (0, 6, "x", None, 4.5):
        answer = await api.post("/api/reviews/", json=body | {"rating": rating}, headers=as_guest)
        assert (answer.status_code, set(answer.json())) == (400, {"detail", "error", "rating"})


@pytest.mark.usefixtures("attendee")
async def test_reviews_are_filtered_and_taken_away(
    api: httpx.AsyncClient,
    client: httpx.AsyncClient,
    as_guest: Headers,
    event: Conference,
    uow: Units,
) -> None:
    other = await a_user(uow)
    as_other = await login(client, other)
    await a_registration(uow, event, await an_attendee(uow, user=other))
    body = REVIEW_IN | {"event": event.id}
    first = (await api.post("/api/reviews/", json=body, headers=as_guest)).json()["id"]
    poor = body | {"rating": 2, "title": "Too short"}
    second = (await api.post("/api/reviews/", json=poor, headers=as_other)).json()["id"]

    async def ids(query: str) -> list[int]:
        answer = await api.get(f"/api/reviews/?{query}")
        assert answer.status_code == 200
        return [one["id"] for one in answer.json()]

    assert await ids("") == [second, first]
    assert await ids("ordering=created_at") == [first, second]
    assert await ids("rating=2") == [second]
    assert await ids("search=excellent") == [first]
    assert await ids("search=test+workshop") == [second, first]
    assert await ids(f"event={event.id}") == [second, first]
    assert await ids("event=999999") == []
    assert (await api.get("/api/reviews/?rating=six")).status_code == 400
    path = f"/api/reviews/{first}/"
    assert (await api.delete(path, headers=as_other)).status_code == 403
    assert (await api.delete(path, headers=as_guest)).status_code == 204
    assert (await api.get(path)).json() == NOT_FOUND


async def test_the_documented_certificate(
    api: httpx.AsyncClient,
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    as_guest: Headers,
    as_organizer: Headers,
    guest: User,
    event: Conference,
    attendee: int,
    slash: str,
) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE conferences SET tags = 'python, programming'"))
    body = {"conference": event.id, "attendee": attendee}
    await client.post("/api/v1/certificates/", json=body, headers=as_organizer)
    listed = await api.get(f"/api/certificates{slash}", headers=as_guest)
    assert listed.status_code == 200
    shown: list[dict[str, Any]] = listed.json()
    assert differences([CERTIFICATE | {"pdf_file": ""}], shown) == []
    [one] = shown
    assert (one["event"], one["user"], one["event_title"]) == (event.id, guest.id, event.name)
    assert one["certificate_number"].startswith(f"CERT-{event.id}-")
    assert one["skill_tags"] == "python, programming"
    assert isinstance(one["hours_completed"], float)
    pdf = await client.get(one["pdf_file"], headers=as_guest)
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")
    assert (await client.get(one["pdf_file"])).status_code == 401
    path = f"/api/certificates/{one['id']}/mark_as_downloaded{slash}"
    marked = await api.post(path, headers=as_guest)
    assert (marked.status_code, marked.json()["is_downloaded"]) == (200, True)
    assert marked.json()["downloaded_at"].endswith("Z")

    async def found(query: str, headers: Headers) -> int:
        return len((await api.get(f"/api/certificates/?{query}", headers=headers)).json())

    assert await found("is_downloaded=true", as_guest) == 1
    assert await found("is_downloaded=false", as_guest) == 0
    assert await found(f"search={one['certificate_number'][-8:]}", as_guest) == 1
    assert await found("search=workshop&ordering=-issued_date", as_guest) == 1
    assert await found(f"event={event.id}", as_guest) == 1
    assert await found("event=999999", as_guest) == 0
    # The organizer issued it, and has none.
    assert await found("", as_organizer) == 0
    assert (await api.post(path, headers=as_organizer)).status_code == 403
    assert (await api.get("/api/certificates/")).status_code == 401
