"""Every way the native API says no, over an application of its own with a route for each."""

import logging
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import errors as domain
from app.domain.errors import DomainError, Other
from app.domain.pages import Page
from app.routers.fields import Day, Id, Name, PathId, QueryId
from app.routers.v1.envelope import ErrorEnvelope, created, deleted, listed, ok
from app.routers.v1.errors import errors, install
from app.routers.v1.listing import ListQuery, orderable

RAISED: dict[str, Exception] = {}


class ItemIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    day: Day
    size: Id = 1
    parent: "ItemIn | None" = None


class ItemOut(BaseModel):
    name: str


class ItemsQuery(ListQuery):
    ordering: Annotated[str, orderable("name", "id")] = "name"
    conference: QueryId | None = None


def application() -> FastAPI:
    app = FastAPI()
    install(app)

    @app.get("/items/")
    async def items(request: Request, query: Annotated[ItemsQuery, Query()]) -> Response:
        asked = query.page_request()
        page = Page(items=["a", "b"][: asked.size], count=3, request=asked)
        return listed([ItemOut(name=name) for name in page.items], page, request)

    @app.post("/items/")
    async def add(item: ItemIn) -> Response:
        return created(ItemOut(name=item.name))

    @app.delete("/items/{id}/")
    async def delete(id: PathId) -> Response:  # noqa: ARG001
        return deleted()

    @app.get("/raise/{name}/")
    async def refuse(name: str) -> Response:
        raise RAISED[name]

    @app.get("/many/")
    async def many() -> Response:
        return ok([ItemOut(name="é"), ItemOut(name="b")], 'A "message"')

    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def refused(
    client: httpx.AsyncClient, error: DomainError
) -> tuple[httpx.Response, dict[str, object]]:
    RAISED["it"] = error
    answer = await client.get("/raise/it/")
    return answer, answer.json()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (domain.Invalid(), 400),
        (domain.InvalidPeriod(), 400),
        (domain.BadCredentials(), 401),
        (domain.InvalidToken(), 401),
        (domain.Forbidden(), 403),
        (domain.NotFound(), 404),
        (domain.SessionFull(), 409),
        (domain.AlreadyPaid(), 409),
        (domain.KeyReused(), 422),
        (domain.TooMany(retry_after=7), 429),
        (domain.Busy(), 503),
    ],
)
async def test_a_refusal_has_the_status_of_its_category(
    client: httpx.AsyncClient, error: DomainError, status: int
) -> None:
    answer, body = await refused(client, error)
    assert answer.status_code == status
    assert body["status"] == "error"
    assert body["code"] == error.code
    assert set(body) == {"status", "message", "code", "errors", "request_id"}
    assert (answer.headers.get("www-authenticate") == "Bearer") is (status == 401)
    assert ("retry-after" in answer.headers) is (status in (429, 503))


async def test_a_refusal_says_for_how_long(client: httpx.AsyncClient) -> None:
    answer, _ = await refused(client, domain.TooMany(retry_after=7))
    assert answer.headers["retry-after"] == "7"


async def test_malformed_input_names_the_field_and_keeps_its_code(
    client: httpx.AsyncClient,
) -> None:
    _, body = await refused(client, domain.InvalidPeriod("It ends first.", field="end_date"))
    assert body["message"] == "Validation failed"
    assert body["code"] == "invalid_period"
    assert body["errors"] == {"end_date": ["It ends first."]}


async def test_a_rule_speaks_for_itself_and_names_the_other_object(
    client: httpx.AsyncClient,
) -> None:
    other = Other(kind="session", id=5, name="Keynote")
    _, body = await refused(client, domain.ScheduleConflict(other=other))
    assert body["message"] == domain.ScheduleConflict.message
    assert body["errors"] == {"session": [domain.ScheduleConflict.message]}
    assert body["conflicts_with"] == {"kind": "session", "id": 5, "name": "Keynote"}


async def test_what_names_no_field_is_a_detail(client: httpx.AsyncClient) -> None:
    _, body = await refused(client, domain.Forbidden())
    assert body["errors"] == {"detail": [domain.Forbidden.message]}


