import re
import shutil
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.domain.accounts import User
from app.domain.conferences import Conference, Visibility
from app.main import create_app
from app.routers.media import SEALED
from tests.api.conftest import Headers
from tests.factories import Units, a_conference, login
from tests.serving import served

COVER = re.compile(r"/media/covers/[0-9a-f]{32}\.(jpg|png|webp)")


def picture(kind: str = "JPEG", mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> bytes:
    written = BytesIO()
    Image.new(mode, size, 0).save(written, kind)
    return written.getvalue()


def path(conference: Conference) -> str:
    return f"/api/v1/conferences/{conference.id}/cover-image/"


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def put(
    client: httpx.AsyncClient, conference: Conference, content: bytes, **headers: str
) -> httpx.Response:
    # What the file is called and claims to be counts for nothing.
    files = {"image": ("../../evil.svg", content, "image/svg+xml")}
    return await client.put(path(conference), files=files, headers=headers)


def kept(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


async def shown(client: httpx.AsyncClient, conference: Conference) -> str | None:
    answer = await client.get(f"/api/v1/conferences/{conference.id}/")
    cover: str | None = answer.json()["data"]["cover_image"]
    return cover


@pytest.fixture
def folder(settings: Settings) -> Iterator[Path]:
    """Where covers are kept; empty before and after."""
    settings.cover_dir.mkdir(parents=True, exist_ok=True)
    yield settings.cover_dir
    shutil.rmtree(settings.cover_dir)


@pytest.fixture
async def organizing(client: httpx.AsyncClient, as_organizer: Headers) -> httpx.AsyncClient:
    """The client of the organizer of `conference`."""
    client.headers.update(as_organizer)
    return client


@pytest.fixture
async def nobody(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with app.client() as client:
        yield client


async def test_a_cover_is_set_and_seen_by_everybody(
    organizing: httpx.AsyncClient,
    nobody: httpx.AsyncClient,
    conference: Conference,
    folder: Path,
) -> None:
    assert await shown(organizing, conference) is None
    answer = await put(organizing, conference, picture())
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert COVER.fullmatch(data["cover_image"])
    assert data["updated_at"] > data["created_at"]
    assert await shown(organizing, conference) == data["cover_image"]
    [listed] = (await organizing.get("/api/v1/conferences/")).json()["data"]
    assert listed["cover_image"] == data["cover_image"]
    seen = await nobody.get(data["cover_image"])
    assert seen.status_code == 200
    with Image.open(BytesIO(seen.content)) as opened:
        assert (opened.format, opened.size) == ("JPEG", (60, 40))
    assert kept(folder) == [data["cover_image"].rpartition("/")[2]]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("kind", "mode", "media_type"),
    [("JPEG", "RGB", "image/jpeg"), ("PNG", "RGBA", "image/png"), ("WEBP", "RGBA", "image/webp")],
)
async def test_it_is_served_as_a_picture_and_nothing_else(
    organizing: httpx.AsyncClient,
    conference: Conference,
    kind: str,
    mode: str,
    media_type: str,
) -> None:
    cover = (await put(organizing, conference, picture(kind, mode))).json()["data"]["cover_image"]
    headers = (await organizing.get(cover)).headers
    assert headers["content-type"] == media_type
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == SEALED
    assert headers["content-disposition"] == "inline"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_new_cover_takes_the_old_ones_place(
    organizing: httpx.AsyncClient, conference: Conference, folder: Path
) -> None:
    first, second = [
        (await put(organizing, conference, picture())).json()["data"]["cover_image"]
        for _ in range(2)
    ]
    assert first != second
    assert code(await organizing.get(first)) == (404, "not_found")
    assert (await organizing.get(second)).status_code == 200
    assert len(kept(folder)) == 1


async def test_a_cover_is_removed(
    organizing: httpx.AsyncClient, conference: Conference, folder: Path
) -> None:
    cover = (await put(organizing, conference, picture())).json()["data"]["cover_image"]
    for _ in range(2):
        answer = await organizing.delete(path(conference))
        assert answer.status_code == 200
        assert answer.json()["data"]["cover_image"] is None
    assert code(await organizing.get(cover)) == (404, "not_found")
    assert kept(folder) == []


@pytest.mark.usefixtures("folder")
async def test_other_changes_leave_the_cover_alone(
    organizing: httpx.AsyncClient, conference: Conference
) -> None:
    cover = (await put(organizing, conference, picture())).json()["data"]["cover_image"]
    one = f"/api/v1/conferences/{conference.id}/"
    answer = await organizing.put(one, json={"conference_name": "Other"})
    assert answer.json()["data"]["cover_image"] == cover
    assert code(await organizing.put(one, json={"cover_image": "x"})) == (400, "invalid")
    assert (await organizing.get(cover)).status_code == 200


async def test_who_may(
    nobody: httpx.AsyncClient,
    rival_client: httpx.AsyncClient,
    visitor_client: httpx.AsyncClient,
    admin_client: httpx.AsyncClient,
    conference: Conference,
    uow: Units,
    folder: Path,
) -> None:
    private = await a_conference(uow, visibility=Visibility.PRIVATE)
    assert (await put(nobody, conference, picture())).status_code == 401
    assert (await nobody.delete(path(conference))).status_code == 401
    for stranger in (rival_client, visitor_client):
        assert code(await put(stranger, conference, picture())) == (403, "forbidden")
        assert code(await stranger.delete(path(conference))) == (403, "forbidden")
        assert code(await put(stranger, private, picture())) == (404, "not_found")
        assert code(await stranger.delete(path(private))) == (404, "not_found")
    assert kept(folder) == []
    assert (await put(admin_client, private, picture())).status_code == 200
    missing = await admin_client.put(
        "/api/v1/conferences/999/cover-image/", files={"image": picture()}
    )
    assert code(missing) == (404, "not_found")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg"/>', id="svg"),
        pytest.param(picture("GIF"), id="gif"),
        pytest.param(picture()[:-100], id="half a jpeg"),
        pytest.param(b"%PDF-1.7", id="pdf"),
    ],
)
async def test_what_is_no_picture_is_refused(
    organizing: httpx.AsyncClient, conference: Conference, folder: Path, content: bytes
) -> None:
    answer = await put(organizing, conference, content)
    assert code(answer) == (400, "invalid_image")
    assert list(answer.json()["errors"]) == ["image"]
    assert await shown(organizing, conference) is None
    assert kept(folder) == []


