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
        "capacity": "capacity",
        "category": "category",
        "email": "email",
        "end_date": "date_time",
        "image": "image",
        "password": "password",
        "role": "role",
        "start_date": "date_time",
        "ticket_type": "ticket_type",
        "username": "username",
    },
    texts={
        domain.BadCredentials: "No active account found with the given credentials",
        domain.AlreadyRegistered: "You are already registered for this event.",
        domain.ConferencePast: "This event is over.",
        domain.ConferenceInactive: "This event is not open for registration.",
        domain.RegistrationClosed: "Registration for this event is closed.",
        domain.TicketTypeRequired: "This event has ticket types; name one of them.",
    },
)
