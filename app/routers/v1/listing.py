"""What every list may be asked for: pages, an order, filters, and nothing unknown.

A list declares its own query model, documents it and takes it:

    class RoomsQuery(ListQuery):
        ordering: Annotated[str, orderable("name", "id")] = "name"
        conference: Id | None = None

    @router.get("/", …, openapi_extra=documented(RoomsQuery))
    async def list_rooms(query: Annotated[RoomsQuery, asked(RoomsQuery)], …) -> Response:

The framework's own query models say the same, and cost a request half as much as everything
else that it does. Here a query string is read once and remembered: clients repeat themselves.
"""

from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.domain.pages import PageRequest
from app.routers.deps import MaybeMe, Me

Q = TypeVar("Q", bound=BaseModel)

_LONGEST_REMEMBERED = 512


def orderable(*names: str, alone: str | None = None) -> Any:
    """The field of a query that says by what to order: any of the names, in any number.

    What is named `alone` stands by itself, and has one direction.
    """
    one = f"-?({'|'.join(names)})"
    several = f"{one}(,{one}){{0,{len(names)}}}"
    said = f"By {', '.join(names)}; `-` before a name means descending; commas between."
    if alone is None:
        return Field(pattern=f"^{several}$", description=said)
    return Field(pattern=f"^({alone}|{several})$", description=f"{said} Or by {alone}.")


class ListQuery(BaseModel):
    """Base of all list queries; a parameter that no subclass declares is refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    page: int = Field(default=1, ge=1, le=1_000_000, description="Starts at 1.")
    page_size: int = Field(default=1000, ge=1, le=1000, description="At most 1000.")
    ordering: str = Field(default="", max_length=0)

    def page_request(self) -> PageRequest:
        """The part of the list asked for, in the domain's words."""
        return PageRequest(
            number=self.page,
            size=self.page_size,
            ordering=tuple(self.ordering.split(",")) if self.ordering else (),
        )


def asked(model: type[Q], *, by_anybody: bool = False) -> Any:
    """The dependency that reads the query string as this (frozen) model.

    Who asks is found out before what is asked for is judged; a list for anybody needs no login.
    """

    @lru_cache(maxsize=1024)
    def read(query_string: bytes) -> Q:
        pairs = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
        return model.model_validate(dict(pairs))

    def taken(request: Request) -> Q:
        query_string = request.scope["query_string"]
        # Whoever sends long ones, each another, is not to fill the memory with them.
        reading = read if len(query_string) <= _LONGEST_REMEMBERED else read.__wrapped__
        try:
            return reading(query_string)
        except ValidationError as error:
            faults = [fault | {"loc": ("query", *fault["loc"])} for fault in error.errors()]
            raise RequestValidationError(faults) from error

    async def query(request: Request, _: Me) -> Q:
        return taken(request)

    async def open_query(request: Request, _: MaybeMe) -> Q:
        return taken(request)

    return Depends(open_query if by_anybody else query)


def documented(model: type[BaseModel]) -> dict[str, Any]:
    """The `openapi_extra` of a route that takes this query: one parameter per field."""
    schema = model.model_json_schema()
    definitions, required = schema.get("$defs", {}), schema.get("required", ())
    parameters = []
    for name, described in schema["properties"].items():
        inlined = _inlined(described, definitions)
        parameter = {"name": name, "in": "query", "required": name in required, "schema": inlined}
        if "description" in inlined:
            parameter["description"] = inlined.pop("description")
        parameters.append(parameter)
    return {"parameters": parameters}


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """The schema with what it refers to in its place."""
    if isinstance(schema, list):
        return [_inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {key: _inlined(value, definitions) for key, value in schema.items()}
