"""An event's picture: sent in a form, as clients of seed 001's original do, and shown as a URL."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from app.config import Settings
from tests.compat.conftest import Headers
from tests.compat.event_management.seed import EVENT_IN

FIELDS = {name: str(value) for name, value in EVENT_IN.items()}


def a_picture(colour: str = "blue") -> bytes:
    file = BytesIO()
    Image.new("RGB", (60, 40), colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def kept(settings: Settings) -> Iterator[Path]:
    """The folder of pictures, empty at first."""
    yield settings.cover_dir
    for file in files(settings.cover_dir):
        file.unlink()


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


async def created(
    api: httpx.AsyncClient, headers: Headers, picture: bytes | None = None
) -> dict[str, Any]:
    sent = {"image": ("a.png", picture, "image/png")} if picture else None
    answer = await api.post("/api/events/create/", data=FIELDS, files=sent, headers=headers)
    assert answer.status_code == 200, answer.text
    event: dict[str, Any] = answer.json()
    return event


async def test_a_form_with_a_picture(
    api: httpx.AsyncClient, as_organizer: Headers, kept: Path
) -> None:
    event = await created(api, as_organizer, a_picture())
    assert event["image"].startswith("http://testserver/media/covers/")
    assert {name: event[name] for name in EVENT_IN} == EVENT_IN
    shown = await api.get(event["image"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    with Image.open(BytesIO(shown.content)) as picture:
        assert picture.size == (60, 40)
    assert len(files(kept)) == 1
    listed = (await api.get("/api/events/")).json()
    assert listed == [event] == [(await api.get(f"/api/events/{event['id']}/")).json()]


async def test_a_form_without_a_picture(api: httpx.AsyncClient, as_organizer: Headers) -> None:
    assert (await created(api, as_organizer))["image"] is None
    # What a browser sends for a file input that nobody has filled.
    nothing = {"image": ("", b"", "application/octet-stream")}
    answer = await api.post("/api/events/create/", data=FIELDS, files=nothing, headers=as_organizer)
    assert (answer.status_code, answer.json()["image"]) == (200, None)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_new_picture_replaces_the_old_one(
    api: httpx.AsyncClient, as_organizer: Headers, kept: Path, method: str
) -> None:
    event = await created(api, as_organizer, a_picture())
    place = f"/api/events/{event['id']}/update/"
    sent = {"image": ("b.png", a_picture("red"), "image/png")}
    answer = await api.request(method, place, files=sent, headers=as_organizer)
    assert answer.status_code == 200
    assert answer.json() == event | {"image": answer.json()["image"]}
    assert answer.json()["image"] != event["image"]
    [file] = files(kept)
    assert answer.json()["image"].endswith(file.name)
    assert (await api.get(event["image"])).status_code == 404


async def test_a_picture_stays_when_it_is_sent_back_and_goes_when_it_is_null(
    api: httpx.AsyncClient, as_organizer: Headers, kept: Path
) -> None:
    event = await created(api, as_organizer, a_picture())
    place = f"/api/events/{event['id']}/update/"
    whole = await api.put(place, json=event, headers=as_organizer)
    assert (whole.status_code, whole.json()) == (200, event)
    bare = await api.put(place, json=EVENT_IN, headers=as_organizer)
    assert bare.json() == event
    without = await api.patch(place, json={"image": None}, headers=as_organizer)
    assert without.json() == event | {"image": None}
    assert files(kept) == []


async def test_what_is_no_picture_is_refused_and_nothing_is_kept(
    api: httpx.AsyncClient, as_organizer: Headers, kept: Path
) -> None:
    sent = {"image": ("a.png", b"<svg onload=alert(1)>", "image/png")}
    answer = await api.post("/api/events/create/", data=FIELDS, files=sent, headers=as_organizer)
    assert (answer.status_code, list(answer.json())) == (400, ["image"])
    assert answer.headers["x-error-code"] == "invalid_image"
    assert (await api.get("/api/events/")).json() == []
    assert files(kept) == []


async def test_a_picture_of_an_event_that_is_refused_is_not_kept(
    api: httpx.AsyncClient, as_organizer: Headers, as_guest: Headers, kept: Path
) -> None:
    sent = {"image": ("a.png", a_picture(), "image/png")}
    fields = FIELDS | {"category": "99"}
    answer = await api.post("/api/events/create/", data=fields, files=sent, headers=as_organizer)
    assert (answer.status_code, list(answer.json())) == (400, ["category"])
    event = await created(api, as_organizer)
    place = f"/api/events/{event['id']}/update/"
    foreign = await api.put(place, files=sent, headers=as_guest)
    assert foreign.status_code == 403
    assert files(kept) == []


async def test_a_picture_may_be_larger_than_other_bodies_and_not_endless(
    api: httpx.AsyncClient, as_organizer: Headers, settings: Settings, kept: Path
) -> None:
    noise = Image.effect_noise((1500, 1500), 90)
    file = BytesIO()
    noise.save(file, "PNG")
    assert settings.max_body_bytes < len(file.getvalue()) < settings.max_upload_bytes
    assert (await created(api, as_organizer, file.getvalue()))["image"]
    endless = {"image": ("a.png", b"x" * (settings.max_upload_bytes + 1), "image/png")}
    answer = await api.post("/api/events/create/", data=FIELDS, files=endless, headers=as_organizer)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert len(files(kept)) == 1


async def test_a_repeated_form_under_a_key_keeps_one_picture(
    api: httpx.AsyncClient, as_organizer: Headers, kept: Path
) -> None:
    boundary = {"Content-Type": "multipart/form-data; boundary=same"}
    keyed = as_organizer | {"Idempotency-Key": "once"} | boundary
    sent = {"image": ("a.png", a_picture(), "image/png")}
    first, second = [
        await api.post("/api/events/create/", data=FIELDS, files=sent, headers=keyed)
        for _ in range(2)
    ]
    assert first.status_code == 200
    assert first.json() == second.json()
    [file] = files(kept)
    assert first.json()["image"].endswith(file.name)


async def test_forms_may_be_plain(api: httpx.AsyncClient, as_organizer: Headers) -> None:
    answer = await api.post("/api/events/create/", data=FIELDS, headers=as_organizer)
    assert answer.status_code == 200
    fields = {"category": "", "capacity": "7", "date_time": "2031-01-01T10:00:00+01:00"}
    place = f"/api/events/{answer.json()['id']}/update/"
    changed = (await api.put(place, data=fields, headers=as_organizer)).json()
    assert (changed["category"], changed["capacity"]) == (None, 7)
    assert changed["date_time"] == "2031-01-01T09:00:00Z"
    wrong = await api.put(place, data={"capacity": "0", "title": " "}, headers=as_organizer)
    assert (wrong.status_code, set(wrong.json())) == (400, {"capacity", "title"})


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b"null", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"capacity": ' + b"9" * 5_000 + b"}", "application/json"),
        (b'"\xff"', "application/json"),
        (b"{}", "text/plain"),
        (b"{}", ""),
        (b"nonsense", "multipart/form-data"),
        (b"nonsense", "multipart/form-data; boundary=x"),
        (b"&".join(b"x%d=1" % number for number in range(60)), "application/x-www-form-urlencoded"),
    ],
)
async def test_a_body_that_cannot_be_read_is_a_detail(
    api: httpx.AsyncClient, as_organizer: Headers, content: bytes, kind: str
) -> None:
    headers = as_organizer | {"Content-Type": kind}
    answer = await api.post("/api/events/create/", content=content, headers=headers)
    assert answer.status_code == 400
    assert set(answer.json()) == {"detail", "code"}


async def test_a_repeated_change_takes_no_picture_that_came_since(
    api: httpx.AsyncClient, as_organizer: Headers, kept: Path
) -> None:
    """An answer that is given again tells of the past; the files are of the present."""
    event = await created(api, as_organizer, a_picture("blue"))
    url, keyed = f"/api/events/{event['id']}/update/", as_organizer | {"Idempotency-Key": "again"}
    first = await api.patch(url, json={"title": "Renamed"}, headers=keyed)
    assert first.status_code == 200
    newer = {"image": ("b.png", a_picture("red"), "image/png")}
    changed = await api.patch(url, files=newer, headers=as_organizer)
    shown = changed.json()["image"].rpartition("/")[2]
    repeated = await api.patch(url, json={"title": "Renamed"}, headers=keyed)
    assert repeated.json() == first.json()
    assert [file.name for file in files(kept)] == [shown]


@pytest.mark.parametrize("charset", ["undefined", "punycode", "klingon"])
async def test_a_form_in_an_alphabet_there_is_not_is_a_detail(
    api: httpx.AsyncClient, as_organizer: Headers, charset: str
) -> None:
    body = '--B\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n--B--\r\n'
    kind = f"multipart/form-data; boundary=B; charset={charset}"
    answer = await api.post(
        "/api/events/create/", content=body, headers=as_organizer | {"Content-Type": kind}
    )
    assert answer.status_code == 400
