"""Seed 003, Events: the cover image, sent in a form and shown as a URL."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from app.config import Settings
from tests.compat.conftest import Headers
from tests.compat.event_hub.seed import EVENT_IN

EVENTS = "/api/events/"
FIELDS = {name: str(value) for name, value in EVENT_IN.items()}


def sent(colour: str = "blue", content: bytes | None = None) -> dict[str, Any]:
    file = BytesIO()
    Image.new("RGB", (60, 40), colour).save(file, "PNG")
    return {"cover_image": ("a.png", file.getvalue() if content is None else content, "image/png")}


@pytest.fixture
def kept(settings: Settings) -> Iterator[Path]:
    """The folder of pictures, empty at first."""
    yield settings.cover_dir
    for file in files(settings.cover_dir):
        file.unlink()


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


async def created(
    api: httpx.AsyncClient, headers: Headers, files: dict[str, Any] | None = None
) -> dict[str, Any]:
    answer = await api.post(EVENTS, data=FIELDS, files=files, headers=headers)
    assert answer.status_code == 201, answer.text
    event: dict[str, Any] = answer.json()
    return event


async def test_a_form_with_a_picture(
    api: httpx.AsyncClient, as_organizer: Headers, kept: Path, slash: str
) -> None:
    answer = await api.post(f"/api/events{slash}", data=FIELDS, files=sent(), headers=as_organizer)
    assert answer.status_code == 201
    event = answer.json()
    assert {name: event[name] for name in EVENT_IN} == EVENT_IN
    assert event["cover_image"].startswith("http://testserver/media/covers/")
    shown = await api.get(event["cover_image"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    [listed] = (await api.get(EVENTS, headers=as_organizer)).json()
    assert listed["cover_image"] == event["cover_image"]
    assert len(files(kept)) == 1


async def test_forms_need_bring_no_picture(api: httpx.AsyncClient, as_organizer: Headers) -> None:
    event = await created(api, as_organizer)
    assert event["cover_image"] is None
    fields = {"is_online": "false", "registration_deadline": "", "max_attendees": "7"}
    answer = await api.patch(f"{EVENTS}{event['id']}/", data=fields, headers=as_organizer)
    assert answer.status_code == 200
    changed = {"is_online": False, "registration_deadline": None, "max_attendees": 7}
    assert answer.json() == event | changed | {
        "available_spots": 7,
        "updated_at": answer.json()["updated_at"],
    }


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_new_picture_replaces_the_old_one(
    api: httpx.AsyncClient, as_organizer: Headers, kept: Path, method: str, slash: str
) -> None:
    event = await created(api, as_organizer, sent())
    place, titled = f"/api/events/{event['id']}{slash}", {"title": "Python"}
    answer = await api.request(method, place, data=titled, files=sent("red"), headers=as_organizer)
    assert (answer.status_code, answer.json()["title"]) == (200, "Python")
    assert answer.json()["cover_image"] != event["cover_image"]
    [file] = files(kept)
    assert answer.json()["cover_image"].endswith(file.name)
    assert (await api.get(event["cover_image"])).status_code == 404


async def test_it_stays_when_it_is_sent_back_and_goes_when_it_is_null(
    api: httpx.AsyncClient, as_organizer: Headers, kept: Path
) -> None:
    event = await created(api, as_organizer, sent())
    place = f"{EVENTS}{event['id']}/"
    for body in (event, EVENT_IN):
        answer = await api.put(place, json=body, headers=as_organizer)
        assert (answer.status_code, answer.json()["cover_image"]) == (200, event["cover_image"])
    without = await api.patch(place, json={"cover_image": None}, headers=as_organizer)
    assert (without.status_code, without.json()["cover_image"]) == (200, None)
    assert files(kept) == []


async def test_what_is_no_picture_is_named_and_nothing_is_written(
    api: httpx.AsyncClient, as_organizer: Headers, kept: Path
) -> None:
    bad = sent(content=b"<svg onload=alert(1)>")
    answer = await api.post(EVENTS, data=FIELDS, files=bad, headers=as_organizer)
    assert (answer.status_code, set(answer.json())) == (400, {"cover_image", "detail", "error"})
    assert answer.headers["x-error-code"] == "invalid_image"
    assert (await api.get(EVENTS, headers=as_organizer)).json() == []
    event = await created(api, as_organizer)
    place, titled = f"{EVENTS}{event['id']}/", {"title": "Other"}
    answer = await api.patch(place, data=titled, files=bad, headers=as_organizer)
    assert answer.status_code == 400
    assert (await api.get(place, headers=as_organizer)).json() == event
    assert files(kept) == []


async def test_a_picture_of_what_is_refused_is_not_kept(
    api: httpx.AsyncClient, as_organizer: Headers, as_guest: Headers, kept: Path
) -> None:
    backwards = FIELDS | {"end_date": FIELDS["start_date"]}
    answer = await api.post(EVENTS, data=backwards, files=sent(), headers=as_organizer)
    assert (answer.status_code, answer.headers["x-error-code"]) == (400, "invalid_period")
    event = await created(api, as_organizer)
    await api.post(f"{EVENTS}{event['id']}/publish/", headers=as_organizer)
    place = f"{EVENTS}{event['id']}/"
    assert (await api.patch(place, files=sent(), headers=as_guest)).status_code == 403
    assert (await api.patch(place, files=sent())).status_code == 401
    assert (await api.post(EVENTS, data=FIELDS, files=sent(), headers=as_guest)).status_code == 403
    assert files(kept) == []


async def test_a_picture_may_be_larger_than_other_bodies_and_not_endless(
    api: httpx.AsyncClient, as_organizer: Headers, settings: Settings, kept: Path
) -> None:
    noise = BytesIO()
    Image.effect_noise((1500, 1500), 90).save(noise, "PNG")
    assert settings.max_body_bytes < len(noise.getvalue()) < settings.max_upload_bytes
    event = await created(api, as_organizer, sent(content=noise.getvalue()))
    assert event["cover_image"]
    endless = sent(content=b"x" * (settings.max_upload_bytes + 1))
    for method, place in (("POST", EVENTS), ("PATCH", f"{EVENTS}{event['id']}/")):
        answer = await api.request(method, place, data=FIELDS, files=endless, headers=as_organizer)
        assert (answer.status_code, set(answer.json())) == (413, {"detail", "error"})
    assert len(files(kept)) == 1


async def test_a_repeated_form_under_a_key_keeps_one_picture(
    api: httpx.AsyncClient, as_organizer: Headers, kept: Path
) -> None:
    boundary = {"Content-Type": "multipart/form-data; boundary=same"}
    keyed = as_organizer | {"Idempotency-Key": "once"} | boundary
    first, second = [await created(api, keyed, sent()) for _ in range(2)]
    assert first == second
    [file] = files(kept)
    assert first["cover_image"].endswith(file.name)
