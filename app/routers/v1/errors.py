"""Refusals in the native envelope: which status a domain error becomes, and in what words."""

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain import errors as domain
from app.domain.errors import DomainError, Invalid, Later, NotFound
from app.routers.v1.envelope import ErrorEnvelope

STATUSES: Mapping[type[DomainError], int] = {
    domain.Invalid: 400,
    domain.Unauthenticated: 401,
    domain.Forbidden: 403,
    domain.NotFound: 404,
    domain.Refused: 409,
    domain.KeyReused: 422,
    domain.TooMany: 429,
    domain.Busy: 503,
}

# What the framework itself refuses, without asking the domain.
FRAMEWORK_CODES = {
    404: ("not_found", NotFound.message),
    405: ("method_not_allowed", "This method is not allowed here."),
    408: ("request_timeout", "The request took too long to arrive."),
    413: ("body_too_large", "The body is too large."),
}

_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_UNREADABLE = Invalid(errors={"detail": ["The body could not be read."]})

_WORDS = {
    "bool_parsing": "A valid boolean is required.",
    "bool_type": "A valid boolean is required.",
    "date_from_datetime_parsing": "A date is required, as in 2026-09-01.",
    "date_parsing": "A date is required, as in 2026-09-01.",
    "date_type": "A date is required, as in 2026-09-01.",
    "datetime_from_date_parsing": "A date-time is required, as in 2026-09-01T09:00:00Z.",
    "datetime_parsing": "A date-time is required, as in 2026-09-01T09:00:00Z.",
    "datetime_type": "A date-time is required, as in 2026-09-01T09:00:00Z.",
    "dict_type": "An object is required.",
    "extra_forbidden": "This field is unknown here.",
    "finite_number": "A finite number is required.",
    "int_from_float": "A whole number is required.",
    "int_parsing": "A whole number is required.",
    "int_parsing_size": "This number is too large.",
    "int_type": "A whole number is required.",
    "list_type": "A list is required.",
    "missing": "This field is required.",
    "model_attributes_type": "An object is required.",
    "model_type": "An object is required.",
    "string_type": "A string is required.",
    "timezone_aware": "A time zone is required, as in 2026-09-01T09:00:00Z.",
}

# How the validators begin their sentences.
_AWKWARD = re.compile(r"^([A-Z][A-Za-z ]* should|must)\b")

_EXAMPLES: Mapping[int, DomainError] = {
    400: Invalid(errors={"start_date": ["This field is required."]}),
    401: domain.InvalidToken(),
    403: domain.Forbidden(),
    404: domain.NotFound(),
    409: domain.ConflictingWrite(),
    422: domain.KeyReused(),
    429: domain.TooMany(),
    503: domain.Busy(),
}
_DESCRIPTIONS = {
    400: "Malformed: each field at fault is named",
    401: "No valid token",
    403: "Not allowed to this caller",
    404: "Not there, or not visible to this caller",
    409: "A rule refused; nothing was written",
    422: "The idempotency key was used for another request",
    429: "Too many requests; try again after `Retry-After` seconds",
    503: "Busy, nothing was written; try again after `Retry-After` seconds",
}
_RETRY_AFTER = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
}

logger = logging.getLogger(__name__)


def errors(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these statuses.

    What takes an idempotency key (422) may find it malformed (400).
    """
    wanted = {*codes, 400} if 422 in codes else set(codes)
    return {code: _documented(code) for code in sorted(wanted)}


def _documented(code: int) -> dict[str, Any]:
    example = _refusal(_EXAMPLES[code], "5f0c1e3a9b7d4c1f8e2a6b4d0c9e7f31")
    documented: dict[str, Any] = {
        "model": ErrorEnvelope,
        "description": _DESCRIPTIONS[code],
        "content": {"application/json": {"example": example}},
    }
    if code in (429, 503):
        documented["headers"] = _RETRY_AFTER
    return documented


def install(app: FastAPI) -> None:
    """Make every refusal of this application come in the native envelope."""
    app.add_exception_handler(DomainError, on_domain_error)
    app.add_exception_handler(RequestValidationError, on_malformed)
    app.add_exception_handler(HTTPException, on_framework_error)
    app.add_middleware(UnexpectedErrors)


def status_of(error: DomainError) -> int:
    """The status of the error's category."""
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)


