"""The page behind the link in a mail that proves an address. It loads nothing and runs nothing.

Reading it changes nothing: mail programs follow links on their own. The button does.
"""

from html import escape
from string import Template

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.domain import verification
from app.domain.errors import DomainError, Invalid
from app.routers import uploads
from app.routers.deps import Now, Uow
from app.routers.refusals import status_of

PATH = "/verify"
_FIELD = "token"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'",
    # The address of the page holds the token.
    "Referrer-Policy": "no-referrer",
}
_PAGE = Template(
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>$title</title>
<style>
body { margin: 15vh auto; max-width: 28rem; padding: 0 1rem; font: 1.1rem/1.5 sans-serif; }
button { font: inherit; padding: .5rem 1.5rem; }
</style>
</head>
<body>
<h1>$title</h1>
$body
</body>
</html>
"""
)
_FORM = Template(
    """<p>Press the button, and your e-mail address is verified.</p>
<form method="post" action="verify">
<input type="hidden" name="token" value="$token">
<button>Verify my address</button>
</form>"""
)

router = APIRouter(prefix=PATH, include_in_schema=False)


@router.get("", summary="Show the button that proves an address", operation_id="showVerification")
async def show_verification(request: Request) -> Response:
    """Whatever the token is: whether it is good is found out by pressing the button."""
    token = request.query_params.get(_FIELD, "")
    form = _FORM.substitute(token=escape(token, quote=True))
    return _page("Is this address yours?", form)


@router.post("", summary="Prove an address by a form", operation_id="submitVerification")
async def submit_verification(request: Request, uow: Uow, now: Now) -> Response:
    """Says in words what became of it."""
    async with uploads.form_of(request, most_fields=1) as form:
        token = form.get(_FIELD)
    try:
        await verification.verify(uow, token if isinstance(token, str) else "", now)
    except Invalid as refusal:
        said = f"<p>{escape(refusal.message)} Log in and ask for another one.</p>"
        return _page("That did not work", said, 400)
    except DomainError as refusal:
        said = f"<p>{escape(refusal.message)} Please try again in a while.</p>"
        return _page("That did not work", said, status_of(refusal))
    return _page("Thank you", "<p>Your e-mail address is verified. You may close this page.</p>")


def _page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(_PAGE.substitute(title=title, body=body), status, headers=_HEADERS)
