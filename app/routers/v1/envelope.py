"""The envelope every native answer comes in (seed 000 §4), as models for the document and as bytes.

Routes answer with ready bytes: their `response_model` only describes them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl, urlencode

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from app.domain.pages import Page

T = TypeVar("T")

SUCCESSFUL = "Operation successful"
_JSON = "application/json"


_EXAMPLE_URL = "https://plenary.example/api/v1/conferences/?page_size=1&page="
_EXAMPLE_PAGE: dict[str, Any] = {
    "count": 3,
    "page": 2,
    "page_size": 1,
    "next": f"{_EXAMPLE_URL}3",
    "previous": f"{_EXAMPLE_URL}1",
}


def example(model: Any) -> Any:
    """The first example a model gives of itself, or nothing; of a list, one such item."""
    if get_origin(model) is list:
        item = example(get_args(model)[0])
        return None if item is None else [item]
    extra = getattr(model, "model_config", {}).get("json_schema_extra")
    examples = extra.get("examples") if isinstance(extra, dict) else None
    return examples[0] if examples else None


def _with_example(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """The example of an envelope is the example of its content, enveloped."""
    content = next(iter(model.__pydantic_generic_metadata__["args"]), None)
    paged = "meta" in model.model_fields
    shown = example(list[content] if paged else content)  # type: ignore[valid-type]
    if shown is None and content not in (None, type(None)):
        return
    enveloped = {"status": "success", "message": SUCCESSFUL, "data": shown}
    schema["examples"] = [enveloped | {"meta": _EXAMPLE_PAGE} if paged else enveloped]


class Json(bytes):
    """A value that is written as JSON already."""


class Meta(BaseModel):
    """Where in the whole list this page lies; `next` and `previous` are URLs.

    `after` is the place behind this page, in lists that go on behind a place.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE_PAGE]})

    count: int
    page: int
    page_size: int
    next: str | None
    previous: str | None
    after: str | None = Field(default=None, description="Present only where there is one.")


class Envelope(BaseModel, Generic[T]):
    """A good answer."""

    model_config = ConfigDict(json_schema_extra=_with_example)

    status: Literal["success"]
    message: str
    data: T


class ListEnvelope(BaseModel, Generic[T]):
    """A good answer that is a list, or a page of one."""

    model_config = ConfigDict(json_schema_extra=_with_example)

    status: Literal["success"]
    message: str
    data: list[T]
    meta: Meta


class ConflictsWith(BaseModel):
    """The object that stands in the way."""

    kind: str
    id: int
    name: str


class ErrorEnvelope(BaseModel):
    """A refusal: `code` is for programs, `message` and `errors` are for people."""

    status: Literal["error"]
    message: str
    code: str
    errors: dict[str, list[str]] = Field(description="Field by field; `detail` for the whole.")
    request_id: str
    conflicts_with: ConflictsWith | None = Field(
        default=None, description="Present only when another object stands in the way."
    )
    checked_in_at: datetime | None = Field(
        default=None, description="Present only when a ticket was checked in before."
    )


def json(model: BaseModel) -> Json:
    """What `listed` takes in the model's place, to be written once and used again."""
    return Json(model.__pydantic_serializer__.to_json(model))


def ok(data: Any, message: str = SUCCESSFUL, status: int = 200) -> Response:
    """An object, a list that has no pages, or nothing, in the envelope."""
    return Response(_enveloped(message, _json_of(data), b""), status, media_type=_JSON)


def created(data: Any, message: str = SUCCESSFUL) -> Response:
    return ok(data, message, 201)


def deleted(message: str = SUCCESSFUL) -> Response:
    return ok(None, message)


def listed(
    items: Iterable[BaseModel | Json | Mapping[str, Any]],
    page: Page[Any],
    request: Request,
    message: str = SUCCESSFUL,
    *,
    after: str | None = None,
) -> Response:
    """A page of a list with its place in the whole; `items` are those of `page`, as out models.

    `after` is the place behind it, in lists that have such places.
    """
    asked = page.request
    further = {"page": asked.number + 1} if asked.after is None else {"after": after}
    meta = {
        "count": page.count,
        "page": asked.number,
        "page_size": asked.size,
        "next": _url(request, further) if page.has_next else None,
        "previous": _url(request, {"page": asked.number - 1}) if asked.number > 1 else None,
    }
    if after is not None:
        meta["after"] = after
    told = to_json(meta)
    return Response(
        _enveloped(message, _json_of(list(items)), b',"meta":' + told), media_type=_JSON
    )


def _enveloped(message: str, data: bytes, rest: bytes) -> bytes:
    return b'{"status":"success","message":%b,"data":%b%b}' % (to_json(message), data, rest)


def _json_of(data: Any) -> bytes:
    if isinstance(data, Json):
        return data
    if isinstance(data, dict):
        return to_json(data)
    if isinstance(data, BaseModel):
        return data.__pydantic_serializer__.to_json(data)
    if isinstance(data, list | tuple):
        return b"[%b]" % b",".join([_json_of(item) for item in data])
    return to_json(data)


def _url(request: Request, place: Mapping[str, object]) -> str:
    """This list's address with another part asked for; the rest of the query stays."""
    query = request.scope["query_string"].decode("latin-1")
    pairs = {**dict(parse_qsl(query, keep_blank_values=True)), **place}
    return f"{request.base_url}{request.scope['path'].lstrip('/')}?{urlencode(pairs)}"
