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
        # One item stands for all; several are the first ones.
        examples = example if len(example) > 1 else example * max(1, len(answer))
        if len(answer) < len(examples):
            return [f"{place} has {len(answer)} items where {len(examples)} are documented"]
        return [
            found
            for number, (shown, item) in enumerate(zip(examples, answer, strict=False))
            for found in differences(shown, item, f"{place}[{number}]")
        ]
    return []
