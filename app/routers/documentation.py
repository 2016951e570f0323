"""The document of the native API and the pages that show it; nothing comes from elsewhere."""

from functools import cache
from pathlib import Path
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
    "description": "A name for this write: repeated, it has no second effect.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_KEY,
        "pattern": "^[!-~]([ -~]*[!-~])?$",
    },
    "example": "5b0c9f0e-6c1f-4b7a-9f39-2a8d1f2f3b11",
}

TAGS = (
    ("Auth", "Log in, refresh and revoke tokens."),
    ("Users", "Sign up, and one's own account."),
    ("Conferences", "What one can register for."),
    ("Sessions", "The timed items of a conference."),
    ("Attendees", "The people who attend, and what they might like."),
    ("Registrations", "An attendee's claim on a conference or on one of its sessions."),
    ("Payments", "The simulated payment of a priced registration."),
    ("Search", "Conferences and sessions by the words in them."),
    ("Reports", "Figures for organizers and admins."),
    ("Logs", "What was asked of this service; for admins."),
)


def install(app: FastAPI) -> None:
    """Serve `/openapi.json`, `/docs` (where `/` leads), `/redoc` and their assets."""

    @cache
    def made() -> bytes:
        return to_json(app.openapi())

    async def openapi(_: Request) -> Response:
        return Response(made(), media_type="application/json")

    async def docs(_: Request) -> Response:
        return _page("swagger.html")

    async def redoc(_: Request) -> Response:
        return _page("redoc.html")

    async def root(_: Request) -> Response:
        return RedirectResponse("/docs")

    pages = {"/": root, "/openapi.json": openapi, "/docs": docs, "/redoc": redoc}
    for path, page in pages.items():
        app.add_route(path, page, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=ASSETS), name="static")
    app.openapi = lambda: document(app)  # type: ignore[method-assign]


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document: what really happens, without the answers only the framework knows."""
    made = get_openapi(
        title=app.title,
        version=app.version,
        summary="A conference service",
        description=DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS],
        servers=[{"url": "/", "description": "This server"}],
        contact={"name": "The Plenary project", "url": "https://plenary.example/"},
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
            # Said, not left out: no token is needed here.
            operation.setdefault("security", [])
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
    """A body that a route describes itself brings its definitions along; they join the others."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        schemas.update(media["schema"].pop("$defs", {}))


def _name_the_key(operation: dict[str, Any]) -> None:
    """Whoever may answer that a key was used before takes one."""
    if "422" in operation["responses"]:
        reference = {"$ref": "#/components/parameters/IdempotencyKey"}
        operation.setdefault("parameters", []).append(reference)


def _page(name: str) -> Response:
    return Response(_read(name), 200, _PAGE_HEADERS, media_type="text/html")


@cache
def _read(name: str) -> bytes:
    return (ASSETS / "docs" / name).read_bytes()
