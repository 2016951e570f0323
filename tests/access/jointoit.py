"""Who may do what by the contract of seed 004.

The statuses: anonymous, attendee, other attendee, organizer, other organizer, admin. Whoever puts
up an event is an organizer by that.
"""

from tests.access.rows import Row, under

# Whoever wants to come is known as an attendee from then on, whatever becomes of it.
_SELF = "attendees"
_LOG_IN = {"username": "newcomer", "password": "{password}"}
_SIGN_UP = {
    "username": "grace",
    "email": "grace@example.org",
    "password": "{password}",
    "password2": "{password}",
}
_PASSWORDS = {"old_password": "{password}", "new_password": "StrongerPass456"}
_EVENT = {
    "title": "Python Workshop",
    "description": "Hands-on",
    "date": "2031-07-20T14:00:00Z",
    "location": "Tech Hub",
    "max_attendees": 30,
}
_MOVED = {"location": "Oakland"}
# All of a conference; one that has sessions keeps its day.
_WHOLE = _EVENT | {"date": "2031-03-01T00:00:00Z", "max_attendees": 60}

ACCOUNTS = [
    Row("201 201 201 201 201 201", "POST", "auth/register/", _SIGN_UP),
    Row("200 200 200 200 200 200", "POST", "auth/login/", _LOG_IN),
    Row("200 200 200 200 200 200", "POST", "auth/token/refresh/", {"refresh": "{refresh}"}),
    Row("401 200 200 200 200 200", "GET", "auth/profile/"),
    Row("401 200 200 200 200 200", "PATCH", "auth/profile/update/", {"last_name": "King"}),
    Row("401 200 200 200 200 200", "PUT", "auth/profile/update/", {"last_name": "King"}),
    Row("401 200 200 200 200 200", "POST", "auth/change-password/", _PASSWORDS),
]

EVENTS = [
    Row("200 200 200 200 200 200", "GET", "events/"),
    Row("401 201 201 201 201 201", "POST", "events/", _EVENT),
    Row("200 200 200 200 200 200", "GET", "events/upcoming/"),
    Row("401 200 200 200 200 200", "GET", "events/my_events/"),
    Row("200 200 200 200 200 200", "GET", "events/{conference}/"),
    Row("404 200 404 200 404 200", "GET", "events/{private}/"),
    Row("404 404 404 200 404 200", "GET", "events/{draft}/"),
    Row("401 403 403 200 403 200", "PATCH", "events/{conference}/", _MOVED),
    Row("401 403 404 200 404 200", "PATCH", "events/{private}/", _MOVED),
    Row("401 404 404 200 404 200", "PATCH", "events/{draft}/", _MOVED),
    Row("401 403 403 200 403 200", "PUT", "events/{conference}/", _WHOLE),
    Row("401 403 403 204 403 204", "DELETE", "events/{conference}/"),
    Row("401 403 404 204 404 204", "DELETE", "events/{private}/"),
    Row("401 404 404 204 404 204", "DELETE", "events/{draft}/"),
]

REGISTRATIONS = [
    Row("401 201 201 201 201 201", "POST", "events/{open}/register/"),
    Row("401 400 404 201 404 201", "POST", "events/{private}/register/", writes=_SELF),
    Row("401 404 404 400 404 400", "POST", "events/{draft}/register/", writes=_SELF),
    # Only the attendee is registered; the others have nothing to leave.
    Row("401 200 400 400 400 400", "POST", "events/{conference}/unregister/"),
    Row("401 200 404 400 404 400", "POST", "events/{private}/unregister/"),
    Row("401 403 403 200 403 200", "GET", "events/{conference}/attendees/"),
    Row("401 403 404 200 404 200", "GET", "events/{private}/attendees/"),
    Row("401 404 404 200 404 200", "GET", "events/{draft}/attendees/"),
    Row("401 200 200 200 200 200", "GET", "my-registrations/"),
    Row("401 200 200 200 200 200", "GET", "my-registrations/active/"),
    Row("401 200 200 200 200 200", "GET", "my-registrations/past/"),
]

DOCUMENTS = [
    Row("307 307 307 307 307 307", "GET", ""),
    Row("200 200 200 200 200 200", "GET", "openapi.json"),
    Row("200 200 200 200 200 200", "GET", "docs"),
    Row("200 200 200 200 200 200", "GET", "docs/"),
    Row("200 200 200 200 200 200", "GET", "redoc"),
    Row("200 200 200 200 200 200", "GET", "redoc/"),
    Row("200 200 200 200 200 200", "GET", "api/docs/"),
    Row("200 200 200 200 200 200", "GET", "api/redoc/"),
]

API = [*ACCOUNTS, *EVENTS, *REGISTRATIONS]

ROWS = under("/compat/jointoit", [*under("api", API), *DOCUMENTS])
