"""A page of a list: which part was asked for, and what came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """Page numbers start at 1; `ordering` holds names, `-` before one means descending.

    Where `after` is given the page begins behind that place instead, whatever its number: what the
    list is ordered by, value by value, and then the id.
    """

    number: int = 1
    size: int = 20
    ordering: tuple[str, ...] = ()
    after: tuple[Any, ...] | None = None

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """`count` is that of the whole list, not of this page.

    Unless it `is_exact`, it was right a moment ago, and something has changed since.
    """

    items: Sequence[T]
    count: int
    request: PageRequest
    is_exact: bool = True

    @property
    def has_next(self) -> bool:
        """Whether more follows; behind a place, a full page may be the last."""
        if self.request.after is not None:
            return len(self.items) == self.request.size
        return self.request.offset + len(self.items) < self.count
