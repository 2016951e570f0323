"""Sends what is nasty, and judges the answers; what was refused must have left nothing behind."""

import dataclasses
import json
import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from app.domain.times import utc_now
from app.signing import signed
from tests.access.house import House
from tests.access.rows import filled, path_of
from tests.fuzz.operations import NATIVE, Operation

# How much of all there is to try is tried: all of it by `make fuzz`.
WHOLE = os.environ.get("TESTS_FUZZ") == "whole"
SEED = 20_261
_JSON = "application/json"
_NATIVE_KEYS = {"status", "message", "code", "errors", "request_id"}
_NATIVE_MORE = {"conflicts_with", "checked_in_at"}
# Said by name where one field is at fault, and by this where it is the whole.
WHOLE_BODY = frozenset({"detail", "non_field_errors"})

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request; `field` is at fault, and `is_malformed` where no reading of it is good."""

    operation: Operation
    name: str
    is_malformed: bool = False
    field: str = ""
    content: bytes | None = None
    path: str = ""
    query: str = ""
    headers: Mapping[str, bytes] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.operation} as {self.operation.role}, {self.name}"


def some(cases: Sequence[T], most: int, about: object) -> list[T]:
    """As many of them as there is time for, the same in every run."""
    if WHOLE or len(cases) <= most:
        return list(cases)
    return random.Random(f"{SEED} {about}").sample(cases, most)


def sound_body(house: House, operation: Operation) -> dict[str, Any]:
    """The body that the operation takes."""
    body: dict[str, Any] = filled(
        dict(operation.row.body or operation.row.form or {}), house.scene.names
    )
    return body


def written(fields: Mapping[str, bytes]) -> bytes:
    """A JSON object of values that are written already."""
    return b"{%s}" % b", ".join(
        b"%s: %s" % (json.dumps(name).encode(), text) for name, text in fields.items()
    )


async def sent(house: House, case: Case) -> httpx.Response:
    """The answer to it."""
    operation, row = case.operation, case.operation.row
    headers: dict[str, str | bytes] = {**house.scene.headers[operation.role], **row.headers}
    content = case.content
    if content is None and (row.body is not None or row.form is not None):
        content = json.dumps(sound_body(house, operation)).encode()
    if content is not None:
        headers["Content-Type"] = _JSON
    if row.route[1].endswith("/payments/callback/") and content is not None:
        # What is wrong is to be the content, not the signature.
        key = house.app.runtime.settings.webhook_keys[0]
        headers |= signed(key, "evt_nasty", utc_now(), content)
    for name, value in case.headers.items():
        headers = {known: one for known, one in headers.items() if known.lower() != name.lower()}
        headers[name] = value
    path = case.path or path_of(row.path, house.scene.names)
    if case.query:
        path += ("&" if "?" in path else "?") + case.query
    return await house.send(operation.method, path, headers=headers, content=content)


async def tried(house: House, cases: Sequence[Case]) -> list[str]:
    """What is wrong about the answers to these, and about what they left behind."""
    wrong: list[str] = []
    refused: list[Case] = []
    accepted = False
    for case in cases:
        answer = await sent(house, case)
        wrong += [f"{case}: {fault}" for fault in faults(case, answer)]
        if answer.status_code < 400 and case.operation.is_write:
            accepted = True
            await house.restore()
        else:
            refused.append(case)
    if accepted:
        # What was written since may have hidden what they left.
        await house.restore()
        for case in refused:
            await sent(house, case)
    allowed = frozenset[str]().union(*(case.operation.writes for case in cases))
    changed = [table for table in await house.changed() if table not in allowed]
    if changed:
        wrong.append(f"{', '.join(changed)} changed by one of {sorted(map(str, refused))}")
    await house.restore()
    return wrong


def faults(case: Case, answer: httpx.Response) -> list[str]:
    """What is wrong about one answer."""
    status = answer.status_code
    if status >= 500:
        return [f"{status} {answer.text[:200]}"]
    if status < 400:
        return [f"{status}, and it is malformed"] if case.is_malformed else []
    try:
        named = names(case.operation.contract, answer)
    except (AssertionError, ValueError) as error:
        return [f"{status} is no refusal of this contract ({error}): {answer.text[:200]}"]
    if case.is_malformed and case.field and not _is_named(case.field, named):
        return [f"{status} does not name {case.field}: {answer.text[:200]}"]
    return []


def names(contract: str, answer: httpx.Response) -> set[str]:
    """The fields that a refusal names. Raises AssertionError if it has not the contract's form."""
    assert answer.headers["content-type"] == _JSON
    body = answer.json()
    assert isinstance(body, dict)
    answer.text.encode()
    if contract == NATIVE:
        assert _NATIVE_KEYS <= set(body) <= _NATIVE_KEYS | _NATIVE_MORE
        assert body["status"] == "error"
        assert body["request_id"] == answer.headers["x-request-id"]
        named = body["errors"]
        assert named
    else:
        assert answer.headers["x-error-code"]
        named = dict(body)
        whole = [named.pop(key) for key in _beside(contract, body)]
        assert all(isinstance(one, str) and one for one in whole)
        assert whole or named
    for messages in named.values():
        assert messages
        assert all(isinstance(one, str) and one for one in messages)
        assert isinstance(messages, list)
    return set(named) if contract == NATIVE else set(named) | ({"detail"} & set(body))


def _beside(contract: str, body: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys that tell of the whole."""
    if contract == "event-hub":
        return ("detail", "error")
    if "detail" not in body:
        return ()
    return ("detail",) if contract == "jointoit" else ("detail", "code")


def _is_named(field: str, named: set[str]) -> bool:
    """By itself, by something in it, or by what it repeats."""
    told_as = _REPEATS.get(field, field)
    return any(one in {field, told_as} or one.startswith(f"{field}.") for one in named)


# What a contract documents to be refused by the name of what it repeats.
_REPEATS = {"password2": "password"}
