"""Every way a contract says no, over an application of its own with a route for each."""

import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Response
from pydantic import BaseModel

from app.domain import errors as domain
from app.domain.errors import DomainError
from app.routers.compat.drf import Manner, errors, install
from app.routers.fields import Id, Name, PathId

RAISED: dict[str, Exception] = {}
MANNER = Manner(
    statuses={domain.Refused: 400, domain.ConflictingWrite: 409},
    fields={"name": "title", "start_date": "date_time", "email": "email"},
    texts={domain.BadCredentials: "No such luck"},
)


class ItemIn(BaseModel):
    name: Name
    size: Id = 1


def application() -> FastAPI:
    app = FastAPI()
    install(app, MANNER)

    @app.post("/items/")
    async def add(item: ItemIn) -> Response:
        return Response(item.name)

    @app.get("/items/{id}/")
    async def find(id: PathId) -> Response:  # noqa: ARG001
        raise RAISED["it"]

    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def refused(client: httpx.AsyncClient, error: Exception) -> httpx.Response:
    RAISED["it"] = error
    return await client.get("/items/1/")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (domain.Invalid("Wrong."), 400),
        (domain.InvalidToken(), 401),
        (domain.Forbidden(), 403),
        (domain.NotFound(), 404),
        (domain.SessionFull(), 400),
        (domain.ConflictingWrite(), 409),
        (domain.KeyReused(), 422),
        (domain.TooMany(retry_after=7), 429),
        (domain.Busy(), 503),
    ],
)
async def test_a_refusal_is_a_detail_with_its_code(
    client: httpx.AsyncClient, error: DomainError, status: int
) -> None:
    answer = await refused(client, error)
    assert answer.status_code == status
    assert answer.json() == {"detail": error.message, "code": error.code}
    assert answer.headers["x-error-code"] == error.code
    assert (answer.headers.get("www-authenticate") == "Bearer") is (status == 401)
    assert ("retry-after" in answer.headers) is (status in (429, 503))


async def test_a_refusal_about_a_field_names_it_as_the_client_does(
    client: httpx.AsyncClient,
) -> None:
    answer = await refused(client, domain.InvalidPeriod("It ends first.", field="start_date"))
    assert answer.json() == {"date_time": ["It ends first."]}
    assert answer.headers["x-error-code"] == "invalid_period"


async def test_a_refusal_about_a_field_nobody_sent_is_a_detail(client: httpx.AsyncClient) -> None:
    answer = await refused(client, domain.AlreadyRegistered())
    assert answer.json() == {
        "detail": "This attendee is already registered.",
        "code": "already_registered",
    }


async def test_a_contract_may_have_words_of_its_own(client: httpx.AsyncClient) -> None:
    answer = await refused(client, domain.BadCredentials())
    assert answer.json() == {"detail": "No such luck", "code": "bad_credentials"}


async def test_several_fields_are_named_and_the_whole_beside_them(
    client: httpx.AsyncClient,
) -> None:
    wrong = {"name": ["Too long."], "detail": ["Not like this."]}
    answer = await refused(client, domain.Invalid(errors=wrong))
    assert answer.json() == {"title": ["Too long."], "non_field_errors": ["Not like this."]}


async def test_every_field_at_fault_is_named_and_unknown_ones_are_not(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post("/items/", json={"size": "x", "colour": "red"})
    assert answer.status_code == 400
    # By the names of the contract's own models.
    assert answer.json() == {
        "title": ["This field is required."],
        "size": ["A whole number is required."],
    }
    assert (await client.post("/items/", json={"name": "a", "colour": "red"})).status_code == 200


@pytest.mark.parametrize("content", [b"{", b"", b"[1]", b"null", b"[" * 100_000])
async def test_a_body_that_is_no_object_is_a_detail(
    client: httpx.AsyncClient, content: bytes
) -> None:
    headers = {"content-type": "application/json"}
    answer = await client.post("/items/", content=content, headers=headers)
    assert answer.status_code == 400
    assert set(answer.json()) == {"detail", "code"}


async def test_unknown_paths_ids_and_methods(client: httpx.AsyncClient) -> None:
    nowhere, nobody = await client.get("/nowhere/"), await client.get("/items/abc/")
    assert nowhere.status_code == nobody.status_code == 404
    assert nowhere.json() == nobody.json() == {"detail": "Not found.", "code": "not_found"}
    wrong = await client.put("/items/")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert wrong.json()["code"] == wrong.headers["x-error-code"] == "method_not_allowed"


async def test_a_bug_says_nothing_of_itself(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await refused(client, ValueError("the password is hunter2"))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "hunter2" not in answer.text
    assert "hunter2" in caplog.text


def test_each_documented_refusal_has_an_example() -> None:
    documented = errors(400, 401, 403, 404, 409, 422, 429, 503)
    for status, answer in documented.items():
        example = answer["content"]["application/json"]["example"]
        assert set(example) == ({"title"} if status == 400 else {"detail", "code"})
        assert "X-Error-Code" in answer["headers"]
    waits = {code for code in documented if "Retry-After" in documented[code]["headers"]}
    assert waits == {429, 503}
