"""What every list may be asked for: pages, an order, filters, and nothing unknown.

A list declares its own query model and takes it as `query: Annotated[RoomsQuery, Query()]`:

    class RoomsQuery(ListQuery):
        ordering: Annotated[str, orderable("name", "id")] = "name"
        conference: Id | None = None
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.domain.pages import PageRequest


def orderable(*names: str) -> Any:
    """The field of a query that says by what to order: any of the names, in any number."""
    one = f"-?({'|'.join(names)})"
    return Field(
        pattern=f"^{one}(,{one}){{0,{len(names)}}}$",
        description=f"By {', '.join(names)}; `-` before a name means descending; commas between.",
    )


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
