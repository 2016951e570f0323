"""The page behind the link of a forgotten password: a form for the new one.

Reading it changes nothing: mail programs follow links on their own. The form does.
"""

from html import escape
from string import Template

from fastapi import APIRouter, Request, Response

from app.domain import resets
from app.domain.errors import DomainError, Invalid, WeakPassword
from app.domain.passwords import LONGEST, SHORTEST
from app.domain.verification import digest
from app.routers import uploads
from app.routers.deps import Now, Rt, Uow, address
from app.routers.mailed_pages import page
from app.routers.refusals import status_of

PATH = "/reset-password"
_FIELDS = ("token", "password")
_FORM = Template(
    f"""$said
<form method="post" action="reset-password">
<input type="hidden" name="token" value="$token">
<p><label>New password, of {SHORTEST} characters or more<br>
<input type="password" name="password" minlength="{SHORTEST}" maxlength="{LONGEST}"
 autocomplete="new-password" required autofocus></label></p>
<button>Set my password</button>
</form>"""
)

router = APIRouter(prefix=PATH, include_in_schema=False)


@router.get("", summary="Show the form of a new password", operation_id="showPasswordReset")
async def show_password_reset(request: Request, uow: Uow, rt: Rt, now: Now) -> Response:
    """Who comes with a link that is not good any more is told before they choose a password."""
    token = request.query_params.get("token", "")
    try:
        if token:
            rt.throttle.reset(digest(token), address(request))
        is_good = await resets.is_good(uow, token, now)
    except DomainError as refusal:
        return _later(refusal)
    return _form(token) if is_good else _not_good(resets.NOT_GOOD)


@router.post("", summary="Set a new password by a form", operation_id="submitPasswordReset")
async def submit_password_reset(request: Request, uow: Uow, rt: Rt, now: Now) -> Response:
    """Says in words what became of it; a password that is too weak can be chosen anew at once."""
    async with uploads.form_of(request, most_fields=2) as form:
        sent = [form.get(name) for name in _FIELDS]
    token, password = (one if isinstance(one, str) else "" for one in sent)
    try:
        rt.throttle.reset(digest(token), address(request))
        await resets.confirm(uow, rt.hasher, token, password, now)
    except WeakPassword as refusal:
        return _form(token, refusal.message, 400)
    except Invalid as refusal:
        return _not_good(refusal.message)
    except DomainError as refusal:
        return _later(refusal)
    said = "<p>Your password is set, and every login is ended. You may log in with it now.</p>"
    return page("Thank you", said)


def _form(token: str, said: str = "", status: int = 200) -> Response:
    told = f'<p role="alert">{escape(said)}</p>' if said else ""
    form = _FORM.substitute(token=escape(token, quote=True), said=told)
    return page("Choose a new password", form, status)


def _not_good(why: str) -> Response:
    said = (
        f"<p>{escape(why)}</p><p>Ask for another one where you log in, and open it within an hour."
        " If you have chosen a new password with this link, log in with it.</p>"
    )
    return page("That did not work", said, 400)


def _later(refusal: DomainError) -> Response:
    said = f"<p>{escape(refusal.message)} Please try again in a while.</p>"
    return page("That did not work", said, status_of(refusal))
