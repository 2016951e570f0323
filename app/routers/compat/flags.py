"""Switches as people write them in addresses and forms: `true` and `True`, `false` and `0`."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

_WORDS = {"true": True, "1": True, "false": False, "0": False}


def _flag(value: Any) -> Any:
    return _WORDS.get(value.lower(), value) if isinstance(value, str) else value


QueryFlag = Annotated[
    bool, Field(strict=True), BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})
]
