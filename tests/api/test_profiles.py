import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.config import Settings
from app.domain import accounts
from app.domain.access import Role
from app.domain.accounts import User
from app.domain.conferences import ConferenceStatus, Visibility
from app.domain.times import utc_now
from app.routers.media import SEALED
from tests.api.conftest import Headers
from tests.api.test_cover_images import picture
from tests.factories import Units, a_conference, a_user, login

USERS = "/api/v1/users/"
ME = f"{USERS}me/"
AVATAR = re.compile(r"/media/avatars/[0-9a-f]{32}\.(jpg|png|webp)")
DOCUMENTED = {
    "first_name": "John",
    "last_name": "Doe",
    "bio": "Software developer",
    "phone": "+1234567890",
    "website": "https://johndoe.com",
    "organization": "Tech Company",
    "twitter": "https://twitter.com/johndoe",
    "linkedin": "https://linkedin.com/in/johndoe",
    "github": "https://github.com/johndoe",
    "facebook": "https://facebook.com/johndoe",
    "newsletter_subscribed": True,
    "notifications_enabled": False,
}


@pytest.fixture
async def me(client: httpx.AsyncClient, as_guest: Headers) -> httpx.AsyncClient:
    client.headers.update(as_guest)
    return client


@pytest.fixture
def folder(settings: Settings) -> Iterator[Path]:
    settings.avatar_dir.mkdir(parents=True, exist_ok=True)
    yield settings.avatar_dir
    shutil.rmtree(settings.avatar_dir)


def kept(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


async def names(client: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await client.get(USERS, params=query)
    assert answer.status_code == 200, answer.text
    return [user["username"] for user in answer.json()["data"]]


async def test_one_s_own_profile_shows_everything(me: httpx.AsyncClient, guest: User) -> None:
    shown = (await me.get(ME)).json()["data"]
    assert shown["full_name"] == "Ada Lovelace"
    assert (shown["email"], shown["phone"], shown["avatar"]) == (guest.email, "", None)
    assert (shown["is_organizer"], shown["is_verified"]) == (False, True)
    assert (shown["newsletter_subscribed"], shown["notifications_enabled"]) == (False, True)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_every_field_is_changed_and_none_is_lost(me: httpx.AsyncClient, method: str) -> None:
    changed = (await me.request(method, ME, json=DOCUMENTED)).json()["data"]
    assert changed.items() >= DOCUMENTED.items()
    assert changed["full_name"] == "John Doe"
    again = (await me.patch(ME, json={"bio": ""})).json()["data"]
    assert again | {"updated_at": None} == changed | {"bio": "", "updated_at": None}
    assert (await me.get(ME)).json()["data"] == again


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("website", "javascript:alert(1)"),
        ("github", "github.com/jane"),
        ("twitter", None),
        ("bio", "x" * 10_001),
        ("bio", "a\0b"),
        ("organization", "a\nb"),
        ("phone", "1" * 51),
        ("newsletter_subscribed", "yes"),
        ("notifications_enabled", 1),
        ("avatar", "x.jpg"),
        ("role", "admin"),
        ("is_verified", True),
        ("verified_at", "2026-01-01T00:00:00Z"),
        ("is_organizer", True),
        ("is_active", False),
        ("unread_notifications", 0),
        ("user_type", "admin"),
        ("full_name", "Somebody"),
    ],
)
async def test_what_cannot_be_meant_or_is_not_theirs_to_say(
    me: httpx.AsyncClient, field: str, value: object
) -> None:
    before = (await me.get(ME)).json()["data"]
    answer = await me.patch(ME, json={field: value, "first_name": "Mallory"})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert (await me.get(ME)).json()["data"] == before


async def test_phones_are_kept_as_they_are_meant(me: httpx.AsyncClient) -> None:
    answer = await me.patch(ME, json={"phone": "+49 (0)30 1234-567"})
    assert answer.json()["data"]["phone"] == "+49301234567"


async def test_others_see_the_public_part(me: httpx.AsyncClient, uow: Units, app: Any) -> None:
    await me.patch(ME, json=DOCUMENTED)
    id = (await me.get(ME)).json()["data"]["id"]
    async with app.client() as other:
        assert (await other.get(f"{USERS}{id}/")).status_code == 401
        other.headers.update(await login(other, await a_user(uow, role=Role.ORGANIZER)))
        seen = (await other.get(f"{USERS}{id}/")).json()["data"]
        [listed] = (await other.get(USERS, params={"search": "John D"})).json()["data"]
    assert seen == listed
    assert (seen["email"], seen["phone"]) == (None, None)
    assert (seen["bio"], seen["website"]) == (DOCUMENTED["bio"], DOCUMENTED["website"])
    assert not {"newsletter_subscribed", "notifications_enabled", "is_verified"} & set(seen)
    assert (await me.get(f"{USERS}{id}/")).json()["data"]["phone"] == "+1234567890"


async def test_admins_see_addresses(admin_client: httpx.AsyncClient, guest: User) -> None:
    seen = (await admin_client.get(f"{USERS}{guest.id}/")).json()["data"]
    assert (seen["email"], seen["is_active"]) == (guest.email, True)


