"""The page behind the link in a mail that proves an address. It loads nothing and runs nothing.

Reading it changes nothing: mail programs follow links on their own. The button does.
"""

from html import escape
from string import Template

from fastapi import APIRouter, Request, Response

from app.domain import verification
from app.domain.errors import DomainError, Invalid
from app.routers import uploads
from app.routers.deps import Now, Rt, Uow, address
from app.routers.mailed_pages import page
from app.routers.refusals import status_of

PATH = "/verify"
_FIELD = "token"
_FORM = Template(
    """<p>Press the button, and your e-mail address is verified.</p>
<form method="post" action="verify">
<input type="hidden" name="token" value="$token">
<button>Verify my address</button>
</form>"""
)

router = APIRouter(prefix=PATH, include_in_schema=False)


@router.get("", summary="Show the button that proves an address", operation_id="showVerification")
async def show_verification(request: Request, uow: Uow, rt: Rt, now: Now) -> Response:
    """Who comes with a link that is not good any more is told before they press anything."""
    token = request.query_params.get(_FIELD, "")
    try:
        rt.throttle.write(f"address:{address(request)}")
        is_good = await verification.is_good(uow, token, now)
    except DomainError as refusal:
        return _later(refusal)
    if not is_good:
        return _not_good(verification.NOT_GOOD)
    form = _FORM.substitute(token=escape(token, quote=True))
    return page("Is this address yours?", form)


@router.post("", summary="Prove an address by a form", operation_id="submitVerification")
async def submit_verification(request: Request, uow: Uow, now: Now) -> Response:
    """Says in words what became of it."""
    async with uploads.form_of(request, most_fields=1) as form:
        token = form.get(_FIELD)
    try:
        await verification.verify(uow, token if isinstance(token, str) else "", now)
    except Invalid as refusal:
        return _not_good(refusal.message)
    except DomainError as refusal:
        return _later(refusal)
    return page("Thank you", "<p>Your e-mail address is verified. You may close this page.</p>")


def _not_good(why: str) -> Response:
    said = (
        f"<p>{escape(why)}</p><p>If you have pressed its button, your address is verified, and"
        " nothing is left to do. Otherwise log in and ask for another one.</p>"
    )
    return page("That did not work", said, 400)


def _later(refusal: DomainError) -> Response:
    said = f"<p>{escape(refusal.message)} Please try again in a while.</p>"
    return page("That did not work", said, status_of(refusal))
