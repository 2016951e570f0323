"""Categories: what kind of occasion a conference is. Everybody reads them, admins write them."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from app.domain.access import Caller, ensure_admin, fold
from app.domain.errors import CategoryInUse, Invalid, NameTaken, NotFound, Other
from app.domain.idempotency import once
from app.domain.pages import Page, PageRequest

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """`slug` is its name in addresses."""

    id: int
    name: str
    slug: str


class CategoryChanges(TypedDict, total=False):
    """What is to become different; a slug stays when only the name changes."""

    name: str
    slug: str


def slug_of(name: str) -> str:
    """What a name is in an address: “Café & Bar” is `cafe-bar`; nothing where no letter is left."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return _BETWEEN_WORDS.sub("-", letters.encode("ascii", "ignore").decode()).strip("-")


def ensure_slug(slug: str) -> None:
    """A slug is lower-case letters and digits, with single hyphens between (`invalid`)."""
    if not _SLUG.fullmatch(slug):
        said = "Lower-case letters and digits, with single hyphens between, such as open-air."
        raise Invalid(said, field="slug")


def ensure_apart(category: Category, others: Iterable[Category]) -> None:
    """Categories differ by name and by slug; case does not tell two apart (`name_taken`)."""
    for other in others:
        if other.id == category.id:
            continue
        named = Other(kind="category", id=other.id, name=other.name)
        if fold(other.name) == fold(category.name):
            raise NameTaken(other=named)
        if other.slug == category.slug:
            raise NameTaken("There is one of that slug already.", field="slug", other=named)


def ensure_not_named(conferences: int) -> None:
    """A category that conferences name is not deleted (`category_in_use`)."""
    if conferences:
        raise CategoryInUse


async def find(uow: "UnitOfWork", category_id: int) -> Category:
    """One category. Raises NotFound."""
    async with uow.reading() as tx:
        category = await tx.categories.find(category_id)
    if category is None:
        raise NotFound
    return category


async def listed(uow: "UnitOfWork", page: PageRequest) -> Page[Category]:
    """All categories, as they were added unless ordered otherwise."""
    async with uow.reading() as tx:
        return await tx.categories.page(page)


@once
async def create(
    uow: "UnitOfWork", caller: Caller, name: str, slug: str | None, now: datetime
) -> Category:
    """Add a category; without a slug, one is made from the name.

    Raises Forbidden, Invalid, NameTaken.
    """
    ensure_admin(caller)
    wanted = Category(id=0, name=name, slug=slug_of(name) if slug is None else slug)
    ensure_slug(wanted.slug)
    async with uow as tx:
        ensure_apart(wanted, await tx.categories.every())
        category = await tx.categories.add(wanted, now)
        await tx.keep(category)
    return category


@once
async def update(
    uow: "UnitOfWork", caller: Caller, category_id: int, changes: CategoryChanges
) -> Category:
    """Change what is named. Raises Forbidden, NotFound, Invalid, NameTaken."""
    ensure_admin(caller)
    async with uow as tx:
        old = await tx.categories.lock(category_id)
        if old is None:
            raise NotFound
        name, slug = changes.get("name", old.name), changes.get("slug", old.slug)
        new = replace(old, name=name, slug=slug)
        ensure_slug(new.slug)
        ensure_apart(new, await tx.categories.every())
        await tx.categories.save(new)
        await tx.keep(new)
    return new


@once
async def delete(uow: "UnitOfWork", caller: Caller, category_id: int) -> None:
    """Take one away; conferences that are deleted forget it.

    Raises Forbidden, NotFound, CategoryInUse.
    """
    ensure_admin(caller)
    async with uow as tx:
        if await tx.categories.lock(category_id) is None:
            raise NotFound
        ensure_not_named(await tx.categories.count_conferences(category_id))
        await tx.categories.delete(category_id)
        await tx.keep(None)
