"""What nobody means to send: JSON values, query and path values, headers, and whole bodies.

JSON stands here as it is written, for half of it no encoder would write.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DEEP = 5_000
LONG = 10_000

STRINGS: Mapping[str, bytes] = {
    "NUL": b'"a\\u0000b"',
    "a lone surrogate": b'"\\ud800"',
    "surrogates the wrong way round": b'"\\udc00\\ud800"',
    "a bell": b'"a\\u0007b"',
    "a line break and a header": b'"a\\r\\nBcc: all@example.com"',
    "a line separator": b'"a\\u2028b"',
    "ten thousand characters": b'"%s"' % (b"x" * LONG),
    "right to left": b'"\\u202e\\u05d0\\u0628"',
    "an emoji": '"\U0001f469\u200d\U0001f680"'.encode(),
    "nothing to be seen": b'"\\u200b\\u2060\\ufeff"',
    "no character": b'"\\uffff"',
    "accents": b'"%s"' % ("a" + "\u0301" * 60).encode(),
    "nothing": b'""',
    "blanks": b'"   "',
    "a digit": b'"7"',
    "digits from elsewhere": '"٣"'.encode(),
    "a formula": b'"=1+1"',
    "markup": b'"<script>alert(1)</script>"',
    "an end of a statement": b'"\'; DROP TABLE users; --"',
    "a way up": b'"../../../../etc/passwd"',
    "a template": b'"{{7*7}}${7*7}%s%n"',
    "a URL within": b'"http://169.254.169.254/latest/meta-data/"',
    "a script for a link": b'"javascript:alert(1)"',
    "the last day": b'"9999-12-31"',
    "the last moment": b'"9999-12-31T23:59:59.999999-14:00"',
    "the first moment": b'"0001-01-01T00:00:00+14:00"',
    "a day that is none": b'"2026-02-30"',
    "a moment that is none": b'"2026-01-01T24:61:61Z"',
    "an offset that is none": b'"2026-01-01T00:00:00+99:99"',
    "no offset": b'"2026-01-01T00:00:00"',
    "infinite": b'"Infinity"',
    "not a number": b'"NaN"',
    "a large exponent": b'"1e400"',
}
NUMBERS: Mapping[str, bytes] = {
    "2^63": b"9223372036854775808",
    "2^31": b"2147483648",
    "2^64": b"18446744073709551616",
    "-2^63 - 1": b"-9223372036854775809",
    "-1": b"-1",
    "0": b"0",
    "a half": b"0.5",
    "a whole with a point": b"1.0",
    "1e400": b"1e400",
    "-1e400": b"-1e400",
    "1e-400": b"1e-400",
    "1e308": b"1e308",
    "five thousand digits": b"9" * 5_000,
    "many decimals": b"0.%s1" % (b"0" * 60),
}
OTHERS: Mapping[str, bytes] = {
    "null": b"null",
    "true": b"true",
    "false": b"false",
    "a list of nothing": b"[]",
    "a list": b"[1]",
    "an object of nothing": b"{}",
    "an object": b'{"a": 1}',
    "a deep list": b"[" * DEEP + b"]" * DEEP,
    "a deep object": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
}
# No JSON, though Python and JavaScript write it.
NO_JSON: Mapping[str, bytes] = {
    "NaN": b"NaN",
    "Infinity": b"Infinity",
    "-Infinity": b"-Infinity",
    "undefined": b"undefined",
    "bytes that are no text": b'"\xff\xfe"',
    "half a character": b'"\xe2\x82"',
    "a surrogate as bytes": b'"\xed\xa0\x80"',
    "a control character as it is": b'"a\x01b"',
    "single quotes": b"'a'",
    "nothing at all": b"",
}
FIELDS: Mapping[str, bytes] = {**STRINGS, **NUMBERS, **OTHERS, **NO_JSON}

# As they stand in a URL.
QUERY: Mapping[str, str] = {
    "nothing": "",
    "NUL": "%00",
    "no text": "%ff",
    "half a character": "%e2%82",
    "a surrogate": "%ED%A0%80",
    "half an escape": "%",
    "no escape": "%zz",
    "a line break": "a%0d%0aSet-Cookie:%20a=b",
    "2^63": "9223372036854775808",
    "2^64": "18446744073709551616",
    "-1": "-1",
    "0": "0",
    "a half": "0.5",
    "1e400": "1e400",
    "NaN": "NaN",
    "Infinity": "Infinity",
    "five thousand digits": "9" * 5_000,
    "ten thousand characters": "x" * LONG,
    "right to left": "%E2%80%AE%D7%90",
    "an emoji": "%F0%9F%91%A9",
    "digits from elsewhere": "%D9%A3",
    "the last moment": "9999-12-31T23:59:59-14:00",
    "the first moment": "0001-01-01T00:00:00%2B14:00",
    "the last day": "9999-12-31",
    "a day that is none": "2026-02-30",
    "a list": "[1]",
    "an object": "%7B%22a%22:1%7D",
    "a wildcard": "%25_%5C",
    "an end of a statement": "';%20DROP%20TABLE%20users;%20--",
    "an operator of search": "%26%7C!(%3A*)",
}
PATH: Mapping[str, str] = {
    "NUL": "%00",
    "no text": "%ff",
    "a surrogate": "%ED%A0%80",
    "half an escape": "%zz",
    "2^63": "9223372036854775808",
    "five thousand digits": "9" * 5_000,
    "-1": "-1",
    "0": "0",
    "a sign": "+1",
    "a point": "1.0",
    "an exponent": "1e3",
    "an underscore": "1_0",
    "digits from elsewhere": "%D9%A3",
    "full-width digits": "%EF%BC%91",
    "a blank": "%20",
    "a blank and a digit": "%201",
    "a way up": "..%2f..%2fetc%2fpasswd",
    "a way up by backslashes": "..%5c..%5cetc",
    "a parameter": "1;a=b",
    "an emoji": "%F0%9F%91%A9",
    "ten thousand characters": "x" * LONG,
    "a line break": "1%0d%0aSet-Cookie:%20a=b",
    "null": "null",
}
# What servers let through to an application.
HEADERS: Mapping[str, bytes] = {
    "nothing": b"",
    "a blank": b" ",
    "a tab": b"a\tb",
    "bytes that are no ASCII": "ключ".encode(),
    "bytes that are no text": b"\xff\xfe\x80",
    "256 characters": b"x" * 256,
    "four thousand characters": b"x" * 4_000,
    "quotes without an end": b'"',
    "commas": b",,,,",
    "a star": b"*",
    "a number": b"9223372036854775808",
    "a list of tags": b'W/"a", "b", W/"",*',
    "JSON": b'{"a": [1]}',
    "a scheme alone": b"Bearer",
    "a scheme and a blank": b"Bearer ",
    "two tokens": b"Bearer a Bearer b",
    "three points": b"Bearer ...",
    "another scheme": b"Basic YWRtaW46YWRtaW4=",
    "a token of no text": b"Bearer \xff\xfe.\xff.\xff",
    "a deep header": b"Bearer " + b"W1tb" * 900 + b".e30.x",
}
KINDS: Mapping[str, bytes | None] = {
    "none": None,
    "plain text": b"text/plain",
    "XML": b"application/xml",
    "a form": b"application/x-www-form-urlencoded",
    "a form in parts without a boundary": b"multipart/form-data",
    "a form in parts that are not there": b"multipart/form-data; boundary=x",
    "another JSON": b"application/vnd.api+json",
    "an alphabet there is not": b"application/json; charset=x-none",
    "another alphabet": b"application/json; charset=utf-16",
    "no kind": b"///;;;=",
    "bytes": b"\xff\xfe",
}
BODIES: Mapping[str, bytes] = {
    "nothing": b"",
    "blanks": b"  \n ",
    "a list": b"[]",
    "a list of objects": b'[{"id": 1}]',
    "null": b"null",
    "a number": b"1",
    "a text": b'"text"',
    "half an object": b'{"a":',
    "two objects": b"{}{}",
    "no text": b"\xff\xfe\xfd",
    "another alphabet": "{}".encode("utf-16"),
    "a mark of order": b"\xef\xbb\xbf{}",
    "a deep list": b"[" * 100_000,
    "a deep object": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "many fields": b"{%s}" % b",".join(b'"f%d": 1' % n for n in range(3_000)),
    "a field without a name": b'{"": 1}',
    "a field of NUL": b'{"\\u0000": 1}',
    "a field of a surrogate": b'{"\\ud800": 1}',
    "the parent of all": b'{"__proto__": {"admin": true}, "constructor": 1}',
}


@dataclass(frozen=True, slots=True)
class Written:
    """A JSON value as it stands in a body."""

    name: str
    text: bytes

    @property
    def kind(self) -> str:
        """The JSON Schema type, `none` where it is no JSON."""
        if self.name in NO_JSON:
            return "none"
        if self.name in STRINGS:
            return "string"
        if self.name in NUMBERS:
            return "integer" if self.text.lstrip(b"-").isdigit() else "number"
        kinds = {b"n": "null", b"t": "boolean", b"f": "boolean", b"[": "array", b"{": "object"}
        return kinds[self.text[:1]]


WRITTEN = [Written(name, text) for name, text in FIELDS.items()]
# No text holds these, whatever it is of.
UNPRINTABLE = frozenset({"NUL", "a lone surrogate", "surrogates the wrong way round"})


def is_malformed(value: Written, schema: Mapping[str, Any]) -> bool:
    """Whether no reading of the schema takes it; what is left is for the operation to say.

    `schema` is without references. What has no type takes anything.
    """
    if value.kind == "none":
        return True
    return not any(_fits(value, one) for one in alternatives(schema))


def alternatives(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The schemas of which one is to fit."""
    parts = schema.get("anyOf") or schema.get("oneOf")
    if parts:
        return [inner for part in parts for inner in alternatives(part)]
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return [{**schema, "type": kind} for kind in kinds]
    return [schema]


def _fits(value: Written, schema: Mapping[str, Any]) -> bool:
    kind = schema.get("type")
    if kind is None:
        return not {"enum", "const"} & set(schema)
    if kind != value.kind and not (kind == "number" and value.kind == "integer"):
        # A whole number may be written with a point.
        return kind == "integer" and value.name == "a whole with a point"
    if "enum" in schema or "const" in schema:
        return False
    if kind == "string":
        return _fits_text(value, schema)
    if kind in {"integer", "number"}:
        least, most = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))
        return len(value.text) < 1_000 and least <= float(value.text) <= most
    return True


def _fits_text(value: Written, schema: Mapping[str, Any]) -> bool:
    if value.name in UNPRINTABLE:
        return False
    if value.name == "nothing" and schema.get("minLength", 0) > 0:
        return False
    if value.name == "ten thousand characters" and schema.get("maxLength", LONG) < LONG:
        return False
    # Of the days and moments here none is of any use.
    return schema.get("format") not in {"date", "date-time"}
