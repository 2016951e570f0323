"""The document of an application and the pages that show it; nothing comes from elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from pydantic_core import to_json

from app.routers.deps import KEY_HEADER, LONGEST_KEY

ASSETS = Path(__file__).parent.parent / "static"

# The pages load what ships with the package, and nothing else; redoc styles itself at run time.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " font-src 'self' data:; img-src 'self' data:; connect-src 'self'; worker-src 'self' blob:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE_HEADERS = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"}

DESCRIPTION = """\
Conferences with their sessions, the people who attend, their registrations and payments.

**Log in** with `POST /api/v1/token/` and send the access token as `Authorization: Bearer …`.
Every answer comes in one envelope: `{status, message, data}`, lists with `meta`; refusals as
`{status: "error", message, code, errors, request_id}`, where `code` is stable.
Paths work with and without the trailing slash. Writes take an `Idempotency-Key` header: the same
key with the same request has one effect and one answer for 24 hours.
"""

_KEY = {
    "name": KEY_HEADER,
    "in": "header",
    "required": False,
    # No `example`: pages that try things out would send that one with every write.
    "description": "A name for this write, drawn anew for each, such as"
    " `5b0c9f0e-6c1f-4b7a-9f39-2a8d1f2f3b11`: repeated, it has no second effect.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_KEY,
        "pattern": "^[!-~]([ -~]*[!-~])?$",
    },
}

TAGS = (
    ("Auth", "Log in, refresh and revoke tokens."),
    ("Users", "Sign up, and one's own account."),
    ("Categories", "What kind of occasion a conference is."),
    ("Conferences", "What one can register for."),
    ("Public pages", "The same for everybody, without a token; for caches and search engines."),
    ("Ticket types", "The kinds of admission that a conference sells."),
    ("Sessions", "The timed items of a conference."),
    ("Attendees", "The people who attend, and what they might like."),
    ("Registrations", "An attendee's claim on a conference or on one of its sessions."),
    ("Tickets", "The proof of a registration: JSON, PDF, QR code, calendar entry."),
    ("Check-in", "The door: scans, who came, and lists for scanners without a network."),
    ("Waitlist", "Who found no seat, in order, and how they move up."),
    ("Payments", "The simulated payment of a priced registration, its refunds and its receipt."),
    ("Invoices", "One for each payment, numbered without a gap."),
    ("Certificates", "What one has in hand of a conference that one attended."),
    ("Feeds", "Calendars and schedules for other programs, and the address of one's own."),
    ("Notifications", "What one was told, to be read when one logs in."),
    ("Reviews", "What those who were there say, and how helpful others find it."),
    ("Search", "Conferences and sessions by the words in them."),
    ("Reports", "Figures for organizers and admins."),
    ("Exports", "Tables to take away: who comes, who registered, what was paid."),
    ("History", "Who changed what, when, from what to what."),
    ("Logs", "What was asked of this service; for admins."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the document of one application says beside its routes.

    `prefix` is where the application is mounted; the paths of its document continue it. `also` is
    another place within it under which its pages are looked for. Where `empty_is_left_out`, what is
    empty in a query is as good as left out: browsers send whole forms.
    """

    summary: str
    description: str
    tags: Sequence[tuple[str, str]]
    prefix: str = ""
    also: str = ""
    empty_is_left_out: bool = False


NATIVE = About(summary="A conference service", description=DESCRIPTION, tags=TAGS)


def beside(contracts: Mapping[str, str]) -> About:
    """The native document, with links to those of the contracts that are served beside it."""
    if not contracts:
        return NATIVE
    links = ", ".join(f"[{name}]({prefix}/docs)" for name, prefix in contracts.items())
    told = f"\nOther contracts over the same data have documents of their own: {links}.\n"
    return replace(NATIVE, description=DESCRIPTION + told)


