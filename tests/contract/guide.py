"""The examples of the CMS API guide, value by value."""

from dataclasses import dataclass
from typing import Any

LOGIN = {"username": "admin", "password": "admin123"}
TOKENS = {
    "status": "success",
    "message": "Operation successful",
    "data": {"refresh": "eyJ0eXAiOiJKV1QiLCJh...", "access": "eyJ0eXAiOiJKV1QiLCJh..."},
}
CONFERENCE: dict[str, Any] = {
    "conference_name": "Tech Summit 2026",
    "start_date": "2026-09-01",
    "end_date": "2026-09-03",
    "location": "San Francisco",
    "description": "Global tech/AI summit.",
}
SESSION: dict[str, Any] = {
    "session_name": "Keynote: Future of AI",
    "conference": 1,
    "speaker": "Jane Doe",
    "start_time": "2026-09-01T09:00:00Z",
    "end_time": "2026-09-01T10:30:00Z",
    "max_attendees": 500,
    "price": 0.00,
}
ATTENDEE: dict[str, Any] = {
    "attendee_name": "John Smith",
    "email": "john@example.com",
    "phone_number": "123-456-7890",
    "organization": "Innovate Corp",
}
REGISTRATION: dict[str, Any] = {"conference": 1, "session": 5, "attendee": 10}
PAYMENT: dict[str, Any] = {"registration_id": 15}

CONFERENCE_ROW = {"conference_name": "Tech Summit 2026", "total_sessions": 1, "unique_attendees": 1}
SESSION_ROW = {"session_name": "Keynote: Future of AI", "total_registrations": 1, "revenue": 0.0}
LOG_ROW = {"method": "GET", "path": "/api/v1/", "timestamp": "2026-09-01T09:00:00Z"}


# Everything that is read as a list, or much like one.
LISTS = (
    "/conferences/",
    "/conferences/upcoming/",
    "/sessions/",
    "/attendees/",
    "/registrations/",
    "/search/?q=Keyword",
    "/reports/conferences/",
    "/reports/sessions/",
    "/core/logs/",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The ids of what a test has created by the guide."""

    conference: int
    session: int
    attendee: int

    @property
    def registration(self) -> dict[str, Any]:
        """The guide's body of a registration, with these ids."""
        return {
            "conference": self.conference,
            "session": self.session,
            "attendee": self.attendee,
        }
