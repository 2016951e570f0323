"""Every header that an operation reads, and those that all of them do."""

import random

import pytest

from tests.access.house import House
from tests.fuzz.asking import Case, some, tried
from tests.fuzz.operations import Operation, groups, of_group
from tests.fuzz.values import HEADERS

# Read by all, or by none.
_COMMON = ("Authorization", "X-Request-ID", "Accept", "Accept-Language", "Range", "Host", "Cookie")
_CONDITIONS = ("If-None-Match", "If-Match", "If-Modified-Since", "If-Unmodified-Since")
_KEY = "Idempotency-Key"
_NO_KEYS = frozenset(
    {"nothing", "bytes that are no ASCII", "bytes that are no text", "256 characters"}
    | {"four thousand characters", "a tab"}
)


def cases_of(operation: Operation) -> list[Case]:
    """Each value of each header."""
    told = operation.parameters("header")
    # Whoever reads these is the same for all: each operation tries some of them.
    common = random.Random(str(operation)).sample(_COMMON, 2)
    conditions = () if operation.is_write else _CONDITIONS
    return [
        Case(
            operation=operation,
            name=f"{name} as {header}",
            # Keys are the only header whose form is told.
            is_malformed=header == _KEY and name in _NO_KEYS,
            field=_KEY if operation.contract == "native" else "",
            headers={header: value},
        )
        for header in (*told, *conditions, *common)
        for name, value in HEADERS.items()
    ]


@pytest.mark.parametrize("group", groups())
async def test_headers(house: House, group: str) -> None:
    cases = []
    for operation in of_group(group):
        cases += some(cases_of(operation), 6, operation)
    assert not (wrong := await tried(house, cases)), "\n".join(wrong)


@pytest.mark.parametrize("group", groups())
async def test_no_token_that_is_none_is_taken(house: House, group: str) -> None:
    """Whoever sends one is told so, even where nobody needs to log in."""
    needs = [one for one in of_group(group) if one.spec.get("security")]
    cases = [
        Case(
            operation=operation,
            name=f"{name} as Authorization",
            is_malformed=True,
            headers={"Authorization": value},
        )
        for operation in needs
        for name, value in some(list(HEADERS.items()), 3, operation)
        if value.strip()
    ]
    assert not (wrong := await tried(house, cases)), "\n".join(wrong)
