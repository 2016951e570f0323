"""What is wrong with a malformed request, field by field and in plain words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.routers import fields

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
    "decimal_parsing": "A number is required.",
    "decimal_type": "A number is required.",
    "extra_forbidden": "This field is unknown here.",
    "finite_number": "A finite number is required.",
    "float_parsing": "A number is required.",
    "float_type": "A number is required.",
    "int_from_float": "A whole number is required.",
    "int_parsing": "A whole number is required.",
    "int_parsing_size": "This number is too large.",
    "int_type": "A whole number is required.",
    "list_type": "A list is required.",
    "missing": "This field is required.",
    "model_attributes_type": "An object is required.",
    "model_type": "An object is required.",
    "string_type": "A string is required.",
    "string_unicode": "A string is required.",
    "timezone_aware": "A time zone is required, as in 2026-09-01T09:00:00Z.",
}
# With the limit that was passed.
_LIMITS = {
    "decimal_max_digits": "At most {max_digits} digits are allowed.",
    "decimal_max_places": "At most {decimal_places} decimals are allowed.",
    "decimal_whole_digits": "At most {whole_digits} digits before the point are allowed.",
    "string_too_long": "At most {max_length} characters are allowed.",
    "string_too_short": "At least {min_length} characters are required.",
    "too_long": "At most {max_length} items are allowed.",
    "too_short": "At least {min_length} items are required.",
}
# What a text has to look like, for people who read no patterns.
_LOOKS = {
    fields.CURRENCY_PATTERN: "Three capital letters are required, as in USD.",
    fields.METHOD_PATTERN: "The name of a method is required, as in GET.",
    fields.NONCE_PATTERN: "1 to 100 printable ASCII characters without spaces are required.",
    fields.SLUG_PATTERN: "Lower-case letters and digits only, with single hyphens between.",
    fields.USERNAME_PATTERN: "Letters, digits and @ . + - _ only.",
}

# Whoever sends more is not told of each: the answer would be longer than what was sent.
_MOST = 100

# How the validators begin their sentences.
_AWKWARD = re.compile(r"^[A-Z][A-Za-z ]* should\b")
_UNBEGUN = re.compile(r"^(?=(must|is)\b)")
_QUOTED = re.compile(r"'([^']*)'")
_WORD = re.compile(r"[a-z][a-z_]+")


def by_field(faults: Sequence[Any]) -> dict[str, list[str]]:
    """The framework's faults, worded, under the names the client wrote; `detail` is the whole.

    The first hundred of them: the fields that there are come before those that there are not.
    """
    named: dict[str, list[str]] = {}
    for fault in faults[:_MOST]:
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
    if context.get("max_length") == 0:
        return "This must be empty."
    if kind in _LIMITS:
        return _LIMITS[kind].format(**context)
    if kind in ("enum", "literal_error"):
        expected = str(context["expected"])
        return _choice(_QUOTED.findall(expected) or [expected.lower()])
    if kind == "string_pattern_mismatch":
        return _LOOKS.get(context["pattern"]) or _order(context["pattern"])
    message = str(context.get("error", fault["msg"])) if kind == "value_error" else fault["msg"]
    return _UNBEGUN.sub("This ", _AWKWARD.sub("This must", message)).rstrip(".") + "."


def _order(pattern: str) -> str:
    """What a list may be ordered by; other patterns have words of their own."""
    return _choice(["-", *_WORD.findall(pattern)])


def _choice(words: Sequence[str]) -> str:
    """The words there are, each once; those with a sign before them are orders."""
    named = list(dict.fromkeys(word.lstrip("-") for word in words if word != "-"))
    if any(word.startswith("-") for word in words):
        return f"Choose from {', '.join(named)}; - before one for descending."
    return f"Choose from {', '.join(named)}." if len(named) > 1 else f"This must be {named[0]}."