async def test_a_refusal_leaves_the_old_cover(
    organizing: httpx.AsyncClient, conference: Conference, folder: Path
) -> None:
    cover = (await put(organizing, conference, picture())).json()["data"]["cover_image"]
    assert (await put(organizing, conference, b"GIF89a")).status_code == 400
    assert await shown(organizing, conference) == cover
    assert (await organizing.get(cover)).status_code == 200
    assert len(kept(folder)) == 1


@pytest.mark.parametrize(
    ("sent", "field", "refusal"),
    [
        ({"files": {"picture": picture()}}, "picture", "invalid"),
        ({"files": {"image": (None, "text")}}, "image", "invalid_image"),
        ({"data": {"image": "text"}}, "image", "invalid_image"),
        ({"json": {"image": "text"}}, "image", "invalid"),
        ({"content": picture(), "headers": {"Content-Type": "image/jpeg"}}, "image", "invalid"),
        ({}, "image", "invalid"),
        ({"files": [("image", picture())] * 2}, "detail", "invalid"),
        ({"files": {"image": picture()}, "data": {"id": "5"}}, "id", "invalid"),
        (
            {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
            "detail",
            "invalid",
        ),
        (
            {"content": b"x", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
            "detail",
            "invalid",
        ),
    ],
)
async def test_a_form_holds_the_picture_and_nothing_else(
    organizing: httpx.AsyncClient,
    conference: Conference,
    sent: dict[str, Any],
    field: str,
    refusal: str,
) -> None:
    answer = await organizing.put(path(conference), **sent)
    assert code(answer) == (400, refusal)
    assert list(answer.json()["errors"]) == [field]


@pytest.mark.parametrize("excess", [0, 1, 65_536])
async def test_a_file_is_at_most_so_large(
    organizing: httpx.AsyncClient,
    conference: Conference,
    settings: Settings,
    folder: Path,
    excess: int,
) -> None:
    content = picture().ljust(settings.max_upload_bytes + excess, b"\0")
    answer = await put(organizing, conference, content)
    if not excess:
        assert answer.status_code == 200
        return
    assert code(answer) == (413, "body_too_large")
    assert kept(folder) == []


async def test_what_is_far_too_large_is_not_read_to_its_end(
    organizing: httpx.AsyncClient, conference: Conference
) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        yield b'--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n'
        while read < 50:
            read += 1
            yield b"\0" * 1_048_576

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await organizing.put(path(conference), content=endless(), headers=headers)
    assert code(answer) == (413, "body_too_large")
    assert read < 10


@pytest.mark.usefixtures("folder")
async def test_only_a_form_may_be_that_large(
    organizing: httpx.AsyncClient, conference: Conference, settings: Settings
) -> None:
    content = picture().ljust(settings.max_body_bytes + 1, b"\0")
    create = "/compat/event-management/api/events/create/"
    headers = {"Content-Type": "application/json"}
    answer = await organizing.post(create, content=content, headers=headers)
    assert answer.status_code == 413
    assert (await put(organizing, conference, content)).status_code == 200
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await organizing.post("/api/v1/conferences/", content=content, headers=headers)
    assert code(answer) == (413, "body_too_large")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "x.jpg",
        f"{'a' * 32}.jpg",
        f"{'a' * 32}.svg",
        "..%2f..%2fsecret",
        "%2e%2e/%2e%2e/secret",
        "..%5c..%5csecret",
        "....//secret",
        "%00",
        f"{'a' * 32}.jpg%00",
    ],
)
async def test_no_name_leads_out_of_the_folder(
    client: httpx.AsyncClient, settings: Settings, folder: Path, name: str
) -> None:
    (settings.data_dir / "secret").write_text("secret")
    (folder / "x.jpg").write_text("secret")
    answer = await client.get(f"/media/covers/{name}")
    assert code(answer) == (404, "not_found")


