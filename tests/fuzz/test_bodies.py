"""Every field of every body."""

import json

import pytest

from tests.access.house import House
from tests.fuzz.asking import Case, some, sound_body, tried, written
from tests.fuzz.operations import NATIVE, Operation, of_group
from tests.fuzz.operations import groups as all_groups
from tests.fuzz.values import WRITTEN, Written, is_malformed

GROUPS = [group for group in all_groups() if any(one.takes_json for one in of_group(group))]
# What is wrong about these is not told: they are not right (401).
_SECRETS = frozenset({"password", "old_password", "refresh", "token"})
# Contracts read numbers as forms write them, and an empty text as nothing.
_AS_IN_FORMS = frozenset({"a digit", "nothing", "blanks"})
# Files in a form; in JSON they are overlooked.
_PICTURES = frozenset({"avatar", "image", "cover_image"})
# Whoever scans with a clock that cannot be right has scanned all the same, as of its arrival.
_CLOCKS = frozenset({"scanned_at"})
_MOMENTS = frozenset({"the last moment", "the first moment"})


def field_cases(house: House, operation: Operation) -> list[Case]:
    """Each value in each field, in a body that is otherwise sound."""
    sound = {name: json.dumps(one).encode() for name, one in sound_body(house, operation).items()}
    return [
        Case(
            operation=operation,
            name=f"{value.name} as {field}",
            field="" if field in _SECRETS or _is_unreadable(value) else field,
            is_malformed=not is_lenient(operation, field, value) and is_malformed(value, schema),
            content=written(sound | {field: value.text}),
        )
        for field, schema in operation.fields.items()
        for value in WRITTEN
    ]


def is_lenient(operation: Operation, field: str, value: Written) -> bool:
    """Whether more is taken here than the schema tells."""
    if field in _CLOCKS and value.name in _MOMENTS:
        return True
    if operation.contract == NATIVE:
        return False
    return field in _PICTURES or value.name in _AS_IN_FORMS


def _is_unreadable(value: Written) -> bool:
    """Whether no reader makes anything of the whole body, so that it cannot say where."""
    return value.kind == "none" or len(value.text) > 2_000 or "surrogate" in value.name


@pytest.mark.parametrize("group", GROUPS)
async def test_fields(house: House, group: str) -> None:
    cases = []
    for operation in of_group(group):
        if operation.takes_json:
            there = field_cases(house, operation)
            cases += some([one for one in there if one.is_malformed], 10, operation)
            cases += some([one for one in there if not one.is_malformed], 3, operation)
    assert not (wrong := await tried(house, cases)), "\n".join(wrong)
