import unicodedata
from re import split

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.exports import COLUMNS, Kind, Subject, inert, is_formula, slug

STARTS = "=+-@"
# What an attack is made of, more often than chance would have it.
hostile = st.text(
    st.sampled_from(" \t\r\n;,\"'=+-@＝＋－＠﹢\u200b\ufeff\xa0\u3000a1")
    | st.characters(codec="utf-8")
)


def begins_formula(cell: str) -> bool:
    """As a program reads it that folds widths and passes over what nobody sees."""
    seen = [
        char
        for char in unicodedata.normalize("NFKC", cell)
        if char != '"' and unicodedata.category(char) not in ("Cc", "Cf", "Zs", "Zl", "Zp")
    ]
    return bool(seen) and seen[0] in STARTS


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\tplain",
        "\rplain",
        "\nplain",
        "  =1",
        "\xa0=1",
        "\u200b=1",
        "\ufeff=1",
        "＝1",
        "　＠SUM",
        "﹢1",
        "−1",
        '"=1',
    ],
)
def test_what_may_begin_a_formula_gets_an_apostrophe(text: str) -> None:
    assert is_formula(text)
    assert inert(text).startswith("'")
    assert inert(text).replace("'", "") == text


@pytest.mark.parametrize(
    "text", ["", "Grace Hopper", "grace@example.org", "1-2", "a=b", "'=1", "ünï", "a; b", "a\r\nb"]
)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert not is_formula(text)
    assert inert(text) == text


def test_a_cell_that_another_separator_would_open_is_harmless_too() -> None:
    """Where lists are separated by semicolons, Excel splits a CSV there."""
    assert inert("Ada;=cmd|' /C calc'!A0") == "Ada;'=cmd|' /C calc'!A0"
    assert inert('Ada; "=1') == "Ada;' \"=1"
    assert inert("Ada\n+1\tx\t@y") == "Ada\n'+1\tx\t'@y"


@given(hostile)
def test_nothing_is_a_formula_afterwards(text: str) -> None:
    safe = inert(text)
    assert not begins_formula(safe)
    assert not any(begins_formula(cell) for cell in split("[;\t\r\n]", safe))
    assert not safe.startswith(("\t", "\r", "\n", "\0"))
    assert inert(safe) == safe


@given(hostile)
def test_nothing_is_lost_but_apostrophes_are_added(text: str) -> None:
    assert inert(text).replace("'", "") == text.replace("'", "")
    assert is_formula(text) == (inert(text) != text)


def test_it_takes_no_longer_for_text_that_is_meant_to_take_long() -> None:
    for nasty in ("\n" * 200_000, " " * 200_000, ";" * 200_000, ";\u200b" * 100_000):
        assert len(inert(nasty)) <= 2 * len(nasty)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Tech Summit 2026", "tech-summit-2026"),
        ("Žižkov: Ünïcode & more", "zizkov-unicode-more"),
        ('x"\r\nSet-Cookie: a=b', "x-set-cookie-a-b"),
        ("../../etc/passwd", "etc-passwd"),
        ("会議", ""),
    ],
)
def test_a_name_for_a_file(name: str, expected: str) -> None:
    assert slug(name) == expected


@given(st.text())
def test_no_name_leaves_its_file(name: str) -> None:
    assert set(slug(name)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(slug(name)) <= 60


@pytest.mark.parametrize("subject", Subject)
def test_what_is_money_has_its_currency_beside_it(subject: Subject) -> None:
    names = [column.name for column in COLUMNS[subject]]
    assert len(set(names)) == len(names)
    if any(column.kind is Kind.MONEY for column in COLUMNS[subject]):
        assert "currency" in names
