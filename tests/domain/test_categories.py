import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.categories import (
    Category,
    ensure_apart,
    ensure_not_named,
    ensure_slug,
    slug_of,
)
from app.domain.errors import CategoryInUse, Invalid, NameTaken

OPEN_AIR = Category(id=3, name="Open Air", slug="open-air")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Technology", "technology"),
        ("Open Air", "open-air"),
        ("  Café & Bar!  ", "cafe-bar"),
        ("Straßenfest", "strassenfest"),
        ("C++ / Rust", "c-rust"),
        ("Ｗｉｄｅ", "wide"),
        ("2026", "2026"),
        ("a_b--c", "a-b-c"),
        ("会議", ""),
        ("&", ""),
    ],
)
def test_a_name_in_an_address(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@given(st.text(max_size=50))
def test_what_is_made_of_a_name_is_a_slug_or_nothing(name: str) -> None:
    slug = slug_of(name)
    assert slug == "" or re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug)


@pytest.mark.parametrize("slug", ["a", "open-air", "2026", "a-1-b"])
def test_good_slugs(slug: str) -> None:
    ensure_slug(slug)


@pytest.mark.parametrize(
    "slug", ["", "-", "Open", "open air", "a--b", "-a", "a-", "é", "a\n", "a/b"]
)
def test_bad_slugs(slug: str) -> None:
    with pytest.raises(Invalid) as raised:
        ensure_slug(slug)
    assert raised.value.field == "slug"


def test_a_category_may_keep_what_it_has() -> None:
    ensure_apart(replace(OPEN_AIR, name="OPEN AIR"), [OPEN_AIR])


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Category(id=0, name="open air", slug="other"), "name"),
        (Category(id=0, name="Other", slug="open-air"), "slug"),
    ],
)
def test_neither_name_nor_slug_is_given_twice(wanted: Category, field: str) -> None:
    with pytest.raises(NameTaken) as raised:
        ensure_apart(wanted, [Category(id=1, name="Technology", slug="technology"), OPEN_AIR])
    assert raised.value.field == field
    assert raised.value.other is not None
    assert raised.value.other.id == OPEN_AIR.id


def test_what_is_named_is_not_deleted() -> None:
    ensure_not_named(0)
    with pytest.raises(CategoryInUse):
        ensure_not_named(1)