async def test_the_list_is_filtered_ordered_and_paged(me: httpx.AsyncClient, uow: Units) -> None:
    for username in ("zoe", "Yan", "under_score"):
        await a_user(uow, username=username, role=Role.ORGANIZER)
    assert await names(me, role="organizer") == ["under_score", "Yan", "zoe"]
    assert await names(me, role="organizer", ordering="-username") == ["zoe", "Yan", "under_score"]
    assert await names(me, role="organizer", ordering="date_joined") == [
        "zoe",
        "Yan",
        "under_score",
    ]
    assert await names(me, username="YAN") == ["Yan"]
    assert await names(me, username="ya") == []
    assert await names(me, search="R_S") == ["under_score"]
    assert await names(me, search="%") == []
    answer = await me.get(USERS, params={"role": "organizer", "page_size": 2, "page": 2})
    assert [user["username"] for user in answer.json()["data"]] == ["zoe"]
    assert answer.json()["meta"]["count"] == 3
    for unknown in ({"role": "boss"}, {"ordering": "email"}, {"first_name": "x"}):
        assert (await me.get(USERS, params=unknown)).status_code == 400


async def test_nobody_is_found_by_an_address_that_is_not_shown(
    me: httpx.AsyncClient, admin_client: httpx.AsyncClient, guest: User, organizer: User
) -> None:
    assert await names(me, email=organizer.email) == []
    assert await names(me, email=guest.email.upper()) == [guest.username]
    assert await names(admin_client, email=organizer.email) == [organizer.username]
    assert await names(me, search="example.com") == []


async def test_a_list_needs_a_login(client: httpx.AsyncClient) -> None:
    assert (await client.get(USERS)).status_code == 401


async def test_closed_accounts_are_hidden_from_all_but_admins(
    me: httpx.AsyncClient, admin_client: httpx.AsyncClient, uow: Units
) -> None:
    closed = await a_user(uow, username="closed")
    await accounts.deactivate(uow(), "closed", utc_now())
    assert "closed" not in await names(me)
    assert "closed" in await names(admin_client)
    for path in (f"{USERS}{closed.id}/", f"{USERS}{closed.id}/conferences/"):
        assert (await me.get(path)).status_code == 404
        assert (await admin_client.get(path)).status_code == 200
    assert (await me.get(f"{USERS}999999/")).status_code == 404


async def test_what_somebody_organizes_as_far_as_one_may_see_it(
    me: httpx.AsyncClient, admin_client: httpx.AsyncClient, organizer: User, uow: Units
) -> None:
    shown = await a_conference(uow, organizer=organizer)
    hidden = [
        await a_conference(uow, organizer=organizer, status=ConferenceStatus.DRAFT),
        await a_conference(uow, organizer=organizer, visibility=Visibility.PRIVATE),
    ]
    await a_conference(uow)
    path = f"{USERS}{organizer.id}/conferences/"
    assert [one["id"] for one in (await me.get(path)).json()["data"]] == [shown.id]
    answer = await admin_client.get(path, params={"ordering": "created_at"})
    assert [one["id"] for one in answer.json()["data"]] == [shown.id, *(one.id for one in hidden)]


async def test_an_avatar_is_set_seen_replaced_and_removed(
    me: httpx.AsyncClient, app: Any, folder: Path
) -> None:
    first = (await me.put(f"{ME}avatar/", files={"image": picture()})).json()["data"]["avatar"]
    assert AVATAR.fullmatch(first)
    async with app.client() as nobody:
        seen = await nobody.get(first)
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
    assert seen.headers["content-security-policy"] == SEALED
    second = (await me.put(f"{ME}avatar/", files={"image": picture()})).json()["data"]["avatar"]
    assert (await me.get(first)).status_code == 404
    assert (await me.get(ME)).json()["data"]["avatar"] == second
    assert kept(folder) == [second.rpartition("/")[2]]
    # Each folder has its own.
    assert (await me.get(second.replace("avatars", "covers"))).status_code == 404
    for _ in range(2):
        answer = await me.delete(f"{ME}avatar/")
        assert (answer.status_code, answer.json()["data"]["avatar"]) == (200, None)
    assert kept(folder) == []


async def test_what_is_no_picture_changes_nothing(me: httpx.AsyncClient, folder: Path) -> None:
    avatar = (await me.put(f"{ME}avatar/", files={"image": picture()})).json()["data"]["avatar"]
    answer = await me.put(f"{ME}avatar/", files={"image": b"GIF89a"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_image")
    assert (await me.get(ME)).json()["data"]["avatar"] == avatar
    assert len(kept(folder)) == 1


async def test_an_avatar_needs_a_login(client: httpx.AsyncClient, folder: Path) -> None:
    assert (await client.put(f"{ME}avatar/", files={"image": picture()})).status_code == 401
    assert (await client.delete(f"{ME}avatar/")).status_code == 401
    assert kept(folder) == []
