"""Whether an answer has the shape of a documented example: its keys, and JSON's types."""

from typing import Any

_KINDS: dict[type, str] = {str: "string", list: "array", dict: "object"}


def kind(value: Any) -> str:
    """The JSON type of a value; JSON knows one kind of number."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return _KINDS[type(value)]


def differences(example: Any, answer: Any, place: str = "$") -> list[str]:
    """What the example shows and the answer lacks; more than is shown is welcome."""
    if kind(example) != kind(answer):
        return [f"{place} is {kind(answer)} where {kind(example)} is documented"]
    if isinstance(example, dict):
        missing = [f"{place}.{key} is missing" for key in example if key not in answer]
        shared = [key for key in example if key in answer]
        return missing + [
            found
            for key in shared
            for found in differences(example[key], answer[key], f"{place}.{key}")
        ]
    if isinstance(example, list) and example:
        if not answer:
            return [f"{place} is empty"]
        return [
            found
            for number, item in enumerate(answer)
            for found in differences(example[0], item, f"{place}[{number}]")
        ]
    return []