def install(app: FastAPI, about: About = NATIVE) -> None:
    """Serve `/openapi.json`, `/docs` (where `/` leads) and `/redoc` of this application."""

    @cache
    def made() -> bytes:
        return to_json(app.openapi())

    @cache
    def page(name: str) -> bytes:
        shown = {"document": f"{about.prefix}/openapi.json", "title": app.title}
        return _filled(name, **shown)

    async def openapi(_: Request) -> Response:
        return Response(made(), media_type="application/json")

    async def docs(_: Request) -> Response:
        return _page(page("swagger.html"))

    async def redoc(_: Request) -> Response:
        return _page(page("redoc.html"))

    async def root(_: Request) -> Response:
        return RedirectResponse(f"{about.prefix}/docs")

    pages = {"/": root, "/openapi.json": openapi, "/docs": docs, "/redoc": redoc}
    slashed = {"/docs/": docs, "/redoc/": redoc}
    elsewhere = {f"{about.also}/docs/": docs, f"{about.also}/redoc/": redoc}
    for path, shown in (pages | slashed | elsewhere).items():
        app.add_route(path, shown, include_in_schema=False)
    app.openapi = lambda: document(app, about)  # type: ignore[method-assign]


def serve_assets(app: FastAPI) -> None:
    """What the pages of every application load, once for all of them."""
    app.mount("/static", StaticFiles(directory=ASSETS), name="static")


def document(app: FastAPI, about: About = NATIVE) -> dict[str, Any]:
    """The OpenAPI document: what really happens, without the answers only the framework knows."""
    made = get_openapi(
        title=app.title,
        version=app.version,
        summary=about.summary,
        description=about.description,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in about.tags],
        servers=[{"url": about.prefix or "/", "description": "This server"}],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    schemas = made["components"]["schemas"]
    for path in made.get("paths", {}).values():
        for operation in path.values():
            _share_definitions(operation, schemas)
            _leave_out_validation_errors(operation["responses"])
            # That no token is needed is said, not left out.
            operation.setdefault("security", [])
            _name_the_key(operation)
            if about.empty_is_left_out:
                _let_be_empty(operation)
    made["components"]["parameters"] = {"IdempotencyKey": _KEY}
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for schema in schemas.values():
        if "examples" in schema:
            schema["examples"] = [_whole(one, schema, schemas) for one in schema["examples"]]
    return made


def _whole(example: Any, schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """The example with its nulls: FastAPI drops them from all that it documents."""
    schema = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
    if isinstance(example, list):
        return [_whole(item, schema.get("items", {}), schemas) for item in example]
    if not isinstance(example, dict) or "properties" not in schema:
        return example
    shown: dict[str, Any] = dict.fromkeys(schema.get("required", ())) | example
    known = schema["properties"]
    return {name: _whole(value, known.get(name, {}), schemas) for name, value in shown.items()}


def _leave_out_validation_errors(responses: dict[str, Any]) -> None:
    """A malformed request is a 400 here; a 422 that a route documents itself stays."""
    content = responses.get("422", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    if schema.get("$ref", "").endswith("/HTTPValidationError"):
        del responses["422"]


def _share_definitions(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """What a route describes itself brings its definitions along; they join the others."""
    for described in (operation.get("requestBody", {}), *operation["responses"].values()):
        for media in described.get("content", {}).values():
            schemas.update(media.get("schema", {}).pop("$defs", {}))


def _name_the_key(operation: dict[str, Any]) -> None:
    """Whoever may answer that a key was used before takes one."""
    if "422" in operation["responses"]:
        reference = {"$ref": "#/components/parameters/IdempotencyKey"}
        operation.setdefault("parameters", []).append(reference)


def _let_be_empty(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter.get("in") == "query":
            parameter["allowEmptyValue"] = True


def _page(content: bytes) -> Response:
    return Response(content, 200, _PAGE_HEADERS, media_type="text/html")


def _filled(name: str, **shown: str) -> bytes:
    page = Template((ASSETS / "docs" / name).read_text())
    return page.substitute({key: escape(value) for key, value in shown.items()}).encode()
