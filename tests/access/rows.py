"""What a line of the table of permissions is: a request, and what each of six people is answered.

    Row("401 403 403 200 403 200", "PATCH", "conferences/{conference}/", body={"location": "Here"})

The statuses are those of ROLES, in that order. Names in braces are names of the scene
(`scene.py`): in the path they stand where the route has parameters, and a text of a body that is
nothing but a name becomes the value itself. Every request meets the scene as it was built.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

# `attendee` owns what the scene has of registrations, payments and the like; `organizer` the
# conferences they hang on.
ROLES = ("anonymous", "attendee", "other attendee", "organizer", "other organizer", "admin")
STRANGERS = frozenset({"anonymous", "other attendee", "other organizer"})
READING = frozenset({"GET", "HEAD", "OPTIONS"})

Value = int | str
Json = Mapping[str, Any]

_NAME = re.compile(r"\{(\w+)\}")
_PARAMETER = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Row:
    """One request; `picture` is the part of a form in which a picture is sent.

    `tells` is for what is meant to tell of others whoever asks: it has proved itself otherwise.
    `writes` is the table to which even a refusal, or somebody who only reads, may write; then the
    trail has that, too.
    """

    expected: str
    method: str
    path: str
    body: Json | None = None
    form: Mapping[str, str] | None = None
    picture: str = ""
    writes: str = ""
    tells: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def statuses(self) -> dict[str, int]:
        """The answer to expect for each role."""
        return dict(zip(ROLES, map(int, self.expected.split()), strict=True))

    @property
    def route(self) -> tuple[str, str]:
        """The operation it is a row of: the method, and the path without parameters' names."""
        return self.method, unnamed(self.path.partition("?")[0])

    def is_write_by(self, role: str) -> bool:
        """Whether it is to change anything when they ask."""
        return self.method not in READING and self.statuses[role] < 400

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def unnamed(path: str) -> str:
    """A path whose parameters have no names, so that a template and a row compare."""
    return _PARAMETER.sub("{}", path)


def under(prefix: str, rows: Sequence[Row]) -> list[Row]:
    """The rows with their paths continued from there."""
    return [replace(row, path=f"{prefix}/{row.path}") for row in rows]


def filled(sent: Any, names: Mapping[str, Value]) -> Any:
    """What is sent, with the values of the names in it."""
    if isinstance(sent, Mapping):
        return {key: filled(value, names) for key, value in sent.items()}
    if isinstance(sent, list):
        return [filled(value, names) for value in sent]
    if not isinstance(sent, str):
        return sent
    alone = _NAME.fullmatch(sent)
    return names[alone[1]] if alone else path_of(sent, names)


def path_of(template: str, names: Mapping[str, Value]) -> str:
    """The text with the values of the names in it."""
    return _NAME.sub(lambda name: str(names[name[1]]), template)
