"""Who may do what by the contract of seed 001.

The statuses: anonymous, attendee, other attendee, organizer, other organizer, admin.
"""

from tests.access.rows import Row, under

# Whoever wants to come is known as an attendee from then on, whatever becomes of it.
_SELF = "attendees"

_SIGN_UP = {"username": "grace", "email": "grace@example.org", "password": "{password}"}
_EVENT = {
    "title": "Tech Conference",
    "date_time": "2031-12-15T10:00:00Z",
    "location": "New York",
    "capacity": 100,
    "visibility": "public",
    "category": 1,
}
_RENAMED = {"title": "Closing words"}

ACCOUNTS = [
    Row("201 201 201 201 201 201", "POST", "api/users/register/", _SIGN_UP),
    Row("201 201 201 201 201 201", "POST", "api/users/register/", _SIGN_UP | {"role": "organizer"}),
    Row("400 400 400 400 400 400", "POST", "api/users/register/", _SIGN_UP | {"role": "admin"}),
    Row(
        "200 200 200 200 200 200",
        "POST",
        "auth/token/",
        {"username": "newcomer", "password": "{password}"},
    ),
    Row("200 200 200 200 200 200", "POST", "auth/token/refresh/", {"refresh": "{refresh}"}),
    Row("401 200 200 200 200 200", "GET", "api/users/me/"),
]

EVENTS = [
    Row("200 200 200 200 200 200", "GET", "api/events/categories/"),
    Row("200 200 200 200 200 200", "GET", "api/events/"),
    Row("401 403 403 200 200 200", "POST", "api/events/create/", _EVENT),
    Row("200 200 200 200 200 200", "GET", "api/events/{conference}/"),
    Row("404 200 404 200 404 200", "GET", "api/events/{private}/"),
    Row("404 404 404 200 404 200", "GET", "api/events/{draft}/"),
    Row("401 403 403 200 403 200", "PATCH", "api/events/{conference}/update/", _RENAMED),
    Row("401 403 404 200 404 200", "PATCH", "api/events/{private}/update/", _RENAMED),
    Row("401 404 404 200 404 200", "PATCH", "api/events/{draft}/update/", _RENAMED),
    Row("401 403 403 200 403 200", "PUT", "api/events/{conference}/update/", _RENAMED),
    Row("401 403 403 204 403 204", "DELETE", "api/events/{conference}/delete/"),
    Row("401 403 404 204 404 204", "DELETE", "api/events/{private}/delete/"),
    Row("401 404 404 204 404 204", "DELETE", "api/events/{draft}/delete/"),
]

REGISTRATIONS = [
    Row("401 200 200 200 200 200", "POST", "api/registrations/{open}/register/", {}),
    # The attendee is registered already; for strangers it is not there.
    Row(
        "401 400 404 200 404 200", "POST", "api/registrations/{private}/register/", {}, writes=_SELF
    ),
    Row("401 404 404 400 404 400", "POST", "api/registrations/{draft}/register/", {}, writes=_SELF),
    Row("401 200 200 200 200 200", "GET", "api/registrations/me/"),
    Row("401 200 200 200 200 200", "GET", "registrations/me/"),
]

DOCUMENTS = [
    Row("307 307 307 307 307 307", "GET", ""),
    Row("200 200 200 200 200 200", "GET", "openapi.json"),
    Row("200 200 200 200 200 200", "GET", "docs"),
    Row("200 200 200 200 200 200", "GET", "docs/"),
    Row("200 200 200 200 200 200", "GET", "redoc"),
    Row("200 200 200 200 200 200", "GET", "redoc/"),
]

ROWS = under("/compat/event-management", [*ACCOUNTS, *EVENTS, *REGISTRATIONS, *DOCUMENTS])
