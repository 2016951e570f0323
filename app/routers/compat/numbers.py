"""Whole numbers as clients of the contracts write them: `5`, and in forms and elsewhere `"5"`."""

from typing import Any

from pydantic import BeforeValidator

_MOST_DIGITS = 19


def _whole(value: Any) -> Any:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value) if len(value) <= _MOST_DIGITS else value
    return value


def _whole_or_none(value: Any) -> Any:
    """In a form, what is empty stands for nothing."""
    return None if value == "" else _whole(value)


AsNumber = BeforeValidator(_whole)
AsNumberOrNone = BeforeValidator(_whole_or_none)
