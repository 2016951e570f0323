"""Notifications over HTTP: one's own, read one by one or all at once."""

from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from app.domain.conferences import Conference
from app.domain.notifications import Notification, NotificationKind, tell
from app.domain.times import utc_now
from tests.api.conftest import Headers
from tests.factories import Units, a_user, an_attendee, login
from tests.repositories.counting import counted

NOTIFICATIONS = "/api/v1/notifications/"


def note(
    user: User, kind: NotificationKind = NotificationKind.REMINDER, **more: Any
) -> Notification:
    return Notification(user_id=user.id, kind=kind, title="Soon", message="It begins.", **more)


async def say(uow: Units, *notifications: Notification) -> int:
    async with uow() as tx:
        return await tell(tx, notifications, utc_now())


async def listed(client: httpx.AsyncClient, who: Headers, query: str = "") -> list[Any]:
    answer = await client.get(f"{NOTIFICATIONS}{query}", headers=who)
    assert answer.status_code == 200, answer.text
    data: list[Any] = answer.json()["data"]
    return data


async def unread(client: httpx.AsyncClient, who: Headers) -> int:
    """What is counted; it must be what there is."""
    answer = await client.get(f"{NOTIFICATIONS}unread-count/", headers=who)
    counted: int = answer.json()["data"]["unread_count"]
    assert counted == len(await listed(client, who, "?is_read=false"))
    return counted


async def test_what_was_told_is_read_once(
    client: httpx.AsyncClient, uow: Units, guest: User, as_guest: Headers, conference: Conference
) -> None:
    await say(uow, note(guest, conference_id=conference.id))
    [told] = await listed(client, as_guest)
    assert told.pop("created_at")
    assert told == {
        "id": 1,
        "kind": "reminder",
        "conference": conference.id,
        "conference_name": conference.name,
        "registration": None,
        "title": "Soon",
        "message": "It begins.",
        "is_read": False,
        "read_at": None,
    }
    assert await unread(client, as_guest) == 1
    first, second = [
        (await client.post(f"{NOTIFICATIONS}1/read/", headers=as_guest)).json()["data"]
        for _ in range(2)
    ]
    assert first["is_read"] is True
    assert first["read_at"] is not None
    assert second == first
    assert await unread(client, as_guest) == 0


async def test_all_are_read_at_once_and_new_ones_are_not(
    client: httpx.AsyncClient, uow: Units, guest: User, as_guest: Headers
) -> None:
    await say(uow, *[note(guest) for _ in range(3)])
    for marked in (3, 0):
        answer = await client.post(f"{NOTIFICATIONS}read-all/", headers=as_guest)
        assert answer.json()["data"] == {"marked": marked}
    await say(uow, note(guest))
    assert await unread(client, as_guest) == 1


async def test_nobody_reads_what_others_were_told(
    client: httpx.AsyncClient, uow: Units, guest: User, as_guest: Headers, as_admin: Headers
) -> None:
    await say(uow, note(guest))
    for other in (as_admin, await login(client, await a_user(uow))):
        assert await listed(client, other) == []
        read = await client.post(f"{NOTIFICATIONS}1/read/", headers=other)
        assert read.status_code == 404
        await client.post(f"{NOTIFICATIONS}read-all/", headers=other)
        assert await unread(client, other) == 0
    assert await unread(client, as_guest) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "unread-count/"), ("POST", "read-all/"), ("POST", "1/read/")],
)
async def test_without_a_login_there_is_nothing(
    client: httpx.AsyncClient, method: str, path: str
) -> None:
    assert (await client.request(method, f"{NOTIFICATIONS}{path}")).status_code == 401


async def test_lists_filter_and_order(
    client: httpx.AsyncClient, uow: Units, guest: User, as_guest: Headers, conference: Conference
) -> None:
    await say(uow, note(guest, NotificationKind.REFUND))
    await say(uow, note(guest, NotificationKind.PAYMENT, conference_id=conference.id))
    await say(uow, note(guest, NotificationKind.PAYMENT))
    await client.post(f"{NOTIFICATIONS}2/read/", headers=as_guest)

    async def found(query: str) -> list[int]:
        return [one["id"] for one in await listed(client, as_guest, query)]

    assert await found("") == [3, 2, 1]
    assert await found("?ordering=created_at") == [1, 2, 3]
    assert await found("?ordering=-kind,created_at") == [1, 2, 3]
    assert await found("?kind=payment") == [3, 2]
    assert await found("?is_read=true") == [2]
    assert await found("?is_read=false&kind=payment") == [3]
    assert await found(f"?conference={conference.id}") == [2]
    assert await found("?page=2&page_size=2") == [1]
    for bad in ("?kind=gossip", "?ordering=title", "?user=1"):
        answer = await client.get(f"{NOTIFICATIONS}{bad}", headers=as_guest)
        assert answer.status_code == 400


async def test_a_key_is_good_for_one_and_counts_once(
    client: httpx.AsyncClient, uow: Units, guest: User, as_guest: Headers
) -> None:
    keyed = note(guest, dedupe_key="k")
    assert await say(uow, keyed, keyed) == 1
    assert await say(uow, keyed, note(guest)) == 1
    assert await unread(client, as_guest) == 2


async def test_attendees_are_told_by_their_accounts_if_they_have_any(
    client: httpx.AsyncClient, uow: Units, guest: User, as_guest: Headers
) -> None:
    known, unknown = await an_attendee(uow, user=guest), await an_attendee(uow)
    told = [
        Notification(
            attendee_id=one.id, kind=NotificationKind.EVENT_UPDATE, title="New room", message="2"
        )
        for one in (known, unknown)
    ]
    assert await say(uow, *told) == 1
    assert [one["title"] for one in await listed(client, as_guest)] == ["New room"]


async def test_telling_many_takes_two_statements_and_nobody_one(
    engine: AsyncEngine, uow: Units, guest: User
) -> None:
    other, nobody = await a_user(uow), await an_attendee(uow)
    with counted(engine) as sent:
        assert await say(uow, *[note(user) for user in (guest, other) for _ in range(50)]) == 100
    assert len(sent) == 2
    untold = Notification(
        attendee_id=nobody.id, kind=NotificationKind.REMINDER, title="x", message="x"
    )
    with counted(engine) as sent:
        assert await say(uow, untold) == 0
    assert len(sent) == 1
    with counted(engine) as sent:
        assert await say(uow) == 0
    assert sent == []
