"""Seed 003, Authentication and Users: log in, sign up, who one is and what one tells."""

import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from app.config import Settings
from app.domain.access import Role
from app.domain.accounts import User
from app.domain.conferences import ConferenceStatus
from tests.compat.conftest import Headers
from tests.compat.event_hub.seed import (
    LISTED_EVENT,
    LISTED_USER,
    ME,
    NOT_FOUND,
    PROFILE_IN,
    REFRESHED,
    SETTINGS_IN,
    SIGN_UP,
    SIGNED_UP,
    TOKENS,
)
from tests.factories import PASSWORD, Units, a_conference, a_user
from tests.shapes import differences


@pytest.fixture
def avatars(settings: Settings) -> Iterator[Path]:
    settings.avatar_dir.mkdir(parents=True, exist_ok=True)
    yield settings.avatar_dir
    shutil.rmtree(settings.avatar_dir)


def kept(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


async def me_of(api: httpx.AsyncClient, headers: Headers) -> dict[str, Any]:
    answer = await api.get("/api/users/me/", headers=headers)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def test_the_documented_log_in_and_refresh(
    api: httpx.AsyncClient, uow: Units, slash: str
) -> None:
    await a_user(uow, role=Role.ADMIN, username="admin")
    login = {"username": "admin", "password": PASSWORD}
    tokens = await api.post(f"/api/auth/token{slash}", json=login)
    assert (tokens.status_code, differences(TOKENS, tokens.json())) == (200, [])
    refresh = {"refresh": tokens.json()["refresh"]}
    answers = [await api.post(f"/api/auth/token/refresh{slash}", json=refresh) for _ in range(3)]
    # It does not rotate: the same refresh token is good again.
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert all(set(answer.json()) == set(REFRESHED) for answer in answers)
    for access in (tokens.json()["access"], answers[-1].json()["access"]):
        shown = await me_of(api, {"Authorization": f"Bearer {access}"})
        assert differences(ME, shown) == []
        assert (shown["username"], shown["user_type"]) == ("admin", "admin")
        assert shown["is_organizer"] is True


async def test_a_wrong_log_in_says_so_in_the_customary_words(api: httpx.AsyncClient) -> None:
    answer = await api.post("/api/auth/token/", json={"username": "nobody", "password": "wrong"})
    assert answer.status_code == 401
    assert answer.json() == {
        "detail": "No active account found with the given credentials",
        "error": "Missing or invalid authentication.",
    }


async def test_an_access_token_refreshes_nothing(api: httpx.AsyncClient, guest: User) -> None:
    login = {"username": guest.username, "password": PASSWORD}
    tokens = (await api.post("/api/auth/token/", json=login)).json()
    answer = await api.post("/api/auth/token/refresh/", json={"refresh": tokens["access"]})
    assert answer.status_code == 401
    wrong = {"Authorization": f"Bearer {tokens['refresh']}"}
    assert (await api.get("/api/users/me/", headers=wrong)).status_code == 401


async def test_the_documented_sign_up(api: httpx.AsyncClient, slash: str) -> None:
    answer = await api.post(f"/api/users{slash}", json=SIGN_UP)
    assert answer.status_code == 201
    made = answer.json()
    assert differences(SIGNED_UP | ME | {"is_organizer": False}, made) == []
    assert {name: made[name] for name in SIGNED_UP} == SIGNED_UP | {"id": made["id"]}
    assert "assword" not in answer.text
    login = {"username": "newuser", "password": "secure_password"}
    access = (await api.post("/api/auth/token/", json=login)).json()["access"]
    assert await me_of(api, {"Authorization": f"Bearer {access}"}) == made


async def test_organizers_say_so(api: httpx.AsyncClient) -> None:
    made = (await api.post("/api/users/", json=SIGN_UP | {"user_type": "organizer"})).json()
    assert (made["user_type"], made["is_organizer"]) == ("organizer", True)


@pytest.mark.parametrize(
    ("change", "field", "status"),
    [
        ({"password_confirm": "secure_passwort"}, "password_confirm", 400),
        ({"password": "12345678", "password_confirm": "12345678"}, "password", 400),
        ({"user_type": "admin"}, "user_type", 400),
        ({"user_type": None}, "user_type", 400),
        ({"email": "nowhere"}, "email", 400),
        ({"username": "JohnDoe"}, "username", 409),
        ({"email": "JohnDoe@example.com"}, "email", 409),
    ],
)
async def test_what_sign_up_refuses(
    api: httpx.AsyncClient, uow: Units, change: dict[str, object], field: str, status: int
) -> None:
    await a_user(uow, username="johndoe")
    answer = await api.post("/api/users/", json=SIGN_UP | change)
    assert (answer.status_code, set(answer.json())) == (status, {"detail", "error", field})


async def test_flags_are_not_asked_for(api: httpx.AsyncClient) -> None:
    flags = {"is_staff": True, "is_superuser": True, "is_verified": True, "role": "admin", "id": 77}
    made = (await api.post("/api/users/", json=SIGN_UP | flags)).json()
    assert (made["user_type"], made["is_verified"]) == ("attendee", False)
    assert made["id"] != 77


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_the_documented_profile_is_changed(
    api: httpx.AsyncClient, as_guest: Headers, method: str, slash: str
) -> None:
    path = f"/api/users/me{slash}"
    answer = await api.request(method, path, json=PROFILE_IN, headers=as_guest)
    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in PROFILE_IN} == PROFILE_IN
    assert answer.json()["full_name"] == "John Doe"
    assert await me_of(api, as_guest) == answer.json()
    part = await api.request(method, path, json={"bio": "", "user_type": "admin"}, headers=as_guest)
    assert part.json() == answer.json() | {"bio": ""}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_the_documented_settings_are_changed(
    api: httpx.AsyncClient, as_guest: Headers, method: str, slash: str
) -> None:
    path = f"/api/users/update_profile{slash}"
    answer = await api.request(method, path, json=SETTINGS_IN, headers=as_guest)
    assert (answer.status_code, answer.json()) == (200, SETTINGS_IN)
    assert (await me_of(api, as_guest))["profile"] == SETTINGS_IN
    part = {"notifications_enabled": False}
    answer = await api.request(method, path, json=part, headers=as_guest)
    assert answer.json() == SETTINGS_IN | part


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("me", {"website": "johndoe.com"}, "website"),
        ("me", {"first_name": None}, "first_name"),
        ("update_profile", {"twitter": "javascript:alert(1)"}, "twitter"),
        ("update_profile", {"newsletter_subscribed": "perhaps"}, "newsletter_subscribed"),
    ],
)
async def test_what_a_profile_cannot_hold(
    api: httpx.AsyncClient, as_guest: Headers, path: str, body: dict[str, object], field: str
) -> None:
    answer = await api.patch(f"/api/users/{path}/", json=body, headers=as_guest)
    assert (answer.status_code, set(answer.json())) == (400, {"detail", "error", field})