async def test_every_field_at_fault_is_named(client: httpx.AsyncClient) -> None:
    parent = {"name": "x", "day": "2026-09-01", "size": True}
    answer = await client.post(
        "/items/", json={"name": " ", "size": "1", "parent": parent, "role": "admin"}
    )
    assert answer.status_code == 400
    body = answer.json()
    assert (body["message"], body["code"]) == ("Validation failed", "invalid")
    assert body["errors"] == {
        "name": ["This field may not be blank."],
        "day": ["This field is required."],
        "size": ["A whole number is required."],
        "parent.size": ["A whole number is required."],
        "role": ["This field is unknown here."],
    }


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"{", "The body is not valid JSON."),
        (b"", "A body is required."),
        (b"[1]", "The body must be a JSON object, sent as application/json."),
        (b"null", "The body must be a JSON object, sent as application/json."),
        (b'"text"', "The body must be a JSON object, sent as application/json."),
        (b"\xff\xfe", "The body is not valid JSON."),
        (b"[" * 100_000, "The body could not be read."),
    ],
)
async def test_a_body_that_is_no_object(
    client: httpx.AsyncClient, content: bytes, detail: str
) -> None:
    answer = await client.post(
        "/items/", content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.json()["message"] == "Validation failed"
    assert answer.json()["errors"] == {"detail": [detail]}


async def test_unknown_and_malformed_parameters_are_named(client: httpx.AsyncClient) -> None:
    answer = await client.get(
        "/items/?page=0&page_size=1001&ordering=secret&conference=x&colour=red"
    )
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {
        "page",
        "page_size",
        "ordering",
        "conference",
        "colour",
    }


async def test_a_page_knows_its_place(client: httpx.AsyncClient) -> None:
    first = (await client.get("/items/?page_size=2&ordering=-name,id")).json()
    assert first["status"] == "success"
    assert first["message"] == "Operation successful"
    assert first["data"] == [{"name": "a"}, {"name": "b"}]
    meta = first["meta"]
    assert (meta["count"], meta["page"], meta["page_size"]) == (3, 1, 2)
    assert meta["previous"] is None
    second = (await client.get(meta["next"])).json()["meta"]
    assert second["page"] == 2
    assert second["next"] is None
    assert (await client.get(second["previous"])).json() == first


async def test_a_list_is_a_page_of_a_thousand_unless_asked(client: httpx.AsyncClient) -> None:
    assert (await client.get("/items/")).json()["meta"]["page_size"] == 1000


@pytest.mark.parametrize("id", ["abc", "0", "-1", "9223372036854775808", "1.5", "1e3", "%00"])
async def test_an_id_that_cannot_be_is_not_found(client: httpx.AsyncClient, id: str) -> None:
    answer = await client.delete(f"/items/{id}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_deleted_is_an_envelope_of_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/items/1/")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "success",
        "message": "Operation successful",
        "data": None,
    }


async def test_messages_and_texts_are_json(client: httpx.AsyncClient) -> None:
    answer = await client.get("/many/")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["message"] == 'A "message"'
    assert answer.json()["data"] == [{"name": "é"}, {"name": "b"}]


async def test_unknown_paths_and_methods(client: httpx.AsyncClient) -> None:
    unknown = await client.get("/nowhere/")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    wrong = await client.put("/many/")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "GET, HEAD"
    assert (await client.put("/items/")).headers["allow"] == "GET, HEAD, POST"
    assert wrong.json()["errors"] == {"detail": ["This method is not allowed here."]}


async def test_a_bug_says_nothing_of_itself(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    RAISED["bug"] = ValueError("the password is hunter2")
    with caplog.at_level(logging.ERROR):
        answer = await client.get("/raise/bug/")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "hunter2" not in answer.text
    assert "ValueError" not in answer.text
    assert "hunter2" in caplog.text


def test_each_documented_refusal_has_an_example() -> None:
    documented = errors(400, 401, 403, 404, 409, 422, 429, 503)
    for answer in documented.values():
        example = answer["content"]["application/json"]["example"]
        ErrorEnvelope.model_validate(example)
        assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorEnvelope")
    assert {code for code in documented if "headers" in documented[code]} == {429, 503}
