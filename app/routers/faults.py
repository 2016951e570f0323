"""What is wrong with a malformed request, field by field and in plain words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_WORDS = {
    "bool_parsing": "A valid boolean is required.",
    "bool_type": "A valid boolean is required.",
    "date_from_datetime_parsing": "A date is required, as in 2026-09-01.",
    "date_parsing": "A date is required, as in 2026-09-01.",
    "date_type": "A date is required, as in 2026-09-01.",
    "datetime_from_date_parsing": "A date-time is required, as in 2026-09-01T09:00:00Z.",
    "datetime_parsing": "A date-time is required, as in 2026-09-01T09:00:00Z.",
    "datetime_type": "A date-time is required, as in 2026-09-01T09:00:00Z.",
    "dict_type": "An object is required.",
    "extra_forbidden": "This field is unknown here.",
    "finite_number": "A finite number is required.",
    "int_from_float": "A whole number is required.",
    "int_parsing": "A whole number is required.",
    "int_parsing_size": "This number is too large.",
    "int_type": "A whole number is required.",
    "list_type": "A list is required.",
    "missing": "This field is required.",
    "model_attributes_type": "An object is required.",
    "model_type": "An object is required.",
    "string_type": "A string is required.",
    "timezone_aware": "A time zone is required, as in 2026-09-01T09:00:00Z.",
}

# How the validators begin their sentences.
_AWKWARD = re.compile(r"^([A-Z][A-Za-z ]* should|must)\b")


def by_field(faults: Sequence[Any]) -> dict[str, list[str]]:
    """The framework's faults, worded, under the names the client wrote; `detail` is the whole."""
    named: dict[str, list[str]] = {}
    for fault in faults:
        field, message = _named(fault["loc"]), _worded(fault)
        if fault["loc"][0] == "body" and (field == "detail" or fault["type"] == "json_invalid"):
            field, message = "detail", _body_at_fault(fault["type"])
        if message not in named.setdefault(field, []):
            named[field].append(message)
    return named


def in_path(faults: Sequence[Any]) -> bool:
    """Whether it is the path that is malformed: it names nothing at all."""
    return any(fault["loc"][:1] == ("path",) for fault in faults)


def _named(place: Sequence[int | str]) -> str:
    """The field's name as the client wrote it, nested ones with dots."""
    return ".".join(str(part) for part in place[1:]) or "detail"


def _body_at_fault(kind: str) -> str:
    if kind == "json_invalid":
        return "The body is not valid JSON."
    if kind == "missing":
        return "A body is required."
    return "The body must be a JSON object, sent as application/json."


def _worded(fault: Mapping[str, Any]) -> str:
    kind, context = fault["type"], fault.get("ctx") or {}
    if kind in _WORDS:
        return _WORDS[kind]
    if kind in ("string_too_short", "too_short") and context.get("min_length") == 1:
        return "This field may not be blank."
    if kind in ("enum", "literal_error"):
        return f"This must be {context['expected']}."
    message = str(context.get("error", fault["msg"])) if kind == "value_error" else fault["msg"]
    return _AWKWARD.sub("This must", message, count=1).rstrip(".") + "."
