"""Who may do what around the API: pictures, the page behind a mail, health, documents, the site.

The statuses: anonymous, attendee, other attendee, organizer, other organizer, admin. Attendees have
no way into the administration site; what organizers see and do there is tried in tests/admin.
"""

from tests.access.rows import Row

_RESET = {"token": "{reset}", "password": "StrongerPass456"}
_ACT = "/admin/_api/{noun}/row-action"
_LOG_IN = {"username": "organizer", "password": "{password}"}

OPEN = [
    Row("200 200 200 200 200 200", "GET", "/media/covers/{cover}"),
    Row("200 200 200 200 200 200", "GET", "/media/avatars/{avatar}"),
    Row("200 200 200 200 200 200", "GET", "/verify?token={proof}"),
    Row("200 200 200 200 200 200", "POST", "/verify", form={"token": "{proof}"}),
    Row("200 200 200 200 200 200", "GET", "/reset-password?token={reset}"),
    Row("200 200 200 200 200 200", "POST", "/reset-password", form=_RESET),
    Row("200 200 200 200 200 200", "GET", "/healthz"),
    Row("200 200 200 200 200 200", "GET", "/readyz"),
    Row("307 307 307 307 307 307", "GET", "/"),
    Row("200 200 200 200 200 200", "GET", "/openapi.json"),
    Row("200 200 200 200 200 200", "GET", "/docs"),
    Row("200 200 200 200 200 200", "GET", "/docs/"),
    Row("200 200 200 200 200 200", "GET", "/redoc"),
    Row("200 200 200 200 200 200", "GET", "/redoc/"),
    Row("200 200 200 200 200 200", "GET", "/static/{asset}"),
]

SITE = [
    Row("307 307 307 307 307 307", "GET", "/admin"),
    Row("303 303 303 200 200 200", "GET", "/admin/"),
    Row("200 200 200 303 303 303", "GET", "/admin/login"),
    Row("303 303 303 303 303 303", "POST", "/admin/login", form=_LOG_IN),
    Row("303 303 303 303 303 303", "POST", "/admin/logout"),
    Row("200 200 200 200 200 200", "GET", "/admin/static/{style}"),
    Row("303 303 303 200 200 200", "GET", "/admin/{noun}/list"),
    Row("303 303 303 403 403 200", "GET", "/admin/{machinery}/list"),
    Row("303 303 303 200 404 200", "GET", "/admin/{noun}/detail?pk={conference}"),
    # Nothing is written but by the actions, which ask the rules; what is the library's is closed.
    Row("303 303 303 403 403 403", "GET", "/admin/{noun}/create"),
    Row("303 303 303 403 403 403", "POST", "/admin/{noun}/create"),
    Row("303 303 303 403 403 403", "GET", "/admin/{noun}/edit?pk={conference}"),
    Row("303 303 303 403 403 403", "POST", "/admin/{noun}/edit?pk={conference}"),
    Row("400 400 400 403 403 403", "GET", "/admin/_api/{noun}/inline-edit?pk={conference}"),
    Row("400 400 400 403 403 403", "POST", "/admin/_api/{noun}/inline-edit?pk={conference}"),
    Row("400 400 400 200 404 200", "GET", "/admin/_api/{noun}/inline-edit/row?pk={conference}"),
    Row("400 400 400 403 403 403", "POST", "/admin/_api/{noun}/import"),
    Row("400 400 400 200 200 200", "GET", "/admin/_api/{noun}/relation-lookup"),
    Row("400 400 400 403 403 200", "GET", "/admin/_api/{machinery}/relation-lookup"),
    Row("400 400 400 400 400 400", "POST", "/admin/_api/{noun}/action?name=delete"),
    Row("303 303 303 404 404 404", "GET", "/admin/_files/{noun}/{style}"),
    Row("400 400 400 200 400 200", "POST", f"{_ACT}?name=publish&pk={{draft}}"),
    Row("400 400 400 200 400 200", "POST", f"{_ACT}?name=cancel&pk={{conference}}"),
]

ROWS = [*OPEN, *SITE]
