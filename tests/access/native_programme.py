"""Who may do what, natively: conferences, their sessions and their ticket types.

The statuses: anonymous, attendee, other attendee, organizer, other organizer, admin. The attendee
is registered for the private conference; a draft is there for nobody but its organizer and admins.
"""

from tests.access.rows import Row, under

_CONFERENCE = {
    "conference_name": "Tech Summit",
    "start_date": "2031-09-01",
    "end_date": "2031-09-03",
}
_TYPE = {"name": "Early bird", "price": 80.0, "quantity": 5}
_SESSION = {
    "session_name": "Keynote",
    "start_time": "2031-03-01T20:00:00Z",
    "end_time": "2031-03-01T21:00:00Z",
}
_MOVED = {"location": "Oakland"}
_RENAMED = {"session_name": "Closing words"}

CONFERENCES = [
    Row("401 200 200 200 200 200", "GET", "conferences/"),
    Row("401 200 200 200 200 200", "GET", "conferences/upcoming/"),
    Row("401 200 200 200 200 200", "GET", "conferences/mine/"),
    Row("401 403 403 201 201 201", "POST", "conferences/", _CONFERENCE),
    Row("401 403 403 201 201 201", "POST", "conferences/", _CONFERENCE | {"status": "draft"}),
    Row("401 200 200 200 200 200", "GET", "conferences/{conference}/"),
    Row("401 200 404 200 404 200", "GET", "conferences/{private}/"),
    Row("401 404 404 200 404 200", "GET", "conferences/{draft}/"),
    # Whoever may not manage it is told so, where it is there for them.
    Row("401 403 403 200 403 200", "GET", "conferences/{conference}/history/"),
    Row("401 403 404 200 404 200", "GET", "conferences/{private}/history/"),
    Row("401 404 404 200 404 200", "GET", "conferences/{draft}/history/"),
    Row("401 403 403 200 403 200", "PATCH", "conferences/{conference}/", _MOVED),
    Row("401 403 404 200 404 200", "PATCH", "conferences/{private}/", _MOVED),
    Row("401 404 404 200 404 200", "PATCH", "conferences/{draft}/", _MOVED),
    Row("401 403 403 200 403 200", "PUT", "conferences/{conference}/", _MOVED),
    Row("401 403 403 200 403 200", "DELETE", "conferences/{conference}/"),
    Row("401 403 404 200 404 200", "DELETE", "conferences/{private}/"),
    Row("401 404 404 200 404 200", "DELETE", "conferences/{draft}/"),
    Row("401 404 404 200 404 200", "POST", "conferences/{draft}/publish/"),
    # There is nothing to publish, and that is the organizer's to know.
    Row("401 403 403 409 403 409", "POST", "conferences/{conference}/publish/"),
    Row("401 403 403 200 403 200", "POST", "conferences/{conference}/cancel/"),
    Row("401 403 404 200 404 200", "POST", "conferences/{private}/cancel/"),
    Row("401 403 403 200 403 200", "PUT", "conferences/{open}/cover-image/", picture="image"),
    Row("401 404 404 200 404 200", "PUT", "conferences/{draft}/cover-image/", picture="image"),
    Row("401 403 403 200 403 200", "DELETE", "conferences/{open}/cover-image/"),
    Row("401 200 200 200 200 200", "GET", "conferences/{conference}/statistics/"),
    Row("401 200 404 200 404 200", "GET", "conferences/{private}/statistics/"),
    Row("401 404 404 200 404 200", "GET", "conferences/{draft}/statistics/"),
    Row("401 403 403 200 403 200", "GET", "conferences/{conference}/attendees/"),
    Row("401 403 404 200 404 200", "GET", "conferences/{private}/attendees/"),
    Row("401 200 200 200 200 200", "GET", "conferences/{conference}/calendar.ics"),
    Row("401 200 404 200 404 200", "GET", "conferences/{private}/calendar.ics"),
]

