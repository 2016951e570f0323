"""Who may do what by the contract of seed 002: there is no login, and nobody is anybody.

The statuses: anonymous, attendee, other attendee, organizer, other organizer, admin. What is
private or a draft is not there, not even for its organizer.
"""

from tests.access.rows import Row, under

_EVENT = {
    "name": "Global Summit",
    "location": "Bengaluru",
    "start_time": "2031-03-15T09:00:00Z",
    "end_time": "2031-03-17T17:00:00Z",
    "max_capacity": 750,
}
_GUEST = {"name": "Bob The Builder", "email": "bob@example.org"}

EVENTS = [
    Row("201 201 201 201 201 201", "POST", "api/events/", _EVENT),
    Row("200 200 200 200 200 200", "GET", "api/events/"),
    Row("200 200 200 200 200 200", "GET", "api/events/{conference}/"),
    Row("404 404 404 404 404 404", "GET", "api/events/{private}/"),
    Row("404 404 404 404 404 404", "GET", "api/events/{draft}/"),
    Row("201 201 201 201 201 201", "POST", "api/events/{open}/register/", _GUEST),
    # Who finds no seat is forgotten again; the trail tells of both.
    Row("400 400 400 400 400 400", "POST", "api/events/{full}/register/", _GUEST, writes="trail"),
    Row("404 404 404 404 404 404", "POST", "api/events/{private}/register/", _GUEST),
    Row("404 404 404 404 404 404", "POST", "api/events/{draft}/register/", _GUEST),
    Row("200 200 200 200 200 200", "GET", "api/events/{conference}/attendees/"),
    Row("404 404 404 404 404 404", "GET", "api/events/{private}/attendees/"),
    Row("404 404 404 404 404 404", "GET", "api/events/{draft}/attendees/"),
]

DOCUMENTS = [
    Row("307 307 307 307 307 307", "GET", ""),
    Row("200 200 200 200 200 200", "GET", "openapi.json"),
    Row("200 200 200 200 200 200", "GET", "docs"),
    Row("200 200 200 200 200 200", "GET", "docs/"),
    Row("200 200 200 200 200 200", "GET", "redoc"),
    Row("200 200 200 200 200 200", "GET", "redoc/"),
]

ROWS = under("/compat/mini-event", [*EVENTS, *DOCUMENTS])