async def on_domain_error(request: Request, error: Exception) -> Response:
    """A refusal of the domain."""
    assert isinstance(error, DomainError)
    headers = {}
    if isinstance(error, Later):
        headers["Retry-After"] = str(error.retry_after)
    status = status_of(error)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return _answer(status, _refusal(error, _request_id(request)), headers)


async def on_malformed(request: Request, error: Exception) -> Response:
    """A request that does not have the declared form; a malformed path names nothing at all."""
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(fault["loc"][:1] == ("path",) for fault in faults):
        return await on_domain_error(request, NotFound())
    return await on_domain_error(request, Invalid(errors=_by_field(faults)))


async def on_framework_error(request: Request, error: Exception) -> Response:
    """Unknown paths, wrong methods, unreadable bodies."""
    assert isinstance(error, HTTPException)
    status = error.status_code
    if status == 400:
        return await on_domain_error(request, _UNREADABLE)
    code, message = FRAMEWORK_CODES.get(status, (f"http_{status}", str(error.detail)))
    body = _body(message, code, {"detail": [message]}, _request_id(request))
    headers = dict(error.headers or {})
    if "Allow" in headers:
        headers["Allow"] = _allowed(request)
    return _answer(status, body, headers)


class UnexpectedErrors:
    """The outermost guard: a bug answers 500, says no more, and leaves its trace in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            logger.exception("unexpected error", extra={"path": scope["path"]})
            if started:
                raise
            message = "Something went wrong on our side."
            body = _body(
                message, "internal_error", {"detail": [message]}, _request_id(Request(scope))
            )
            await _answer(500, body, {})(scope, receive, send)


def _refusal(error: DomainError, request_id: str) -> dict[str, Any]:
    named: Mapping[str, list[str]] | None = getattr(error, "errors", None)
    if not named:
        named = {error.field or "detail": [error.message]}
    message = Invalid.message if isinstance(error, Invalid) else error.message
    body = _body(message, error.code, named, request_id)
    if error.other is not None:
        other = error.other
        body["conflicts_with"] = {"kind": other.kind, "id": other.id, "name": other.name}
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


def _answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    return Response(to_json(body), status, dict(headers), media_type="application/json")


def _allowed(request: Request) -> str:
    """Every method of the path; the framework names those of one route of it."""
    asked = [{**request.scope, "method": method} for method in _METHODS]
    return ", ".join(
        scope["method"]
        for scope in asked
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
    )


def _request_id(request: Request) -> str:
    return str(getattr(request.state, "request_id", ""))


def _by_field(faults: Sequence[Any]) -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for fault in faults:
        field, message = _named(fault["loc"]), _worded(fault)
        if fault["loc"][0] == "body" and (field == "detail" or fault["type"] == "json_invalid"):
            field, message = "detail", _body_at_fault(fault["type"])
        if message not in named.setdefault(field, []):
            named[field].append(message)
    return named


def _named(place: Sequence[int | str]) -> str:
    """The field's name as the client wrote it, nested ones with dots."""
    return ".".join(str(part) for part in place[1:]) or "detail"


def _body_at_fault(kind: str) -> str:
    if kind == "json_invalid":
        return "The body is not valid JSON."
    if kind == "missing":
        return "A body is required."
    return "The body must be a JSON object, sent as application/json."


def _worded(fault: Mapping[str, Any]) -> str:
    kind, context = fault["type"], fault.get("ctx") or {}
    if kind in _WORDS:
        return _WORDS[kind]
    if kind == "string_too_short" and context.get("min_length") == 1:
        return "This field may not be blank."
    if kind in ("enum", "literal_error"):
        return f"This must be {context['expected']}."
    message = str(context.get("error", fault["msg"])) if kind == "value_error" else fault["msg"]
    return _AWKWARD.sub("This must", message, count=1).rstrip(".") + "."
