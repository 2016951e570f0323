"""Lists page by page: `{count, next, previous, results}`, with addresses that lead on."""

from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import parse_qsl, urlencode

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from app.domain.errors import NotFound
from app.domain.pages import Page, PageRequest
from app.routers.compat.frame import bare
from app.runtime import Runtime

T = TypeVar("T")

USUAL, MOST = 20, 100
_FURTHEST = 1_000_000
_NEXT = "http://api.example.com/compat/jointoit/api/events/?page=2"

PageNumber = Annotated[int, WithJsonSchema({"type": "integer", "minimum": 1})]


def _with_example(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """The example of a page is one with the example of its items."""
    for item in model.__pydantic_generic_metadata__["args"]:
        example = item.model_config["json_schema_extra"]["examples"][0]
        shown = {"count": 21, "next": _NEXT, "previous": None, "results": [example]}
        schema["examples"] = [shown]


class Paged(BaseModel, Generic[T]):
    """`count` is that of the whole list; `next` and `previous` are addresses, or null."""

    model_config = ConfigDict(json_schema_extra=_with_example)

    count: int
    next: str | None
    previous: str | None
    results: list[T]


class ListQuery(BaseModel):
    """Unknown parameters are ignored, and so is what is left empty, as forms send it."""

    page: PageNumber = Field(default=1, description="A page that is not there is a 404.")
    page_size: int = Field(
        default=USUAL, ge=1, description=f"{USUAL} unless told otherwise; never more than {MOST}."
    )

    @model_validator(mode="before")
    @classmethod
    def _asked(cls, sent: Any) -> Any:
        if not isinstance(sent, dict):
            return sent
        return {name: value for name, value in sent.items() if value != ""}

    def page_request(self, *ordering: str) -> PageRequest:
        """Which part is asked for. Raises NotFound for what can be no page."""
        if not 1 <= self.page <= _FURTHEST:
            raise _no_such_page()
        return PageRequest(
            number=self.page, size=min(self.page_size, MOST), ordering=tuple(ordering)
        )


def paged(items: Sequence[BaseModel], page: Page[Any], request: Request) -> Response:
    """A page of a list, `items` being those of `page` as they are shown. Raises NotFound."""
    number = page.request.number
    if number > 1 and not page.items:
        raise _no_such_page()
    return bare(
        {
            "count": page.count,
            "next": _address(request, number + 1) if page.has_next else None,
            "previous": _address(request, number - 1) if number > 1 else None,
            "results": list(items),
        }
    )


def _no_such_page() -> NotFound:
    return NotFound("Invalid page.")


def _address(request: Request, page: int) -> str:
    """This list's address, as people reach it, with another page asked for."""
    held: Runtime = request.state.runtime
    here = held.settings.public_url or str(request.base_url)
    asked = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    pairs = [(name, value) for name, value in asked if name != "page"]
    if page > 1:
        pairs.append(("page", str(page)))
    query = f"?{urlencode(pairs)}" if pairs else ""
    return f"{here.rstrip('/')}{request.scope['path']}{query}"
