"""Who may do what by the contract of seed 003.

The statuses: anonymous, attendee, other attendee, organizer, other organizer, admin. Lists of one's
own are one's own; the rules are those of the native API.
"""

from tests.access.rows import Row, under

# Whoever wants to come is known as an attendee from then on, whatever becomes of it.
_SELF = "attendees"

_SIGN_UP = {
    "username": "grace",
    "email": "grace@example.org",
    "password": "{password}",
    "password_confirm": "{password}",
}
_LOG_IN = {"username": "newcomer", "password": "{password}"}
_EVENT = {
    "title": "Advanced Python Workshop",
    "category": "workshop",
    "start_date": "2031-12-27T14:00:00Z",
    "end_date": "2031-12-27T17:00:00Z",
    "max_attendees": 30,
    "price": "29.99",
}
_SESSION = {
    "title": "Opening Keynote",
    "start_time": "2031-03-01T20:00:00Z",
    "end_time": "2031-03-01T21:00:00Z",
}
_REVIEW = {"rating": 5, "title": "Excellent!", "review": "Very informative."}
_RENAMED = {"title": "Closing words"}
_SETTINGS = {"newsletter_subscribed": True}

ACCOUNTS = [
    Row("200 200 200 200 200 200", "POST", "auth/token/", _LOG_IN),
    Row("200 200 200 200 200 200", "POST", "auth/token/refresh/", {"refresh": "{refresh}"}),
    Row("401 200 200 200 200 200", "GET", "users/"),
    Row("201 201 201 201 201 201", "POST", "users/", _SIGN_UP),
    Row("201 201 201 201 201 201", "POST", "users/", _SIGN_UP | {"user_type": "organizer"}),
    Row("400 400 400 400 400 400", "POST", "users/", _SIGN_UP | {"user_type": "admin"}),
    Row("401 200 200 200 200 200", "GET", "users/me/"),
    Row("401 200 200 200 200 200", "PATCH", "users/me/", {"bio": "Compilers, mostly."}),
    Row("401 200 200 200 200 200", "PUT", "users/me/", {"bio": "Compilers, mostly."}),
    Row("401 200 200 200 200 200", "PATCH", "users/me/", form={"bio": "X"}, picture="avatar"),
    Row("401 200 200 200 200 200", "PATCH", "users/update_profile/", _SETTINGS),
    Row("401 200 200 200 200 200", "PUT", "users/update_profile/", _SETTINGS),
    Row("401 200 200 200 200 200", "GET", "users/{organizer_user}/events_organized/"),
    Row("401 200 200 200 200 200", "GET", "users/{attendee_user}/reviews/"),
]

EVENTS = [
    Row("200 200 200 200 200 200", "GET", "events/"),
    Row("401 403 403 201 201 201", "POST", "events/", _EVENT),
    Row("200 200 200 200 200 200", "GET", "events/{conference}/"),
    Row("404 200 404 200 404 200", "GET", "events/{private}/"),
    Row("404 404 404 200 404 200", "GET", "events/{draft}/"),
    Row("401 403 403 200 403 200", "PATCH", "events/{conference}/", _RENAMED),
    Row("401 403 404 200 404 200", "PATCH", "events/{private}/", _RENAMED),
    Row("401 404 404 200 404 200", "PATCH", "events/{draft}/", _RENAMED),
    Row("401 403 403 200 403 200", "PUT", "events/{conference}/", _RENAMED),
    Row("401 403 403 200 403 200", "PATCH", "events/{conference}/", picture="cover_image"),
    Row("401 404 404 200 404 200", "PUT", "events/{draft}/", picture="cover_image"),
    Row("401 403 403 204 403 204", "DELETE", "events/{conference}/"),
    Row("401 404 404 204 404 204", "DELETE", "events/{draft}/"),
    Row("401 404 404 200 404 200", "POST", "events/{draft}/publish/"),
    Row("401 403 403 409 403 409", "POST", "events/{conference}/publish/"),
    Row("401 403 403 200 403 200", "POST", "events/{conference}/cancel/"),
    Row("401 403 404 200 404 200", "POST", "events/{private}/cancel/"),
    Row("200 200 200 200 200 200", "GET", "events/{conference}/attendees/"),
    Row("404 404 404 200 404 200", "GET", "events/{draft}/attendees/"),
    Row("200 200 200 200 200 200", "GET", "events/{conference}/statistics/"),
    Row("404 404 404 200 404 200", "GET", "events/{draft}/statistics/"),
]

