"""The document: what tools and people read before they write a client."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.config import Settings
from app.main import create_app

METHODS = ("get", "put", "post", "delete", "patch")
PUBLIC = {
    "logIn",
    "refreshToken",
    "logOut",
    "signUp",
    "verifyEmail",
    "askForPasswordReset",
    "resetPassword",
    "settlePayment",
    "listCategories",
    "getCategory",
    "verifyCertificate",
    "listPublicConferences",
    "getPublicConference",
    "getScheduleXml",
    "getScheduleJson",
    "getPublicConferenceCalendar",
    "getOwnCalendar",
    "listReviews",
    "getReview",
}
MONITORING = "/api/"
# One verb, one thing: listConferences, getOwnProfile.
READS_WELL = re.compile(r"[a-z]+([A-Z][a-z]*)*")


class Operation(NamedTuple):
    path: str
    method: str
    spec: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.spec.get("operationId"))

    @property
    def is_public(self) -> bool:
        return self.name in PUBLIC or not self.path.startswith(MONITORING)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document as it is served; making it needs no database."""
    settings = Settings.model_validate(
        {"database_url": "postgresql://nowhere/plenary", "secret_key": "0123456789abcdef" * 4}
    )
    return create_app(settings).openapi()


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> list[Operation]:
    return list(_operations(document))


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield Operation(path, method, item[method])


def has_example(document: dict[str, Any], content: dict[str, Any]) -> bool:
    """Whether a body shows itself, in its media type or in its schema."""
    media = content["application/json"]
    return bool("example" in media or media.get("examples") or _shown(document, media["schema"]))


def _shown(document: dict[str, Any], schema: dict[str, Any]) -> bool:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return bool("example" in schema or schema.get("examples"))


def test_every_operation_says_what_it_does(operations: list[Operation]) -> None:
    assert operations
    silent = [one.name for one in operations if not one.spec.get("summary")]
    undescribed = [one.name for one in operations if not one.spec.get("description")]
    untagged = [one.name for one in operations if not one.spec.get("tags")]
    assert (silent, undescribed, untagged) == ([], [], [])


def test_tags_are_explained(document: dict[str, Any], operations: list[Operation]) -> None:
    explained = {tag["name"] for tag in document["tags"] if tag["description"]}
    used = {tag for one in operations for tag in one.spec["tags"]}
    assert used == explained


def test_operation_ids_read_well_and_are_unique(operations: list[Operation]) -> None:
    names = [one.name for one in operations]
    assert [name for name in names if not READS_WELL.fullmatch(name)] == []
    assert len(set(names)) == len(names)


def test_every_json_body_has_an_example(
    document: dict[str, Any], operations: list[Operation]
) -> None:
    without = [
        one.name
        for one in operations
        if (body := one.spec.get("requestBody"))
        and "application/json" in body["content"]
        and not has_example(document, body["content"])
    ]
    assert without == []


def test_every_json_answer_has_an_example(
    document: dict[str, Any], operations: list[Operation]
) -> None:
    without = [
        f"{one.name} {status}"
        for one in operations
        for status, answer in one.spec["responses"].items()
        if "application/json" in answer.get("content", {})
        and not has_example(document, answer["content"])
    ]
    assert without == []


def test_who_needs_a_token_is_said(document: dict[str, Any], operations: list[Operation]) -> None:
    [scheme] = document["components"]["securitySchemes"]
    for one in operations:
        expected: list[dict[str, Any]] = [] if one.is_public else [{scheme: []}]
        assert one.spec.get("security") == expected, one.name


def test_errors_are_documented(operations: list[Operation]) -> None:
    for one in operations:
        if not one.path.startswith(MONITORING):
            continue
        expected = {"503"}
        if not one.is_public:
            expected.add("401")
        if "requestBody" in one.spec:
            expected.add("400")
        if "{" in one.path:
            expected.add("404")
        assert expected <= set(one.spec["responses"]), one.name


def test_whatever_takes_a_key_says_that_the_key_may_be_malformed(
    operations: list[Operation],
) -> None:
    keyed = [one for one in operations if "422" in one.spec["responses"]]
    assert keyed
    assert [one.name for one in keyed if "400" not in one.spec["responses"]] == []


def test_the_frameworks_own_validation_error_is_absent(document: dict[str, Any]) -> None:
    assert "ValidationError" not in str(document)


def test_no_example_or_default_holds_a_server_of_somebodys(document: dict[str, Any]) -> None:
    hosts = set(re.findall(r"https?://([^/'\"\s]+)", str(document)))
    # Formats are named by the addresses of those who describe them.
    described = {"www.standardwebhooks.com", "c3voc.de", "schema.org"}
    assert {host for host in hosts if not host.endswith(".example")} <= described


def test_the_document_is_that_of_this_version(document: dict[str, Any]) -> None:
    project = Path("pyproject.toml").read_text()
    assert f'version = "{document["info"]["version"]}"' in project
