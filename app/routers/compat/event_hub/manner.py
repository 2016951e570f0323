"""How this contract says no: `detail` and `error` in every body, fields at fault beside them."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from app.domain import errors as domain
from app.routers.compat.drf import EVENTS, Manner
from app.routers.refusals import DESCRIPTIONS

# What a status means, whatever the reason is.
_ERRORS = {
    400: "The request data is invalid.",
    401: "Missing or invalid authentication.",
    403: "Insufficient permissions.",
    404: "The requested resource was not found.",
    405: "Method not allowed.",
    409: "The request conflicts with what is there already.",
    413: "The request is too large.",
    422: "The idempotency key was used for another request.",
    429: "Too many requests.",
    503: "The service is busy.",
}
_UNEXPECTED = "Something went wrong on our side."


class Refusal(BaseModel):
    """`detail` says what is wrong here, `error` what kind of refusal it is.

    Fields at fault stand beside them, each with a list of what is wrong about it.
    """

    model_config = ConfigDict(extra="allow")

    detail: str
    error: str


class Paired(Manner):
    """`detail` and `error` are always there, whatever else is."""

    __slots__ = ()

    def told(self, message: str, code: str, status: int) -> Mapping[str, Any]:
        return _pair(message, status)

    def faults(self, named: Mapping[str, list[str]], status: int) -> Mapping[str, Any]:
        name, messages = next(iter(named.items()))
        first = messages[0] if status == 409 else f"{name}: {messages[0]}"
        return {**named, **_pair(first, status)}

    def shape(self, status: int) -> Any:
        return Refusal

    def described(self, status: int) -> str:
        return DESCRIPTIONS[status]


MANNER = Paired(
    # Whatever is malformed is a 400; whatever a rule refuses is a 409, as natively.
    fields={
        "amount": "amount",
        "avatar": "avatar",
        "capacity": "max_attendees",
        "category": "category",
        "conference": "event",
        "cover_image": "cover_image",
        "email": "email",
        "end_date": "end_date",
        "end_time": "end_time",
        "facebook": "facebook",
        "github": "github",
        "linkedin": "linkedin",
        "max_attendees": "max_attendees",
        "method": "method",
        "name": "title",
        "online_url": "online_url",
        "password": "password",
        "price": "price",
        "rating": "rating",
        "registration_id": "booking",
        "room": "room_or_link",
        "speaker": "speaker",
        "start_date": "start_date",
        "start_time": "start_time",
        "twitter": "twitter",
        "username": "username",
        "website": "website",
    },
    statuses={domain.AmountMismatch: 400},
    texts={
        domain.AlreadyRegistered: "You have a booking for this event already, or wait for one.",
        domain.BadCredentials: "No active account found with the given credentials",
        domain.ConferenceFull: "This event is full. Join its waitlist.",
        domain.ConferenceInactive: "This event is not open for registration.",
        domain.ConferencePast: "This event is over.",
        domain.RegistrationClosed: "Registration for this event is closed.",
        domain.SeatsAvailable: "This event has free seats. Book one.",
        domain.TicketTypeSoldOut: "This event is full. Join its waitlist.",
    },
    words={**EVENTS, "registration": "booking", "Registration": "Booking"},
)


def errors(
    *codes: int, fault: str = "", wrong: str = "This field is required."
) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these statuses.

    What takes an idempotency key (422) may find it malformed (400). The example of a 400 names a
    field that this route has, and what may be wrong about it; where it has none, the key is.
    """
    return MANNER.documented(codes, fault, wrong)


def _pair(message: str, status: int) -> dict[str, Any]:
    return {"detail": message, "error": _ERRORS.get(status, _UNEXPECTED)}
