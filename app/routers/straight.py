"""Routes whose dependencies are called one after the other, in an order found once.

The framework finds out anew with every request what a route depends on, and keeps two stacks open
for what a dependency might leave behind. Ours leave nothing, and are told by the route alone.
"""

import email.message
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from inspect import get_annotations, iscoroutinefunction
from typing import Any

from fastapi import params
from fastapi._compat import ModelField, Undefined
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_body_to_args, request_params_to_args
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

Call = Callable[..., Awaitable[Any]]


def straighten(routes: Sequence[BaseRoute]) -> None:
    """Give each route that needs no more than this the short way; the others keep theirs."""
    for route in routes:
        if isinstance(route, APIRoute):
            way = _way(route)
            if way is not None:
                route.app = way


class _Winding(Exception):
    """This route needs what the framework does."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A call, and which of what is known by then it is given, by name."""

    call: Call
    given: Mapping[str, int]


@dataclass(slots=True)
class _Plan:
    """Each dependency once, those it depends on first; the request is known from the start."""

    steps: list[_Step] = field(default_factory=list)
    _places: dict[Call, int] = field(default_factory=dict)

    def given(self, dependant: Dependant) -> dict[str, int]:
        """What is handed to its call, by name; each dependency is planned on the way."""
        given = {}
        for dependency in dependant.dependencies:
            place = self._place(dependency)
            if dependency.name is not None:
                given[dependency.name] = place
        if dependant.request_param_name is not None:
            given[dependant.request_param_name] = 0
        return given

    def _place(self, dependency: Dependant) -> int:
        if not dependency.use_cache or dependency.concurrency or _asks_for_more(dependency):
            raise _Winding
        call = _plain(dependency.call)
        if call not in self._places:
            step = _Step(call, self.given(dependency))
            self.steps.append(step)
            self._places[call] = len(self.steps)
        return self._places[call]


def _way(route: APIRoute) -> "_Straight | None":
    dependant, plan = route.dependant, _Plan()
    body = route.body_field
    try:
        endpoint = _plain(dependant.call)
        given = plan.given(dependant)
    except _Winding:
        return None
    if (
        _asks_for_more(dependant, of_the_route=True)
        or get_annotations(endpoint, eval_str=True).get("return") is not Response
        or route.max_body_size is not None
        or route._embed_body_fields
        or (body is not None and isinstance(body.field_info, params.Form))
    ):
        return None
    return _Straight(plan.steps, _Step(endpoint, given), dependant.path_params, body)


def _plain(call: Callable[..., Any] | None) -> Call:
    if iscoroutinefunction(call) or iscoroutinefunction(getattr(call, "__call__", None)):  # noqa: B004
        return call  # type: ignore[return-value]
    raise _Winding


def _asks_for_more(dependant: Dependant, *, of_the_route: bool = False) -> bool:
    """Than the request and other dependencies; a route may ask for its path and a body, too."""
    more = [
        dependant.query_params,
        dependant.header_params,
        dependant.cookie_params,
        dependant.websocket_param_name,
        dependant.http_connection_param_name,
        dependant.response_param_name,
        dependant.background_tasks_param_name,
        dependant.security_scopes_param_name,
    ]
    if not of_the_route:
        more += [dependant.path_params, dependant.body_params]
    return any(more)


class _Straight:
    """The ASGI application of a route: body, dependencies, parameters, endpoint, answer.

    Raises what the framework would, in the same order.
    """

    def __init__(
        self,
        steps: Sequence[_Step],
        endpoint: _Step,
        path: Sequence[ModelField],
        body: ModelField | None,
    ) -> None:
        self._steps = [(step.call, tuple(step.given.items())) for step in steps]
        self._endpoint = endpoint.call
        self._given = tuple(endpoint.given.items())
        self._path = path
        self._body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        body = Undefined if self._body is None else await _body_of(request)
        known: list[Any] = [request]
        for call, given in self._steps:
            known.append(await call(**{name: known[place] for name, place in given}))
        values = {name: known[place] for name, place in self._given}
        if self._path:
            taken, faults = request_params_to_args(self._path, request.path_params)
            values |= taken
        else:
            faults = []
        if self._body is not None:
            taken, faulty = await _judged(self._body, body)
            values |= taken
            faults += faulty
        if faults:
            raise RequestValidationError(faults, body=None if body is Undefined else body)
        response = await self._endpoint(**values)
        await response(scope, receive, send)


async def _judged(field: ModelField, body: Any) -> tuple[dict[str, Any], list[Any]]:
    """The body as its parameter takes it, by name, and what is wrong with it."""
    if body is Undefined:
        return await request_body_to_args([field], body, embed_body_fields=False)
    taken, faults = field.validate(body, loc=("body",))
    return {field.name: taken}, faults


async def _body_of(request: Request) -> Any:
    """What is sent as JSON, read; anything else as it is. Raises what says how it is malformed."""
    try:
        body = await _sent(request)
        if not body:
            return Undefined
        return loads(body) if _is_json(request.headers.get("content-type")) else body
    except json.JSONDecodeError as error:
        fault = {
            "type": "json_invalid",
            "loc": ("body", error.pos),
            "msg": "JSON decode error",
            "input": {},
            "ctx": {"error": error.msg},
        }
        raise RequestValidationError([fault], body=error.doc) from error
    except HTTPException:
        raise
    except Exception as error:
        raise HTTPException(400, "There was an error parsing the body") from error


async def _sent(request: Request) -> bytes:
    """All that is sent, kept for whoever asks the request for it; most often it came at once."""
    parts, more = [], True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    request._body = body = b"".join(parts)
    return body


def loads(body: bytes) -> Any:
    """What the standard library reads, most often in half the time."""
    try:
        return from_json(body)
    except ValueError:
        # It may be readable all the same, and if not, it is to be told where and why.
        return json.loads(body)


@lru_cache(maxsize=64)
def _is_json(content_type: str | None) -> bool:
    if not content_type:
        return False
    message = email.message.Message()
    message["content-type"] = content_type
    subtype = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (
        subtype == "json" or subtype.endswith("+json")
    )