@pytest.mark.usefixtures("avatars")
async def test_a_picture_of_oneself(api: httpx.AsyncClient, as_guest: Headers) -> None:
    drawn = BytesIO()
    Image.new("RGB", (60, 40), "blue").save(drawn, "PNG")
    files = {"avatar": ("me.png", drawn.getvalue(), "image/png")}
    form = {"bio": "A person"}
    answer = await api.patch("/api/users/me/", data=form, files=files, headers=as_guest)
    assert answer.status_code == 200, answer.text
    address = answer.json()["avatar"]
    assert (answer.json()["bio"], address.startswith("http://testserver/media/")) == (
        "A person",
        True,
    )
    same = await api.patch("/api/users/me/", json={"avatar": address}, headers=as_guest)
    assert same.json()["avatar"] == address
    gone = await api.patch("/api/users/me/", json={"avatar": None}, headers=as_guest)
    assert gone.json()["avatar"] is None


@pytest.mark.parametrize(
    ("form", "picture", "status"),
    [
        ({"bio": "New", "username": "Zoe"}, True, 409),
        ({"bio": "New", "website": "javascript:alert(1)"}, True, 400),
        ({"bio": "New"}, False, 400),
    ],
)
async def test_a_picture_and_the_rest_change_together_or_not_at_all(
    api: httpx.AsyncClient,
    as_guest: Headers,
    uow: Units,
    avatars: Path,
    form: dict[str, str],
    picture: bool,
    status: int,
) -> None:
    await a_user(uow, username="zoe")
    before = await me_of(api, as_guest)
    files_before = kept(avatars)
    drawn = BytesIO()
    Image.new("RGB", (6, 4), "red").save(drawn, "PNG")
    content = drawn.getvalue() if picture else b"GIF89a"
    files = {"avatar": ("me.png", content, "image/png")}
    answer = await api.patch("/api/users/me/", data=form, files=files, headers=as_guest)
    assert answer.status_code == status, answer.text
    assert await me_of(api, as_guest) == before
    assert kept(avatars) == files_before