# Without a login there is what is published for everybody, whoever asks.
PUBLIC = [
    Row("200 200 200 200 200 200", "GET", "public/conferences/"),
    Row("200 200 200 200 200 200", "GET", "public/conferences/{conference}/"),
    Row("200 200 200 200 200 200", "GET", "public/conferences/{conference}/calendar.ics"),
    Row("200 200 200 200 200 200", "GET", "public/conferences/{conference}/schedule.json"),
    Row("200 200 200 200 200 200", "GET", "public/conferences/{conference}/schedule.xml"),
    Row("404 404 404 404 404 404", "GET", "public/conferences/{private}/"),
    Row("404 404 404 404 404 404", "GET", "public/conferences/{private}/calendar.ics"),
    Row("404 404 404 404 404 404", "GET", "public/conferences/{draft}/schedule.json"),
    Row("404 404 404 404 404 404", "GET", "public/conferences/{draft}/schedule.xml"),
    Row("404 404 404 404 404 404", "GET", "public/conferences/{draft}/"),
]

EXPORTS = [
    Row("401 403 403 200 403 200", "GET", "conferences/{conference}/exports/{subject}.{csv}"),
    Row("401 403 404 200 404 200", "GET", "conferences/{private}/exports/{subject}.{csv}"),
    Row("401 404 404 200 404 200", "GET", "conferences/{draft}/exports/{subject}.{xlsx}"),
]

_TYPES = "conferences/{fair}/ticket-types"

TICKET_TYPES = [
    Row("401 200 200 200 200 200", "GET", f"{_TYPES}/"),
    Row("401 200 404 200 404 200", "GET", "conferences/{private}/ticket-types/"),
    Row("401 403 403 201 403 201", "POST", f"{_TYPES}/", _TYPE),
    Row("401 404 404 201 404 201", "POST", "conferences/{draft}/ticket-types/", _TYPE),
    Row("401 200 200 200 200 200", "GET", f"{_TYPES}/{{ticket_type}}/"),
    Row("401 403 403 200 403 200", "PATCH", f"{_TYPES}/{{ticket_type}}/", {"quantity": 12}),
    Row("401 403 403 200 403 200", "PUT", f"{_TYPES}/{{ticket_type}}/", {"quantity": 12}),
    Row("401 403 403 200 403 200", "DELETE", f"{_TYPES}/{{ticket_type}}/"),
]

SESSIONS = [
    Row("401 200 200 200 200 200", "GET", "sessions/"),
    Row("401 403 403 201 403 201", "POST", "sessions/", _SESSION | {"conference": "{conference}"}),
    # What one does not see cannot be named.
    Row("401 400 400 201 400 201", "POST", "sessions/", _SESSION | {"conference": "{draft}"}),
    Row("401 200 200 200 200 200", "GET", "sessions/{session}/"),
    Row("401 200 404 200 404 200", "GET", "sessions/{private_session}/"),
    Row("401 404 404 200 404 200", "GET", "sessions/{draft_session}/"),
    Row("401 403 403 200 403 200", "GET", "sessions/{session}/history/"),
    Row("401 404 404 200 404 200", "GET", "sessions/{draft_session}/history/"),
    Row("401 403 403 200 403 200", "PATCH", "sessions/{session}/", _RENAMED),
    Row("401 403 404 200 404 200", "PATCH", "sessions/{private_session}/", _RENAMED),
    Row("401 404 404 200 404 200", "PATCH", "sessions/{draft_session}/", _RENAMED),
    Row("401 403 403 200 403 200", "PUT", "sessions/{session}/", _RENAMED),
    Row("401 403 403 200 403 200", "DELETE", "sessions/{session}/"),
    Row("401 404 404 200 404 200", "DELETE", "sessions/{draft_session}/"),
]

ROWS = under("/api/v1", [*CONFERENCES, *PUBLIC, *EXPORTS, *TICKET_TYPES, *SESSIONS])
