"""Bodies of contracts whose clients may send a form, with a file in it, where others send JSON."""

from dataclasses import dataclass
from json import JSONDecodeError
from typing import Any, Generic, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from app.routers.uploads import form_of

M = TypeVar("M", bound=BaseModel)

_FORMS = {"multipart/form-data", "application/x-www-form-urlencoded"}
_MOST_FIELDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent(Generic[M]):
    """What was sent; `picture` is the content of the file, None where there was none."""

    body: M
    picture: bytes | None = None


async def read(request: Request, model: type[M], *, picture: str) -> Sent[M]:
    """The body as this model; `picture` names the part of a form that may be a file."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _FORMS:
        return Sent(body=_meant(model, await _json(request, kind)))
    async with form_of(request, most_fields=_MOST_FIELDS) as form:
        sent: dict[str, Any] = dict(form)
        file = sent.get(picture)
        content = None
        if isinstance(file, UploadFile):
            content = await file.read()
            del sent[picture]
    # A browser sends a file input that nobody has filled as a file of nothing.
    return Sent(body=_meant(model, sent), picture=content or None)


def documented(model: type[BaseModel], *, picture: str) -> dict[str, Any]:
    """The `openapi_extra` of a route that reads such a body."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    properties = schema["properties"] | {picture: {"type": "string", "format": "binary"}}
    form = {key: value for key, value in schema.items() if key != "examples"}
    content = {
        "application/json": {"schema": schema},
        "multipart/form-data": {"schema": form | {"properties": properties}},
    }
    return {"requestBody": {"required": True, "content": content}}


async def _json(request: Request, kind: str) -> Any:
    content = await request.body()
    if not content:
        raise _fault("missing")
    if kind != "application/json" and not kind.endswith("+json"):
        raise _fault("model_type")
    try:
        return await request.json()
    except JSONDecodeError:
        raise _fault("json_invalid") from None
    except (RecursionError, ValueError):
        # Nested too deeply, a number too long, bytes that are no text.
        raise HTTPException(400) from None


def _meant(model: type[M], sent: Any) -> M:
    try:
        return model.model_validate(sent)
    except ValidationError as error:
        faults = [fault | {"loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from None


def _fault(kind: str) -> RequestValidationError:
    return RequestValidationError([{"type": kind, "loc": ("body",), "msg": kind}])
