"""Who may do what, natively: attendees, registrations, tickets, the waitlist and the door.

The statuses: anonymous, attendee, other attendee, organizer, other organizer, admin. A claim is
seen by its owner, the conference's organizer and admins; for all others there is none.
"""

from tests.access.rows import Row, under

# Whoever wants to come is known as an attendee from then on, whatever becomes of it.
_SELF = "attendees"

_PERSON = {"attendee_name": "John Smith", "email": "john@example.org"}
_SCAN = {"code": "{ticket_code}", "nonce": "door2-000184"}
_SCANS = {"conference": "{conference}", "scans": [_SCAN | {"scanned_at": "2031-03-01T09:00:00Z"}]}
_ELSEWHERE = {"organization": "Innovate Corp"}
_MOVED = {"conference": "{conference}", "session": "{other_session}"}
_BROUGHT = {"attendee": "{brought}"}
_PROVEN = {"attendee": "{proven}"}

ATTENDEES = [
    Row("401 200 200 200 200 200", "GET", "attendees/"),
    Row("401 403 403 200 403 200", "GET", "attendees/?conference={conference}"),
    Row("401 403 403 201 201 201", "POST", "attendees/", _PERSON),
    # Somebody with an account who comes to the organizer, and somebody whom the organizer entered.
    Row("401 200 404 200 404 200", "GET", "attendees/{attendee}/"),
    Row("401 404 404 200 404 200", "GET", "attendees/{brought}/"),
    Row("401 200 404 200 404 200", "GET", "attendees/{attendee}/history/"),
    Row("401 404 404 200 404 200", "GET", "attendees/{brought}/history/"),
    Row("401 200 404 403 404 200", "PATCH", "attendees/{attendee}/", _ELSEWHERE),
    Row("401 404 404 200 404 200", "PATCH", "attendees/{brought}/", _ELSEWHERE),
    Row("401 200 404 403 404 200", "PUT", "attendees/{attendee}/", _ELSEWHERE),
    Row("401 200 404 403 404 200", "DELETE", "attendees/{attendee}/"),
    Row("401 404 404 200 404 200", "DELETE", "attendees/{brought}/"),
    Row("401 200 404 200 404 200", "GET", "attendees/{attendee}/recommendations/"),
    # Whom the organizer entered, too, but who has proven the address since.
    Row("401 404 404 404 404 200", "GET", "attendees/{proven}/"),
    Row("401 404 404 404 404 200", "PATCH", "attendees/{proven}/", _ELSEWHERE),
    Row("401 404 404 404 404 200", "PUT", "attendees/{proven}/", _ELSEWHERE),
    Row("401 404 404 404 404 200", "DELETE", "attendees/{proven}/"),
    Row("401 404 404 404 404 200", "GET", "attendees/{proven}/recommendations/"),
]

REGISTRATIONS = [
    Row("401 200 200 200 200 200", "GET", "registrations/"),
    Row("401 200 200 200 200 200", "GET", "registrations/mine/"),
    Row("401 201 201 201 201 201", "POST", "registrations/", {"conference": "{open}"}),
    Row("401 403 403 201 403 201", "POST", "registrations/", _BROUGHT | {"conference": "{open}"}),
    Row("401 403 403 403 403 201", "POST", "registrations/", _PROVEN | {"conference": "{open}"}),
    Row(
        "401 201 403 201 403 201",
        "POST",
        "registrations/",
        {"conference": "{open}", "attendee": "{attendee}"},
    ),
    # The attendee is registered already; those who do not see it cannot name it.
    Row(
        "401 409 400 201 400 201",
        "POST",
        "registrations/",
        {"conference": "{private}"},
        writes=_SELF,
    ),
    Row(
        "401 400 400 409 400 409", "POST", "registrations/", {"conference": "{draft}"}, writes=_SELF
    ),
    Row("401 200 404 200 404 200", "GET", "registrations/{admission}/"),
    Row("401 200 404 200 404 200", "GET", "registrations/{admission}/history/"),
    Row("401 200 404 200 404 200", "GET", "payments/{payment}/history/"),
    Row("401 200 404 200 404 200", "PATCH", "registrations/{seat}/", _MOVED),
    Row("401 200 404 200 404 200", "PUT", "registrations/{seat}/", _MOVED),
    Row("401 200 404 200 404 200", "DELETE", "registrations/{admission}/"),
    Row("401 200 404 200 404 200", "DELETE", "registrations/{paid}/"),
    Row("401 200 404 200 404 200", "POST", "registrations/{admission}/cancel/"),
    Row("401 200 404 200 404 200", "POST", "registrations/{unconfirmed}/confirm/"),
    # What has a price is confirmed by its payment, whoever asks.
    Row("401 409 404 409 404 409", "POST", "registrations/{unpaid}/confirm/"),
]

TICKETS = [
    Row("401 200 404 200 404 200", "GET", "registrations/{admission}/ticket/"),
    Row("401 200 404 200 404 200", "GET", "registrations/{admission}/ticket.pdf"),
    Row("401 200 404 200 404 200", "GET", "registrations/{admission}/ticket.png"),
    Row("401 200 404 200 404 200", "GET", "registrations/{admission}/ticket.svg"),
    Row("401 200 404 200 404 200", "GET", "registrations/{admission}/ticket.ics"),
]

FEED = [
    Row("401 200 200 200 200 200", "GET", "calendar-feed/"),
    Row("401 201 201 201 201 201", "POST", "calendar-feed/"),
    Row("401 200 200 200 200 200", "DELETE", "calendar-feed/"),
    # Whoever has the address reads the calendar.
    Row("200 200 200 200 200 200", "GET", "public/calendars/{secret}.ics", tells=True),
]

WAITLIST = [
    Row("401 200 200 200 200 200", "GET", "waitlist/"),
    Row("401 200 404 200 404 200", "POST", "waitlist/{waiting}/leave/"),
    Row("401 403 403 200 403 200", "GET", "conferences/{full}/waitlist/"),
    Row("401 404 404 200 404 200", "GET", "conferences/{draft}/waitlist/"),
    Row("401 403 403 200 403 200", "GET", "conferences/{full}/waitlist/log/"),
    Row("401 403 403 200 403 200", "POST", "conferences/{full}/waitlist/call/", {}),
]

DOOR = [
    # At another's door a ticket is none.
    Row("401 403 403 200 404 200", "POST", "check-ins/", _SCAN),
    Row("401 403 403 200 403 200", "POST", "check-ins/bulk/", _SCANS),
    Row("401 403 403 200 200 200", "GET", "check-ins/"),
    Row("401 403 403 200 404 200", "POST", "check-ins/{check_in}/undo/"),
    Row("401 403 403 200 403 200", "GET", "conferences/{conference}/check-ins/"),
    Row("401 403 404 200 404 200", "GET", "conferences/{private}/check-ins/"),
    Row("401 403 403 200 403 200", "GET", "conferences/{conference}/check-ins/offline/"),
]

ROWS = under("/api/v1", [*ATTENDEES, *REGISTRATIONS, *TICKETS, *FEED, *WAITLIST, *DOOR])
