"""Who may do what, natively: accounts, categories, what one is told, search, reports, logs.

The statuses: anonymous, attendee, other attendee, organizer, other organizer, admin.
"""

from tests.access.rows import Row, under

_SIGN_UP = {"username": "grace", "email": "grace@example.org", "password": "{password}"}
_LOG_IN = {"username": "newcomer", "password": "{password}"}
_REFRESH = {"refresh": "{refresh}"}
_PROOF = {"token": "{proof}"}
_FORGOTTEN = {"email": "newcomer@example.com"}
_RESET = {"token": "{reset}", "password": "StrongerPass456"}
_PASSWORDS = {"old_password": "{password}", "new_password": "StrongerPass456"}

TOKENS = [
    Row("200 200 200 200 200 200", "POST", "token/", _LOG_IN),
    Row("200 200 200 200 200 200", "POST", "token/refresh/", _REFRESH),
    Row("200 200 200 200 200 200", "POST", "token/revoke/", _REFRESH),
]

USERS = [
    Row("201 201 201 201 201 201", "POST", "users/", _SIGN_UP),
    Row("201 201 201 201 201 201", "POST", "users/", _SIGN_UP | {"role": "organizer"}),
    # Admins are made at the command line, by no one else.
    Row("400 400 400 400 400 400", "POST", "users/", _SIGN_UP | {"role": "admin"}),
    Row("401 200 200 200 200 200", "GET", "users/"),
    Row("401 200 200 200 200 200", "GET", "users/me/"),
    Row("401 200 200 200 200 200", "PATCH", "users/me/", {"bio": "Compilers, mostly."}),
    Row("401 200 200 200 200 200", "PUT", "users/me/", {"bio": "Compilers, mostly."}),
    Row("401 200 200 200 200 200", "POST", "users/me/password/", _PASSWORDS),
    Row("401 200 200 200 200 200", "GET", "users/me/logins/"),
    Row("401 200 200 200 200 200", "DELETE", "users/me/logins/"),
    # Nobody ends a login of somebody else's but admins, who end all of them.
    Row("401 200 404 404 404 404", "DELETE", "users/me/logins/{attendee_login}/"),
    Row("401 403 403 403 403 200", "DELETE", "users/{attendee_user}/logins/"),
    Row("401 200 200 200 200 200", "PUT", "users/me/avatar/", picture="image"),
    Row("401 200 200 200 200 200", "DELETE", "users/me/avatar/"),
    Row("401 200 200 200 200 200", "POST", "users/me/verification/"),
    Row("200 200 200 200 200 200", "POST", "users/verify/", _PROOF),
    Row("202 202 202 202 202 202", "POST", "users/password-reset/", _FORGOTTEN),
    Row("202 202 202 202 202 202", "POST", "users/password-reset/", {"email": "no@example.com"}),
    Row("200 200 200 200 200 200", "POST", "users/password-reset/confirm/", _RESET),
    Row("401 200 200 200 200 200", "GET", "users/{attendee_user}/"),
    Row("401 200 404 404 404 200", "GET", "users/{attendee_user}/history/"),
    Row("401 200 200 200 200 200", "GET", "users/{organizer_user}/conferences/"),
]

CATEGORIES = [
    Row("200 200 200 200 200 200", "GET", "categories/"),
    Row("401 403 403 403 403 201", "POST", "categories/", {"name": "Open Air"}),
    Row("200 200 200 200 200 200", "GET", "categories/{category}/"),
    Row("401 403 403 403 403 200", "PATCH", "categories/{category}/", {"name": "Open Air"}),
    Row("401 403 403 403 403 200", "PUT", "categories/{category}/", {"name": "Open Air"}),
    Row("401 403 403 403 403 200", "DELETE", "categories/{spare_category}/"),
]

NOTIFICATIONS = [
    Row("401 200 200 200 200 200", "GET", "notifications/"),
    Row("401 200 200 200 200 200", "GET", "notifications/unread-count/"),
    Row("401 200 200 200 200 200", "POST", "notifications/read-all/"),
    # Nobody reads what somebody else was told.
    Row("401 200 404 404 404 404", "POST", "notifications/{notification}/read/"),
]

OVERVIEWS = [
    Row("401 200 200 200 200 200", "GET", "search/?q=conference"),
    Row("401 403 403 200 200 200", "GET", "reports/conferences/"),
    Row("401 403 403 200 200 200", "GET", "reports/sessions/"),
    Row("401 403 403 200 200 200", "GET", "reports/ticket-types/"),
    # Organizers take away what is their own.
    Row("401 403 403 200 200 200", "GET", "exports/{subject}.{csv}"),
    Row("401 403 403 200 200 200", "GET", "exports/{subject}.{xlsx}"),
    Row("401 403 403 403 403 200", "GET", "core/logs/"),
    Row("401 403 403 403 403 200", "GET", "history/"),
]

ROWS = under("/api/v1", [*TOKENS, *USERS, *CATEGORIES, *NOTIFICATIONS, *OVERVIEWS])
