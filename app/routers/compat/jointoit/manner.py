"""How this contract says no: a field at fault by its name, everything else as `detail` alone."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from app.domain import errors as domain
from app.routers.compat.drf import Faults, Manner


class Refusal(BaseModel):
    """`detail` says what is wrong; the code is in the header `X-Error-Code`."""

    detail: str


class Plain(Manner):
    """The document shows the keys of refusals; there are no others."""

    __slots__ = ()

    def told(self, message: str, code: str, status: int) -> Mapping[str, Any]:
        return {"detail": message}

    def shape(self, status: int) -> Any:
        return Faults | Refusal if status == 400 else Refusal


# A rule that refuses is a 400 here; what is worth trying again as it is stays a 409.
MANNER = Plain(
    statuses={
        domain.Refused: 400,
        domain.ConflictingWrite: 409,
        domain.KeyInProgress: 409,
    },
    fields={
        "capacity": "max_attendees",
        "email": "email",
        "end_date": "date",
        "new_password": "new_password",
        "old_password": "old_password",
        "password": "password",
        "start_date": "date",
        "username": "username",
    },
    texts={
        domain.AlreadyRegistered: "You are already registered for this event.",
        domain.BadCredentials: "No active account found with the given credentials",
        domain.ConferenceFull: "This event is full.",
        domain.ConferenceInactive: "This event is not active.",
        domain.ConferencePast: "Cannot register for past events.",
        domain.EmailTaken: "A user with that email already exists.",
        domain.NotOnSale: "Registration for this event is not open at present.",
        domain.NotRegistered: "You are not registered for this event.",
        domain.RegistrationClosed: "Registration for this event is closed.",
        # Somebody else, or oneself elsewhere, was quicker.
        domain.RegistrationState: "You are not registered for this event.",
        domain.TicketTypeSoldOut: "This event is full.",
        domain.UsernameTaken: "A user with that username already exists.",
        domain.WrongPassword: "Old password is not correct",
    },
)


def errors(
    *codes: int, fault: str | None = None, wrong: str = "This field is required."
) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these statuses.

    The example of a 400 names a field that this route has, and what may be wrong about it; where
    it has none, the idempotency key is.
    """
    return MANNER.documented(codes, fault, wrong)
