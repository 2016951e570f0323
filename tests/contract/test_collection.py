"""`cms_api_collection.json`: the guide's requests, in its folders, with its bodies."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.contract.guide import (
    ATTENDEE,
    CONFERENCE,
    LOGIN,
    PAYMENT,
    REGISTRATION,
    SESSION,
)

FOLDERS = {
    "Auth": ("POST token/", "POST token/refresh/"),
    "Conferences": (
        "GET conferences/",
        "GET conferences/upcoming/",
        "POST conferences/",
        "GET conferences/{}/",
        "PUT conferences/{}/",
        "DELETE conferences/{}/",
    ),
    "Sessions": (
        "GET sessions/",
        "POST sessions/",
        "GET sessions/{}/",
        "PUT sessions/{}/",
        "DELETE sessions/{}/",
    ),
    "Attendees & Recommendations": (
        "GET attendees/",
        "POST attendees/",
        "GET attendees/{}/",
        "PUT attendees/{}/",
        "DELETE attendees/{}/",
        "GET attendees/{}/recommendations/?email=true",
    ),
    "Registrations & Payments": (
        "GET registrations/",
        "POST registrations/",
        "GET registrations/{}/",
        "PUT registrations/{}/",
        "DELETE registrations/{}/",
        "POST payments/process/",
    ),
    "Reports, Search & Logs": (
        "GET search/?q=Keynote",
        "GET reports/conferences/",
        "GET reports/sessions/",
        "GET core/logs/",
    ),
}
BODIES = {
    "Login (Get Token)": LOGIN,
    "Create Conference": CONFERENCE,
    "Create Session": SESSION,
    "Create Attendee": ATTENDEE,
    "Create Registration": REGISTRATION,
    "Process Payment": PAYMENT,
}


@pytest.fixture(scope="module")
def collection() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(Path("cms_api_collection.json").read_text())
    return read


def test_it_holds_every_documented_request_in_its_folder(collection: dict[str, Any]) -> None:
    held = {
        folder["name"]: tuple(
            f"{request['method']} "
            + re.sub(r"\{\{\w+\}\}", "{}", request["url"]["raw"].removeprefix("{{base_url}}/"))
            for request in (item["request"] for item in folder["item"])
        )
        for folder in collection["item"]
    }
    assert held == FOLDERS


def test_it_is_a_postman_collection_that_logs_itself_in(collection: dict[str, Any]) -> None:
    assert collection["info"]["schema"].endswith("/v2.1.0/collection.json")
    assert collection["auth"]["bearer"][0]["value"] == "{{access_token}}"
    login = collection["item"][0]["item"][0]
    assert login["name"] == "Login (Get Token)"
    script = "\n".join(login["event"][0]["script"]["exec"])
    assert 'place.set("access_token", answer.data.access)' in script
    assert "pm.environment" in script


def test_every_request_tests_its_answer(collection: dict[str, Any]) -> None:
    for item in _items(collection):
        script = "\n".join(
            line
            for event in item["event"]
            if event["listen"] == "test"
            for line in event["script"]["exec"]
        )
        assert script.count("pm.test(") >= 2, item["name"]


def test_unset_variables_give_the_documented_bodies(collection: dict[str, Any]) -> None:
    values = {variable["key"]: variable["value"] for variable in collection["variable"]}
    sent = {
        item["name"]: json.loads(
            re.sub(r"\{\{(\w+)\}\}", lambda m: values[m[1]], item["request"]["body"]["raw"])
        )
        for item in _items(collection)
        if item["name"] in BODIES
    }
    assert sent == BODIES


def _items(collection: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for folder in collection["item"] for item in folder["item"]]
