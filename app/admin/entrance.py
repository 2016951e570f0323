"""Logging in and out: the same accounts, limits and sentences as for the API's tokens.

The cookie names a login, as a token does: whatever ends the login ends the session.
"""

import hashlib
import hmac
from datetime import timedelta
from typing import cast

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.middleware import Middleware
from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.templating import Jinja2Templates
from starlette_admin.auth import AdminUser, AuthProvider
from starlette_admin.auth.base import AuthMiddleware
from starlette_admin.helpers import index_url, safe_redirect_url

from app.admin.guarding import is_asset
from app.config import Settings
from app.domain import logins
from app.domain.access import Caller, fold
from app.domain.errors import BadCredentials, DomainError, Later, TooMany
from app.domain.times import utc_now
from app.domain.trail import act_as
from app.runtime import Runtime

COOKIE = "plenary_admin"
LASTS = timedelta(hours=8)
_LONGEST = 256
_ENDED = "Your session has ended. Load this page again to log in."


def derived_key(settings: Settings, label: str) -> str:
    """A key for one purpose, from which neither the secret nor another key can be told."""
    secret = settings.secret_key.get_secret_value().encode()
    return hmac.digest(secret, f"admin {label}".encode(), "sha256").hex()


def runtime_of(request: Request) -> Runtime:
    return cast(Runtime, request.state.runtime)


def caller_of(request: Request) -> Caller:
    """Who is logged in; there is somebody wherever a page of the site is made."""
    return cast(Caller, request.state.caller)


class Entrance(AuthProvider):
    """Lets admins and organizers in."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._cookies = URLSafeTimedSerializer(
            derived_key(settings, "sessions"), signer_kwargs={"digest_method": hashlib.sha256}
        )

    async def authenticate(self, request: Request) -> AdminUser | None:
        shown = request.cookies.get(COOKIE)
        if shown is None or is_asset(request):
            return None
        try:
            family = str(self._cookies.loads(shown, max_age=int(LASTS.total_seconds())))
        except BadSignature:
            return None
        caller = await runtime_of(request).callers.ask(family)
        if caller is None or not caller.is_organizer:
            return None
        request.state.caller = caller
        act_as(caller.user_id)
        return AdminUser(username=caller.username)

    async def render_login(self, request: Request, templates: Jinja2Templates) -> Response:
        onward = _onward(request)
        if getattr(request.state, "admin_user", None) is not None:
            return RedirectResponse(onward, 303)
        if request.method != "POST":
            return templates.TemplateResponse(request, "login.html")
        form = await request.form()
        username, password = str(form.get("username", "")), str(form.get("password", ""))
        try:
            family = await _family(request, username, password)
        except DomainError as refusal:
            return _refused(request, templates, username, refusal)
        answer = RedirectResponse(onward, 303)
        lasts = int(LASTS.total_seconds())
        answer.set_cookie(COOKIE, self._cookies.dumps(family), max_age=lasts, httponly=True)
        return answer

    async def logout(self, request: Request) -> Response:
        caller: Caller | None = getattr(request.state, "caller", None)
        if caller is not None:
            await logins.end(runtime_of(request).unit_of_work(), caller, utc_now())
        answer = RedirectResponse(request.url_for("admin:login"), 303)
        answer.delete_cookie(COOKIE, httponly=True)
        return answer

    def get_middleware(self) -> Middleware:
        return Middleware(Doorkeeper, provider=self)


class Doorkeeper(AuthMiddleware):
    """Sends strangers to the login; a script that finds itself logged out is told in words."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        answer = await super().dispatch(request, call_next)
        if request.state.is_anonymous and "/_api/" in request.url.path:
            return JSONResponse({"msg": _ENDED}, 400)
        return answer


async def _family(request: Request, username: str, password: str) -> str:
    """A new login of an admin or organizer; for whom else, it never was."""
    runtime = runtime_of(request)
    if not username or max(len(username), len(password)) > _LONGEST:
        raise BadCredentials
    runtime.throttle.login(fold(username), request.client.host if request.client else "unknown")
    entered = await logins.log_in(
        runtime.unit_of_work(),
        runtime.hasher,
        runtime.tokens,
        username=username,
        password=password,
        now=utc_now(),
    )
    family = runtime.tokens.read_refresh(entered.tokens.refresh).family
    caller = await runtime.callers.ask(family)
    if caller is None or not caller.is_organizer:
        refresh = entered.tokens.refresh
        await logins.log_out(runtime.unit_of_work(), runtime.tokens, refresh, utc_now())
        raise BadCredentials
    request.state.caller = caller
    return family


def _refused(
    request: Request, templates: Jinja2Templates, username: str, refusal: DomainError
) -> Response:
    status, headers = 401, dict[str, str]()
    if isinstance(refusal, Later):
        status = 429 if isinstance(refusal, TooMany) else 503
        headers["Retry-After"] = str(refusal.retry_after)
    elif not isinstance(refusal, BadCredentials):
        status = 400
    said = {"error": refusal.message, "username": username[:_LONGEST]}
    return templates.TemplateResponse(request, "login.html", said, status, headers)


def _onward(request: Request) -> str:
    front = index_url(request)
    return safe_redirect_url(request.query_params.get("next") or front, request, front)
