"""What every error is, and the kinds of them: a status of each contract stands for a kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """The object that stands in the way, named so that a person can find it."""

    kind: str
    id: int
    name: str


class DomainError(Exception):
    """Base of every refusal. `field` names the input at fault where there is one.

    `beside` are refusals about other fields that would come next, told at once.
    """

    code = "error"
    field: str | None = None
    beside: Sequence["DomainError"] = ()
    message = "The request could not be carried out."

    def __init__(
        self,
        message: str | None = None,
        *,
        field: str | None = None,
        other: Other | None = None,
    ) -> None:
        self.message = message or self.message
        self.field = field or self.field
        self.other = other
        super().__init__(self.message)


class Invalid(DomainError):
    """Input that cannot be meant. `errors` lists every field at fault."""

    code = "invalid"
    message = "Validation failed"

    def __init__(
        self,
        message: str | None = None,
        *,
        field: str | None = None,
        errors: Mapping[str, list[str]] | None = None,
        other: Other | None = None,
    ) -> None:
        super().__init__(message, field=field, other=other)
        self.errors = errors


class Unauthenticated(DomainError):
    code = "not_authenticated"
    message = "Authentication credentials were not provided or are not valid."


class Forbidden(DomainError):
    code = "forbidden"
    message = "You do not have permission to perform this action."


class NotFound(DomainError):
    code = "not_found"
    message = "Not found."


class Refused(DomainError):
    """A rule of the domain said no; nothing was written."""

    code = "refused"


class KeyReused(DomainError):
    code = "idempotency_key_reused"
    field = "Idempotency-Key"
    message = "This idempotency key was used for another request."


class Later(DomainError):
    """Base of what is worth trying again after `retry_after` seconds."""

    retry_after = 1

    def __init__(self, message: str | None = None, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after or self.retry_after


class TooMany(Later):
    code = "too_many_requests"
    message = "Too many requests; slow down."


class Busy(Later):
    code = "busy"
    message = "The service is busy; nothing was written. Try again shortly."


class Overtaken(Busy):
    """The tables were changed while they were used. Whoever tries again at once succeeds."""
