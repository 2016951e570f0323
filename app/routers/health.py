"""Liveness and readiness, for machines that watch this one."""

from fastapi import APIRouter, Response
from pydantic_core import to_json

from app.routers.deps import Rt

router = APIRouter(include_in_schema=False)

_NOT_KEPT = {"Cache-Control": "no-store"}


@router.get("/healthz")
async def healthz() -> Response:
    """The process answers; nothing else is touched."""
    return _answer(200, {"status": "ok"})


@router.get("/readyz")
async def readyz(rt: Rt) -> Response:
    """Requests are welcome: the database is reachable and migrated, and nobody is stopping us."""
    problem = await rt.not_ready()
    if problem is None:
        return _answer(200, {"status": "ready"})
    return _answer(503, {"status": "not ready", "reason": problem})


def _answer(status: int, content: dict[str, str]) -> Response:
    return Response(to_json(content), status, _NOT_KEPT, media_type="application/json")