async def test_a_repeated_request_sets_one_cover(
    organizing: httpx.AsyncClient, conference: Conference, folder: Path
) -> None:
    # The same request byte for byte: a new boundary would make another one of it.
    body = httpx.Request("PUT", "http://x", files={"image": picture()})
    body.read()
    headers = {"Content-Type": body.headers["Content-Type"], "Idempotency-Key": "once"}
    answers = [
        await organizing.put(path(conference), content=body.content, headers=headers)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    cover = answers[0].json()["data"]["cover_image"]
    assert (await organizing.get(cover)).status_code == 200
    assert len(kept(folder)) == 1


async def test_what_is_refused_at_the_last_moment_leaves_no_file(
    organizing: httpx.AsyncClient, conference: Conference, folder: Path, engine: AsyncEngine
) -> None:
    await organizing.delete(path(conference), headers={"Idempotency-Key": "once"})
    answer = await put(organizing, conference, picture(), **{"Idempotency-Key": "once"})
    assert code(answer) == (422, "idempotency_key_reused")
    assert await shown(organizing, conference) is None
    async with engine.connect() as connection:
        names = await connection.execute(text("SELECT cover_image FROM conferences"))
        assert names.scalars().all() == [""]
    assert kept(folder) == []


@pytest.mark.usefixtures("folder")
async def test_the_limit_is_a_setting(
    settings: Settings, conference: Conference, organizer: User
) -> None:
    small = settings.model_copy(update={"max_upload_bytes": 1024})
    large = picture("PNG", "RGB", (400, 400)).ljust(1025, b"\0")
    async with served(create_app(small)) as app, app.client() as client:
        client.headers.update(await login(client, organizer))
        assert code(await put(client, conference, large)) == (413, "body_too_large")
        assert (await put(client, conference, picture("PNG"))).status_code == 200