SESSIONS = [
    Row("200 200 200 200 200 200", "GET", "sessions/"),
    Row("401 403 403 201 403 201", "POST", "sessions/", _SESSION | {"event": "{conference}"}),
    Row("401 404 404 201 404 201", "POST", "sessions/", _SESSION | {"event": "{draft}"}),
    Row("200 200 200 200 200 200", "GET", "sessions/{session}/"),
    Row("404 404 404 200 404 200", "GET", "sessions/{draft_session}/"),
    Row("401 403 403 204 403 204", "DELETE", "sessions/{session}/"),
    Row("401 404 404 204 404 204", "DELETE", "sessions/{draft_session}/"),
]

BOOKINGS = [
    Row("401 200 200 200 200 200", "GET", "bookings/"),
    Row("401 201 201 201 201 201", "POST", "bookings/", {"event": "{open}"}),
    Row("401 409 404 201 404 201", "POST", "bookings/", {"event": "{private}"}, writes=_SELF),
    Row("401 404 404 409 404 409", "POST", "bookings/", {"event": "{draft}"}, writes=_SELF),
    Row("401 200 404 200 404 200", "GET", "bookings/{admission}/"),
    Row("401 200 404 200 404 200", "POST", "bookings/{unconfirmed}/confirm/"),
    Row("401 409 404 409 404 409", "POST", "bookings/{unpaid}/confirm/"),
    Row("401 200 404 200 404 200", "POST", "bookings/{admission}/cancel/"),
    Row("401 200 200 200 200 200", "GET", "waitlist/"),
    Row("401 409 201 201 201 201", "POST", "waitlist/", {"event": "{full}"}),
    Row("401 404 404 409 404 409", "POST", "waitlist/", {"event": "{draft}"}, writes=_SELF),
    Row("401 200 404 200 404 200", "POST", "waitlist/{waiting}/leave/"),
]

MONEY = [
    Row("401 200 200 200 200 200", "GET", "payments/"),
    Row(
        "401 201 404 201 404 201",
        "POST",
        "payments/",
        {"booking": "{unpaid}", "amount": "49.00"},
    ),
    # Nobody pays less than the price.
    Row(
        "401 400 404 400 404 400",
        "POST",
        "payments/",
        {"booking": "{unpaid}", "amount": "0.01"},
    ),
    Row("401 200 404 200 404 200", "GET", "payments/{payment}/"),
    Row("401 200 404 200 404 200", "POST", "payments/{payment}/refund/"),
    Row("401 200 404 200 404 200", "GET", "payments/{payment}/receipt/"),
    Row("401 200 200 200 200 200", "GET", "invoices/"),
    Row("401 200 404 200 404 200", "GET", "invoices/{invoice}/"),
    Row("401 403 404 200 404 200", "POST", "invoices/{invoice}/mark_as_sent/"),
]

AFTERWARDS = [
    Row("401 200 200 200 200 200", "GET", "notifications/"),
    Row("401 200 200 200 200 200", "GET", "notifications/unread_count/"),
    Row("401 200 200 200 200 200", "POST", "notifications/mark_all_as_read/"),
    Row("401 200 404 404 404 404", "POST", "notifications/{notification}/mark_as_read/"),
    Row("200 200 200 200 200 200", "GET", "reviews/"),
    Row("401 201 409 409 409 409", "POST", "reviews/", _REVIEW | {"event": "{unreviewed}"}),
    Row("401 404 404 409 404 409", "POST", "reviews/", _REVIEW | {"event": "{draft}"}),
    Row("200 200 200 200 200 200", "GET", "reviews/{review}/"),
    Row("401 204 403 403 403 204", "DELETE", "reviews/{review}/"),
    Row("401 409 200 200 200 200", "POST", "reviews/{review}/mark_helpful/"),
    Row("401 409 200 200 200 200", "POST", "reviews/{review}/mark_unhelpful/"),
    Row("401 200 200 200 200 200", "GET", "certificates/"),
    Row("401 200 404 403 404 403", "POST", "certificates/{certificate}/mark_as_downloaded/"),
]

DOCUMENTS = [
    Row("307 307 307 307 307 307", "GET", ""),
    Row("200 200 200 200 200 200", "GET", "openapi.json"),
    Row("200 200 200 200 200 200", "GET", "docs"),
    Row("200 200 200 200 200 200", "GET", "docs/"),
    Row("200 200 200 200 200 200", "GET", "redoc"),
    Row("200 200 200 200 200 200", "GET", "redoc/"),
]

API = [*ACCOUNTS, *EVENTS, *SESSIONS, *BOOKINGS, *MONEY, *AFTERWARDS]

ROWS = under("/compat/event-hub", [*under("api", API), *DOCUMENTS])
