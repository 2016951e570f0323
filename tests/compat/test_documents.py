"""Each contract's own pages and document: what tools and people read before they write a client."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from app.config import CONTRACTS, Settings
from app.main import create_app
from app.routers.compat.mounted import APPLICATIONS, COMPAT

METHODS = ("get", "put", "post", "delete", "patch")
READS_WELL = re.compile(r"[a-z]+([A-Z][a-z]*)*")


class Operation(NamedTuple):
    path: str
    method: str
    spec: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.spec.get("operationId"))


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield Operation(path, method, item[method])


@pytest.fixture(params=sorted(APPLICATIONS), scope="module")
def contract(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def document(contract: str) -> dict[str, Any]:
    """The document as it is served; making it needs no database."""
    return APPLICATIONS[contract](f"{COMPAT}/{contract}").openapi()


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> list[Operation]:
    return list(_operations(document))


def shown(document: dict[str, Any], schema: dict[str, Any]) -> bool:
    """Whether a schema, or what it is a list of, shows itself."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.get("type") == "array":
        return shown(document, schema["items"])
    # What may be left out is itself or null.
    either = any(shown(document, one) for one in schema.get("anyOf", ()))
    return bool("example" in schema or schema.get("examples") or either)


def has_example(document: dict[str, Any], content: dict[str, Any]) -> bool:
    media = content["application/json"]
    return bool("example" in media or media.get("examples") or shown(document, media["schema"]))


@pytest.mark.parametrize("page", ["docs", "docs/", "redoc", "redoc/"])
async def test_the_pages_show_this_contract_and_load_nothing_from_elsewhere(
    client: httpx.AsyncClient, contract: str, page: str
) -> None:
    answer = await client.get(f"{COMPAT}/{contract}/{page}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    [document] = re.findall(r'data-document="([^"]+)"', answer.text)
    assert document == f"{COMPAT}/{contract}/openapi.json"
    assert (await client.get(document)).json()["servers"][0]["url"] == f"{COMPAT}/{contract}"
    for path in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
        assert path.startswith("/static/docs/")
        assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("slash", ["", "/"])
async def test_the_root_of_a_contract_leads_to_its_documentation(
    client: httpx.AsyncClient, contract: str, slash: str
) -> None:
    answer = await client.get(f"{COMPAT}/{contract}{slash}")
    assert (answer.status_code, answer.headers["location"]) == (307, f"{COMPAT}/{contract}/docs")


async def test_unknown_paths_within_a_contract_are_refused_in_its_form(
    client: httpx.AsyncClient, contract: str
) -> None:
    answer = await client.get(f"{COMPAT}/{contract}/nowhere")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "Not found."
    assert len(answer.headers["x-request-id"]) == 32


def test_every_operation_says_what_it_does(operations: list[Operation]) -> None:
    assert operations
    silent = [one.name for one in operations if not one.spec.get("summary")]
    undescribed = [one.name for one in operations if not one.spec.get("description")]
    untagged = [one.name for one in operations if not one.spec.get("tags")]
    assert (silent, undescribed, untagged) == ([], [], [])


def test_tags_are_explained(document: dict[str, Any], operations: list[Operation]) -> None:
    explained = {tag["name"] for tag in document["tags"] if tag["description"]}
    assert {tag for one in operations for tag in one.spec["tags"]} == explained


def test_operation_ids_read_well_and_are_unique(operations: list[Operation]) -> None:
    names = [one.name for one in operations]
    assert [name for name in names if not READS_WELL.fullmatch(name)] == []
    assert len(set(names)) == len(names)


def test_every_body_and_every_answer_has_an_example(
    document: dict[str, Any], operations: list[Operation]
) -> None:
    without = [
        f"{one.name} {status}"
        for one in operations
        for status, part in [("body", one.spec.get("requestBody")), *one.spec["responses"].items()]
        if part
        and "application/json" in part.get("content", {})
        and not has_example(document, part["content"])
    ]
    assert without == []


def test_errors_are_documented(operations: list[Operation]) -> None:
    for one in operations:
        expected = {"503"}
        if {"bearerAuth": []} in one.spec["security"]:
            expected.add("401")
        if "requestBody" in one.spec:
            expected.add("400")
        if "{" in one.path:
            expected.add("404")
        assert expected <= set(one.spec["responses"]), one.name


def test_pages_that_try_things_out_repeat_no_key(document: dict[str, Any]) -> None:
    key = document["components"]["parameters"]["IdempotencyKey"]
    assert "example" not in str(key)


def fields_of(document: dict[str, Any], operation: Operation) -> set[str]:
    """What a request may name: in its body, whichever form it has, and in its query."""
    named = {one["name"] for one in operation.spec.get("parameters", ()) if "name" in one}
    for media in operation.spec.get("requestBody", {}).get("content", {}).values():
        either = [media["schema"], *media["schema"].get("anyOf", ())]
        for schema in either:
            known = schema.get("$ref", "").rpartition("/")[2]
            named |= set(document["components"]["schemas"].get(known, schema).get("properties", ()))
    return named


@pytest.mark.parametrize(
    "contract", ["event-hub", "event-management", "jointoit", "mini-event"], scope="module"
)
def test_examples_of_malformed_requests_name_what_may_be_sent(
    document: dict[str, Any], operations: list[Operation]
) -> None:
    for one in operations:
        if "400" in one.spec["responses"]:
            example = one.spec["responses"]["400"]["content"]["application/json"]["example"]
            fields = fields_of(document, one)
            # Beside the fields, a refusal as a whole.
            assert set(example) - {"detail", "code", "error"} <= fields, one.name


def test_references_lead_somewhere(document: dict[str, Any]) -> None:
    named = set(re.findall(r"'#/components/schemas/(\w+)'", str(document)))
    assert named <= set(document["components"]["schemas"])
    assert "ValidationError" not in str(document)


def test_only_named_contracts_are_mounted(settings: Settings) -> None:
    def mounted(*names: str) -> set[str]:
        app = create_app(settings.model_copy(update={"contracts": names}))
        paths = {getattr(route, "path", "") for route in app.routes}
        return {name for name in CONTRACTS if f"{COMPAT}/{name}" in paths}

    # A contract that is known and not built yet mounts nothing.
    assert mounted(*CONTRACTS) == set(APPLICATIONS) <= set(CONTRACTS)
    assert mounted("event-management") == {"event-management"}
    assert mounted() == set()


def test_the_native_document_leads_to_those_of_the_contracts(settings: Settings) -> None:
    def described(*names: str) -> str:
        made = create_app(settings.model_copy(update={"contracts": names})).openapi()
        return str(made["info"]["description"])

    assert "[mini-event](/compat/mini-event/docs)" in described("mini-event")
    assert "event-management" not in described("mini-event")
    assert "/compat/" not in described()
