"""Who asks, and what they may do (rules `forbidden`, `not_found`, `visibility`)."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.domain.errors import Forbidden, NotFound


class Role(StrEnum):
    ATTENDEE = "attendee"
    ORGANIZER = "organizer"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The logged-in user behind a request; `family` is the id of the login it came by."""

    user_id: int
    username: str
    email_folded: str
    role: Role
    family: str

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def is_organizer(self) -> bool:
        return self.role in (Role.ORGANIZER, Role.ADMIN)


@dataclass(slots=True, kw_only=True)
class Login:
    """A login by the name of its token; `caller` is who that is, once it was looked up.

    Where many wait together they are looked up together, with what else concerns them.
    """

    user_id: int
    family: str
    caller: Caller | None = None

    def recognise(self, callers: Mapping[str, Caller]) -> bool:
        """Find oneself among the open logins, by family; whether one is there."""
        caller = callers.get(self.family)
        self.caller = caller if caller is not None and caller.user_id == self.user_id else None
        return self.caller is not None


class Owned(Protocol):
    """Whatever has an organizer: a conference, or what hangs on one."""

    @property
    def organizer_id(self) -> int | None: ...


def fold(text: str) -> str:
    """The form in which e-mails and names are compared: NFKC, case-folded, trimmed."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def manages(caller: Caller, thing: Owned) -> bool:
    """A conference and all in it: its organizer and admins write."""
    return caller.is_admin or (thing.organizer_id == caller.user_id)


def ensure_manages(caller: Caller, thing: Owned) -> None:
    """Refuse whoever is neither the organizer nor an admin (`forbidden`)."""
    if not manages(caller, thing):
        raise Forbidden


def ensure_admin(caller: Caller) -> None:
    """Only admins (`forbidden`)."""
    if not caller.is_admin:
        raise Forbidden


def ensure_organizer(caller: Caller) -> None:
    """Only organizers and admins (`forbidden`)."""
    if not caller.is_organizer:
        raise Forbidden


def ensure_known(caller_may_see: bool) -> None:
    """Where existence itself is private the answer is `not_found`."""
    if not caller_may_see:
        raise NotFound
