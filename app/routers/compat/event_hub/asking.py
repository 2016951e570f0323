"""What lists of this contract are asked by: all of it, unless a page is named."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from app.domain.pages import PageRequest

MOST = 1000


def _flag(value: Any) -> Any:
    """`true` and `True`, `false` and `0`: as people write them in addresses."""
    words = {"true": True, "1": True, "false": False, "0": False}
    return words.get(value.lower(), value) if isinstance(value, str) else value


QueryFlag = Annotated[
    bool, Field(strict=True), BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})
]


class ListQuery(BaseModel):
    """Unknown parameters are ignored."""

    page: int = Field(default=1, ge=1, le=1_000_000)
    page_size: int = Field(default=MOST, ge=1, le=MOST, description=f"At most {MOST}.")

    def paged(self, ordering: str, named: dict[str, str] | None = None) -> PageRequest:
        """The page; `named` are the domain's names for what is ordered by."""
        sign, name = ("-", ordering[1:]) if ordering.startswith("-") else ("", ordering)
        inner = (named or {}).get(name, name)
        return PageRequest(number=self.page, size=self.page_size, ordering=(f"{sign}{inner}",))
