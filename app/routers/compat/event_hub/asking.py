"""What lists of this contract are asked by: all of it, unless a page is named."""

from pydantic import BaseModel, Field

from app.domain.pages import PageRequest

MOST = 1000


class ListQuery(BaseModel):
    """Unknown parameters are ignored."""

    page: int = Field(default=1, ge=1, le=1_000_000)
    page_size: int = Field(default=MOST, ge=1, le=MOST, description=f"At most {MOST}.")

    def paged(self, ordering: str, named: dict[str, str] | None = None) -> PageRequest:
        """The page; `named` are the domain's names for what is ordered by."""
        sign, name = ("-", ordering[1:]) if ordering.startswith("-") else ("", ordering)
        inner = (named or {}).get(name, name)
        return PageRequest(number=self.page, size=self.page_size, ordering=(f"{sign}{inner}",))
