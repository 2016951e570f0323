"""What every request to the site passes: where its forms come from, what its pages may load.

The library answers for the form's token; this answers for the rest, in one place.
"""

from html import escape
from secrets import token_urlsafe
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.admin.mounting import ADMIN
from app.config import Settings
from app.domain.errors import Busy, DomainError, Forbidden, Invalid, Later, NotFound, TooMany

# Styles are set on elements all over the library's pages; scripts carry the nonce.
_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_FOREIGN = (
    "This form was not sent from this site's own pages. If Plenary runs behind a proxy,"
    " PLENARY_PUBLIC_URL must name the address that people use."
)
_STATUSES: dict[type[DomainError], int] = {
    TooMany: 429,
    Busy: 503,
    Invalid: 400,
    Forbidden: 403,
    NotFound: 404,
}


class Guard:
    """Wraps the site: refuses foreign forms, sets headers, narrows cookies, words refusals."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._public = _origin(settings.public_url or "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, nonce, started = Request(scope, receive), token_urlsafe(16), False
        request.state.nonce = nonce
        secure = request.url.scheme == "https"

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _complete(MutableHeaders(scope=message), request, nonce, secure=secure)
            await send(message)

        try:
            if request.method not in _READING:
                if not self._is_own(request):
                    raise HTTPException(403, _FOREIGN)
                # Read here, where a refusal of what is sent can still be worded.
                receive = _again(await request.body(), receive)
            await self._app(scope, receive, guarded)
        except (DomainError, HTTPException) as refusal:
            if started:
                raise
            await _page(refusal)(scope, receive, guarded)

    def _is_own(self, request: Request) -> bool:
        """Whether a browser says that the form stood on a page of this very site."""
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return False
        own = {_origin(str(request.base_url)), self._public} - {""}
        claimed = request.headers.get("origin") or request.headers.get("referer", "")
        return _origin(claimed) in own


def _again(body: bytes, receive: Receive) -> Receive:
    """Receives a body that was read already, and then whatever comes."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return messages.pop() if messages else await receive()

    return received


def is_asset(request: Request) -> bool:
    """Whether a script, a style or a typeface is asked for, which are the same for everybody."""
    root = request.scope.get("app_root_path", request.scope["root_path"])
    path: str = request.scope["path"]
    return path.startswith(f"{root}{ADMIN}/static/")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.scheme and parts.netloc else ""


def _complete(headers: MutableHeaders, request: Request, nonce: str, *, secure: bool) -> None:
    headers["content-security-policy"] = _POLICY.format(nonce=nonce)
    headers["x-frame-options"] = "DENY"
    # Without a referrer, browsers hide the origin of forms as well.
    headers["referrer-policy"] = "same-origin"
    headers["cache-control"] = "public, max-age=86400" if is_asset(request) else "no-store"
    cookies = headers.getlist("set-cookie")
    if cookies:
        del headers["set-cookie"]
        for cookie in cookies:
            headers.append("set-cookie", _narrowed(cookie, secure=secure))


def _narrowed(cookie: str, *, secure: bool) -> str:
    """The cookie for this site's paths and own requests only, whoever sets it."""
    name_and_value, *attributes = cookie.split("; ")
    ours = ("path", "samesite", "secure")
    kept = [one for one in attributes if one.partition("=")[0].lower() not in ours]
    safe = [f"Path={ADMIN}", "SameSite=Strict", *(["Secure"] if secure else [])]
    return "; ".join([name_and_value, *kept, *safe])


def _page(refusal: DomainError | HTTPException) -> HTMLResponse:
    """What is said where the site itself cannot: without its looks, and without the database."""
    headers: dict[str, str] = {}
    if isinstance(refusal, HTTPException):
        status, sentence = refusal.status_code, refusal.detail
        headers.update(refusal.headers or {})
    else:
        status = next((code for kind, code in _STATUSES.items() if isinstance(refusal, kind)), 409)
        sentence = refusal.message
    if isinstance(refusal, Later):
        headers["retry-after"] = str(refusal.retry_after)
    body = (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Plenary</title>"
        "<body style='font-family:sans-serif;margin:4rem auto;max-width:40rem'>"
        f"<h1>{status}</h1><p>{escape(sentence)}</p><p><a href='{ADMIN}/'>Back to the site</a>"
    )
    return HTMLResponse(body, status, headers)
