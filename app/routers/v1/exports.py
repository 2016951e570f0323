"""Exports over HTTP: tables to take away, sent as they are read."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractContextManager, aclosing
from enum import StrEnum
from typing import Any, cast

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from starlette.types import Send

from app.documents import bindery, comma_separated
from app.domain import exports
from app.domain.access import Caller
from app.domain.errors import Busy, DomainError
from app.domain.exports import Export, Subject
from app.routers.deps import Me, Rt, Uow
from app.routers.fields import PathId
from app.routers.v1.errors import errors
from app.routers.v1.paths import V1
from app.runtime import Runtime

logger = logging.getLogger(__name__)

router = APIRouter(prefix=V1, tags=["Exports"])

# From the first row to the last byte: who reads slower than that has gone away, or means harm.
LONGEST_SECONDS = 900.0
# Of one account, as long as they last: a workbook takes one of the few places there are for all.
MOST_TABLES = 4
MOST_WORKBOOKS = 1


class FileFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


class Download(StreamingResponse):
    """Begins with its first block, so that what fails before is refused like anything else.

    `place` is its account's as long as it lasts. What fails later, or takes too long, breaks off:
    no client takes half a file for the whole.
    """

    def __init__(
        self,
        blocks: AsyncIterator[bytes],
        name: str,
        media_type: str,
        place: AbstractContextManager[None],
    ) -> None:
        self._place = place
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        }
        super().__init__(blocks, 200, headers, media_type)

    async def stream_response(self, send: Send) -> None:
        begun = False
        blocks = cast(AsyncGenerator[bytes], self.body_iterator)
        try:
            with self._place:
                async with asyncio.timeout(LONGEST_SECONDS), aclosing(blocks):
                    async for block in blocks:
                        if not begun:
                            begun = True
                            await send(self._start())
                        await send(_body(block, more=True))
                    await send(_body(b"", more=False))
        except (TimeoutError, DomainError) as error:
            if not begun:
                raise (Busy() if isinstance(error, TimeoutError) else error) from error
            logger.warning("an export broke off: %r", error)

    def _start(self) -> dict[str, Any]:
        return {
            "type": "http.response.start",
            "status": self.status_code,
            "headers": self.raw_headers,
        }


def _body(block: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": block, "more_body": more}


def _download(rt: Runtime, me: Caller, export: Export, format: FileFormat) -> Response:
    name = f"{export.name}.{format.value}"
    sender = f"{format.value} user:{me.user_id}"
    if format is FileFormat.CSV:
        place = rt.throttle.export(sender, MOST_TABLES)
        return Download(comma_separated.written(export), name, comma_separated.MEDIA_TYPE, place)
    place = rt.throttle.export(sender, MOST_WORKBOOKS)
    return Download(rt.bindery.written(export), name, bindery.MEDIA_TYPE, place)


def _responses(*codes: int) -> dict[int | str, dict[str, Any]]:
    content = {
        "text/csv": {"schema": {"type": "string"}},
        bindery.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}},
    }
    return {200: {"description": "The file", "content": content}, **errors(*codes)}


@router.get(
    "/conferences/{conference_id}/exports/{subject}.{format}",
    summary="Export a conference's attendees, registrations or payments",
    operation_id="exportConference",
    response_class=Response,
    responses=_responses(401, 403, 404, 429, 503),
)
async def export_conference(
    conference_id: PathId, subject: Subject, format: FileFormat, me: Me, uow: Uow, rt: Rt
) -> Response:
    """For its organizer and admins: everybody with a seat, every registration whatever has become
    of it, or every attempt to pay, as CSV or XLSX. An account has one workbook made at a time.
    """
    export = await exports.of_conference(uow, me, conference_id, subject)
    return _download(rt, me, export, format)


@router.get(
    "/exports/{subject}.{format}",
    summary="Export the attendees, registrations or payments of all conferences",
    operation_id="exportAll",
    response_class=Response,
    responses=_responses(401, 403, 404, 429, 503),
)
async def export_all(subject: Subject, format: FileFormat, me: Me, uow: Uow, rt: Rt) -> Response:
    """Of all conferences for admins, of their own for organizers; deleted ones are left out."""
    return _download(rt, me, await exports.of_all(uow, me, subject), format)
