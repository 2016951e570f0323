"""What native API and contracts share in saying no; the form of the body is each one's own."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain import errors as domain
from app.domain.errors import DomainError, Invalid, Later, NotFound
from app.routers import faults

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
UNEXPECTED = ("internal_error", "Something went wrong on our side.")
UNREADABLE = Invalid(errors={"detail": ["The body could not be read."]})

EXAMPLES: Mapping[int, DomainError] = {
    400: Invalid(errors={"start_date": ["This field is required."]}),
    401: domain.InvalidToken(),
    403: domain.Forbidden(),
    404: domain.NotFound(),
    409: domain.ConflictingWrite(),
    422: domain.KeyReused(),
    429: domain.TooMany(),
    503: domain.Busy(),
}
DESCRIPTIONS: Mapping[int, str] = {
    400: "Malformed: each field at fault is named",
    401: "No valid token",
    403: "Not allowed to this caller",
    404: "Not there, or not visible to this caller",
    409: "A rule refused; nothing was written",
    413: "The body is too large",
    422: "The idempotency key was used for another request",
    429: "Too many requests; try again after `Retry-After` seconds",
    503: "Busy; nothing was written, unless it says so; try again after `Retry-After` seconds",
}
RETRY_AFTER = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
}

# Each with those that come with it.
_METHODS = {
    "DELETE": ("DELETE",),
    "GET": ("GET", "HEAD"),
    "PATCH": ("PATCH",),
    "POST": ("POST",),
    "PUT": ("PUT",),
}

logger = logging.getLogger(__name__)


def status_of(error: DomainError, statuses: Mapping[type[DomainError], int] = STATUSES) -> int:
    """The status of the closest category of the error that has one."""
    return next((statuses[kind] for kind in type(error).__mro__ if kind in statuses), 500)


def headers_of(error: DomainError, status: int) -> dict[str, str]:
    """When to come back, and how to say who one is."""
    headers = {}
    if isinstance(error, Later):
        headers["Retry-After"] = str(error.retry_after)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def malformed(error: RequestValidationError) -> DomainError:
    """A request that does not have the declared form; a malformed path names nothing at all."""
    found = error.errors()
    return NotFound() if faults.in_path(found) else Invalid(errors=faults.by_field(found))


def framework_headers(request: Request, error: HTTPException) -> dict[str, str]:
    """The framework's headers, with every method of the path where it names those of one route."""
    headers = dict(error.headers or {})
    if "Allow" in headers:
        headers["Allow"] = _allowed(request)
    return headers


def request_id(request: Request) -> str:
    return str(getattr(request.state, "request_id", ""))


def as_json(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    return Response(to_json(body), status, dict(headers), media_type="application/json")


class UnexpectedErrors:
    """The outermost guard: a bug answers 500, says no more, and leaves its trace in the log."""

    def __init__(self, app: ASGIApp, *, answer: Callable[[Request], Response]) -> None:
        self._app = app
        self._answer = answer

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
        except ClientDisconnect:
            # Nobody is there to be answered, and nothing is wrong with us.
            return
        except Exception:
            logger.exception("unexpected error", extra={"path": scope["path"]})
            if started:
                raise
            await self._answer(Request(scope))(scope, receive, send)


def install(
    app: FastAPI,
    *,
    refusal: Callable[[Request, DomainError], Response],
    framework: Callable[[Request, int, str, str, Mapping[str, str]], Response],
) -> None:
    """Answer every refusal of this application by these two.

    `refusal` forms what the domain says; `framework` what else there is: status, code, message
    and headers.
    """

    async def on_domain_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, DomainError)
        return refusal(request, error)

    async def on_malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return refusal(request, malformed(error))

    async def on_framework_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = error.status_code
        if status == 400:
            return refusal(request, UNREADABLE)
        if status == 503:
            return refusal(request, domain.Busy())
        code, message = FRAMEWORK_CODES.get(status, (f"http_{status}", str(error.detail)))
        return framework(request, status, code, message, framework_headers(request, error))

    def unexpected(request: Request) -> Response:
        return framework(request, 500, *UNEXPECTED, {})

    app.add_exception_handler(DomainError, on_domain_error)
    app.add_exception_handler(RequestValidationError, on_malformed)
    app.add_exception_handler(HTTPException, on_framework_error)
    app.add_middleware(UnexpectedErrors, answer=unexpected)


def _allowed(request: Request) -> str:
    """Every method of the path."""
    return ", ".join(
        allowed
        for method, all_of_it in _METHODS.items()
        if _takes(request, method)
        for allowed in all_of_it
    )


def _takes(request: Request, method: str) -> bool:
    scope = {**request.scope, "method": method}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
