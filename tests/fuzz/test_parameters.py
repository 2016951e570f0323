"""Every parameter of every query."""

import pytest

from tests.access.house import House
from tests.fuzz.asking import Case, some, tried
from tests.fuzz.operations import Operation, Schema, groups, of_group
from tests.fuzz.values import QUERY, alternatives

GROUPS = [group for group in groups() if any(one.parameters("query") for one in of_group(group))]
# What no parameter takes, whatever it is of.
_NO_TEXT = frozenset({"NUL", "a line break"})
# What no parameter takes that is a number, or one of a few words.
_NO_CHOICE = frozenset(QUERY) - {
    "nothing",
    *("-1", "0", "a half", "2^63", "2^64", "five thousand digits", "1e400"),
    *("digits from elsewhere", "NaN", "Infinity"),
}
_NO_NUMBER = _NO_CHOICE | {"a half", "2^64", "five thousand digits", "1e400", "NaN", "Infinity"}
_SOME_TEXT = r"\S"


def is_malformed(name: str, schema: Schema) -> bool:
    """Whether no reading of the parameter takes the value of this name."""
    kinds = alternatives(schema)
    if all(one.get("type") in {"integer", "boolean", "null"} for one in kinds):
        # Where there is no most, what is beyond it counts as the most there is.
        bounded = any("maximum" in one for one in kinds)
        return name in _NO_NUMBER and (bounded or name != "2^64")
    if all("enum" in one or one.get("type") == "null" for one in kinds):
        return name in _NO_CHOICE
    if all(one.get("pattern") == _SOME_TEXT for one in kinds):
        # A search makes words of whatever it is given; nothing is no question.
        return name == "nothing"
    return name in _NO_TEXT and all("pattern" in one or one.get("type") == "null" for one in kinds)


def cases_of(operation: Operation) -> list[Case]:
    """Each value of each parameter, and each parameter twice."""
    there = operation.parameters("query")
    found = [
        Case(
            operation=operation,
            name=f"{name} as {parameter}",
            # A page that cannot be is one that is not there (404).
            field="" if parameter == "page" else parameter,
            is_malformed=is_malformed(name, schema),
            query=f"{parameter}={value}",
        )
        for parameter, schema in there.items()
        for name, value in QUERY.items()
    ]
    found += [
        Case(operation=operation, name=f"{parameter} twice", query=f"{parameter}=1&{parameter}=2")
        for parameter in there
    ]
    return found


def unknown_cases(operation: Operation) -> list[Case]:
    """Parameters that there are not, whatever they are called."""
    queries = ["%00=1", "%ff=%ff", "=1", "&&&", "a[]=1&a[0]=2", "__proto__=1", "x=1&" * 300]
    return [
        Case(operation=operation, name=f"the query {query[:30]}", query=query) for query in queries
    ]


@pytest.mark.parametrize("group", GROUPS)
async def test_parameters(house: House, group: str) -> None:
    cases = []
    for operation in of_group(group):
        cases += some(cases_of(operation), 12, operation)
    assert not (wrong := await tried(house, cases)), "\n".join(wrong)


@pytest.mark.parametrize("group", groups())
async def test_parameters_that_there_are_not(house: House, group: str) -> None:
    cases = []
    for operation in of_group(group):
        cases += some(unknown_cases(operation), 1, operation)
    assert not (wrong := await tried(house, cases)), "\n".join(wrong)