async def test_a_picture_sent_again_under_its_key_is_kept_once(
    api: httpx.AsyncClient, as_guest: Headers, avatars: Path
) -> None:
    drawn = BytesIO()
    Image.new("RGB", (6, 4), "red").save(drawn, "PNG")
    keyed = as_guest | {"Idempotency-Key": "me"}
    before = kept(avatars)
    files = {"avatar": ("me.png", drawn.getvalue(), "image/png")}
    body = httpx.Request("PATCH", "http://x/", data={"bio": "New"}, files=files)
    sent = keyed | {"Content-Type": body.headers["content-type"]}
    answers = [
        await api.patch("/api/users/me/", content=body.read(), headers=sent) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    assert answers[0].json() == answers[1].json() == await me_of(api, as_guest)
    assert len(kept(avatars) - before) == 1


async def test_the_documented_list_of_users(
    api: httpx.AsyncClient, as_guest: Headers, as_admin: Headers, guest: User, slash: str
) -> None:
    listed = await api.get(f"/api/users{slash}", headers=as_admin)
    assert (listed.status_code, differences([LISTED_USER], listed.json())) == (200, [])
    assert all(one["email"] for one in listed.json())
    # Addresses are for admins, and one's own.
    seen = (await api.get("/api/users/", headers=as_guest)).json()
    assert [one["email"] for one in seen if one["email"]] == [guest.email]
    assert {one["id"] for one in seen} == {one["id"] for one in listed.json()}
    assert (await api.get("/api/users/")).status_code == 401


async def test_users_are_found_and_ordered(
    api: httpx.AsyncClient, as_admin: Headers, as_guest: Headers, guest: User, uow: Units
) -> None:
    first = await a_user(uow, username="aaron")
    last = await a_user(uow, username="zoe")

    async def ids(query: str, headers: Headers) -> list[int]:
        answer = await api.get(f"/api/users/?{query}", headers=headers)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()]

    assert (await ids("ordering=username", as_guest))[0] == first.id
    assert (await ids("ordering=-username", as_guest))[0] == last.id
    assert (await ids("ordering=-date_joined", as_guest))[0] == last.id
    assert await ids("username=ZOE", as_guest) == [last.id]
    assert await ids("email=zoe@example.com", as_admin) == [last.id]
    assert await ids("email=zoe@example.com", as_guest) == []
    assert await ids(f"email={guest.email}", as_guest) == [guest.id]
    wrong = await api.get("/api/users/?ordering=password_hash", headers=as_guest)
    assert wrong.status_code == 400


async def test_what_somebody_organizes(
    api: httpx.AsyncClient,
    as_guest: Headers,
    as_organizer: Headers,
    organizer: User,
    uow: Units,
    slash: str,
) -> None:
    public = await a_conference(uow, organizer=organizer)
    draft = await a_conference(uow, organizer=organizer, status=ConferenceStatus.DRAFT)
    await a_conference(uow)
    path = f"/api/users/{organizer.id}/events_organized{slash}"
    seen = await api.get(path, headers=as_guest)
    assert (seen.status_code, [one["id"] for one in seen.json()]) == (200, [public.id])
    assert differences(LISTED_EVENT, seen.json()[0]) == []
    own = await api.get(path, headers=as_organizer)
    assert {one["id"] for one in own.json()} == {public.id, draft.id}
    assert (await api.get(path)).status_code == 401


@pytest.mark.parametrize("what", ["events_organized", "reviews"])
async def test_whoever_is_not_there(api: httpx.AsyncClient, as_guest: Headers, what: str) -> None:
    for id in ("999999", "x"):
        answer = await api.get(f"/api/users/{id}/{what}/", headers=as_guest)
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
