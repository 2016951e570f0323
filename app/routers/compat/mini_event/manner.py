"""How this contract says no."""

from app.domain import errors as domain
from app.routers.compat.drf import Manner

# A rule that refuses is a 400 here; what is worth trying again as it is stays a 409.
MANNER = Manner(
    statuses={
        domain.Refused: 400,
        domain.ConflictingWrite: 409,
        domain.KeyInProgress: 409,
    },
    fields={
        "email": "email",
        "end_date": "end_time",
        "end_time": "end_time",
        "location": "location",
        "max_capacity": "max_capacity",
        "name": "name",
        "start_time": "start_time",
    },
    texts={
        domain.AlreadyRegistered: "This email is already registered for this event.",
        domain.ConferenceFull: "This event is full.",
        domain.TicketTypeSoldOut: "This event is full.",
        domain.ConferencePast: "This event is over.",
        domain.ConferenceInactive: "This event is not open for registration.",
        domain.RegistrationClosed: "Registration for this event is closed.",
        domain.InvalidPeriod: "The end must come after the start.",
    },
)
