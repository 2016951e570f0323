"""Refusals in the form of the Django REST framework, in which several contracts were written.

A field at fault: `{"field": ["…"]}`. Anything else: `{"detail": "…", "code": "…"}`. Clients walk
through the keys of the first form, so there the code is in the header `X-Error-Code` alone; that
header is on every refusal.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, RootModel

from app.domain.errors import DomainError, Full, Invalid, NotFound, UnknownReference
from app.routers import refusals
from app.routers.deps import LONGEST_KEY
from app.routers.refusals import (
    DESCRIPTIONS,
    EXAMPLES,
    FRAMEWORK_CODES,
    RETRY_AFTER,
    STATUSES,
    headers_of,
)

CODE_HEADER = "X-Error-Code"
# What concerns no single field, where others are named beside it.
WHOLE = "non_field_errors"
# What every contract calls a conference.
EVENTS = {
    "a conference": "an event",
    "A conference": "An event",
    "conference": "event",
    "Conference": "Event",
}
# A name in quotation marks is somebody's own.
_NATIVE_WORDS = re.compile(r"“.*”|\b(?:[Aa] conference|[Cc]onference|[Rr]egistration)")
_KEY_AT_FAULT = f"1 to {LONGEST_KEY} printable ASCII characters."


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How one contract says no.

    `statuses` are those that differ from the native ones, by category or by single error.
    `fields` says by which name this contract's clients know a field of the domain's; a refusal
    about any other field is a `detail`, for the client has sent no such thing.
    `texts` are the sentences that this contract's document words itself, and `words` what it calls
    the things of the domain's own sentences.
    """

    statuses: Mapping[type[DomainError], int] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[type[DomainError], str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=lambda: EVENTS)

    def answer(self, _: Request, error: DomainError) -> Response:
        """The refusal as it goes out."""
        status = refusals.status_of(error, {**STATUSES, **self.statuses})
        headers = {CODE_HEADER: error.code, **headers_of(error, status)}
        return refusals.as_json(status, self._body(error, status), headers)

    def _body(self, error: DomainError, status: int) -> Mapping[str, Any]:
        named: Mapping[str, list[str]] | None = getattr(error, "errors", None)
        if not named:
            if error.field is None or error.field not in self.fields:
                return self.told(self.said(error), error.code, status)
            named = {str(one.field): [self.said(one)] for one in (error, *error.beside)}
        if set(named) == {"detail"}:
            return self.told(" ".join(named["detail"]), error.code, status)
        return self.faults({self._name(name): messages for name, messages in named.items()}, status)

    def said(self, error: DomainError) -> str:
        """The refusal in this contract's words; how much is left is said before all else."""
        if type(error) in self.texts and not (isinstance(error, Full) and error.left):
            return self.texts[type(error)]
        return _NATIVE_WORDS.sub(lambda found: self.words.get(found[0], found[0]), error.message)

    def told(self, message: str, code: str, status: int) -> Mapping[str, Any]:
        """The body of what concerns no field; other contracts say more, or less."""
        return {"detail": message, "code": code}

    def faults(self, named: Mapping[str, list[str]], status: int) -> Mapping[str, Any]:
        """The body of what concerns fields."""
        return named

    def shape(self, status: int) -> Any:
        """The model of a body that goes out with this status, for the document."""
        return Faults | Detail if status == 400 else Detail

    def framework(
        self, _: Request, status: int, code: str, message: str, headers: Mapping[str, str]
    ) -> Response:
        """What the framework refuses, without asking the domain."""
        body = self.told(message, code, status)
        return refusals.as_json(status, body, {**headers, CODE_HEADER: code})

    def documented(
        self, codes: Iterable[int], fault: str | None, wrong: str
    ) -> dict[int | str, dict[str, Any]]:
        """The `responses` of a route that may answer with these statuses; see `errors`."""
        asked = set(codes)
        wanted = {*asked, 400} if 422 in asked else asked
        return {code: self._documented(code, fault, wrong) for code in sorted(wanted)}

    def _documented(self, code: int, fault: str | None, wrong: str) -> dict[str, Any]:
        example: Mapping[str, Any]
        if code == 400 and fault:
            example = self.faults({fault: [wrong]}, code)
        elif code == 400:
            example = self.told(_KEY_AT_FAULT, Invalid.code, code)
        elif code in EXAMPLES:
            example = self.told(EXAMPLES[code].message, EXAMPLES[code].code, code)
        else:
            named, message = FRAMEWORK_CODES[code]
            example = self.told(message, named, code)
        documented: dict[str, Any] = {
            "model": self.shape(code),
            "description": self.described(code),
            "headers": {CODE_HEADER: {"schema": {"type": "string"}, "description": "The code."}},
            "content": {"application/json": {"example": example}},
        }
        if code in (429, 503):
            documented["headers"] |= RETRY_AFTER
        return documented

    def described(self, status: int) -> str:
        """What a status means here, for the document."""
        return "Malformed, or a rule refused" if status == 400 else DESCRIPTIONS[status]

    def _name(self, name: str) -> str:
        return WHOLE if name == "detail" else self.fields.get(name, name)


class Faults(RootModel[dict[str, list[str]]]):
    """The fields at fault, each with what is wrong about it."""


class Detail(BaseModel):
    """`detail` is for people, `code` for programs."""

    detail: str
    code: str


def install(app: FastAPI, manner: Manner | None = None) -> None:
    """Make every refusal of this application come in this form."""
    used = manner or Manner()
    refusals.install(app, refusal=used.answer, framework=used.framework)


@contextmanager
def references(*, place: str | None = None, **named: int | None) -> Iterator[None]:
    """Within it, a field that names what is not there is refused in the customary words.

    What the path names, and the domain by the field `place`, is not found.
    """
    try:
        yield
    except UnknownReference as error:
        if place is not None and error.field == place:
            raise NotFound from error
        key = named.get(error.field or "")
        if key is None:
            raise
        words = f'Invalid pk "{key}" - object does not exist.'
        raise UnknownReference(words, field=error.field) from error


def errors(
    *codes: int, fault: str | None = "title", wrong: str = "This field is required."
) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these statuses.

    What takes an idempotency key (422) may find it malformed (400). The example of a
    400 names a field that this route has, and what may be wrong about it; None is for one that
    takes nothing but a key.
    """
    return Manner().documented(codes, fault, wrong)
