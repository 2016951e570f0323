"""Refusals in the native envelope."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response

from app.domain.errors import AlreadyCheckedIn, DomainError, Invalid
from app.routers import refusals
from app.routers.refusals import (
    DESCRIPTIONS,
    EXAMPLES,
    FRAMEWORK_CODES,
    RETRY_AFTER,
    headers_of,
    status_of,
)
from app.routers.v1.envelope import ErrorEnvelope


def _schema() -> dict[str, Any]:
    """Of every refusal; as a `model` FastAPI would make it anew for each of 700 answers."""
    where = "#/components/schemas/{model}"
    made = ErrorEnvelope.model_json_schema(mode="serialization", ref_template=where)
    shared = made.pop("$defs", {})
    return {"$ref": where.format(model="ErrorEnvelope"), "$defs": shared | {"ErrorEnvelope": made}}


_SCHEMA = _schema()


def errors(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these statuses.

    What takes an idempotency key (422) may find it malformed (400).
    """
    wanted = {*codes, 400} if 422 in codes else set(codes)
    return {code: _documented(code) for code in sorted(wanted)}


def install(app: FastAPI) -> None:
    """Make every refusal of this application come in the native envelope."""
    refusals.install(app, refusal=refused, framework=_on_framework_error)


def _documented(code: int) -> dict[str, Any]:
    example = _example(code, "5f0c1e3a9b7d4c1f8e2a6b4d0c9e7f31")
    documented: dict[str, Any] = {
        "description": DESCRIPTIONS[code],
        "content": {"application/json": {"schema": _SCHEMA, "example": example}},
    }
    if code in (429, 503):
        documented["headers"] = RETRY_AFTER
    return documented


def _example(code: int, request_id: str) -> dict[str, Any]:
    if code in EXAMPLES:
        return _refusal(EXAMPLES[code], request_id)
    name, message = FRAMEWORK_CODES[code]
    return _body(message, name, {"detail": [message]}, request_id)


def refused(request: Request, error: DomainError) -> Response:
    """The answer to a refusal."""
    status = status_of(error)
    body = _refusal(error, refusals.request_id(request))
    return refusals.as_json(status, body, headers_of(error, status))


def _on_framework_error(
    request: Request, status: int, code: str, message: str, headers: Mapping[str, str]
) -> Response:
    body = _body(message, code, {"detail": [message]}, refusals.request_id(request))
    return refusals.as_json(status, body, headers)


def _refusal(error: DomainError, request_id: str) -> dict[str, Any]:
    named: Mapping[str, list[str]] | None = getattr(error, "errors", None)
    if not named:
        named = {one.field or "detail": [one.message] for one in (error, *error.beside)}
    message = Invalid.message if isinstance(error, Invalid) else error.message
    body = _body(message, error.code, named, request_id)
    if error.other is not None:
        other = error.other
        body["conflicts_with"] = {"kind": other.kind, "id": other.id, "name": other.name}
    if isinstance(error, AlreadyCheckedIn) and error.at is not None:
        body["checked_in_at"] = error.at
    return body


def _body(
    message: str, code: str, named: Mapping[str, list[str]], request_id: str
) -> dict[str, Any]:
    return {
        "status": "error",
        "message": message,
        "code": code,
        "errors": dict(named),
        "request_id": request_id,
    }
