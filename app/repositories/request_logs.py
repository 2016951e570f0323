"""Request logs: written by the bulk, read newest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, text

from app.domain.pages import Page, PageRequest
from app.domain.request_logs import Entry, LogFilter, RequestLog
from app.repositories.base import Repository
from app.repositories.tables import request_logs

_ADD = text(
    "INSERT INTO request_logs (timestamp, method, path, query, status, user_id, username,"
    " duration_ms, ip, request_id)"
    " SELECT * FROM unnest(CAST(:timestamps AS timestamptz[]), CAST(:methods AS text[]),"
    " CAST(:paths AS text[]), CAST(:queries AS text[]), CAST(:statuses AS integer[]),"
    " CAST(:user_ids AS bigint[]), CAST(:usernames AS text[]), CAST(:durations AS real[]),"
    " CAST(:ips AS text[]), CAST(:request_ids AS text[]))"
)
_FORGET = text(
    "DELETE FROM request_logs WHERE id IN (SELECT id FROM request_logs"
    " WHERE timestamp < :before LIMIT :most FOR UPDATE SKIP LOCKED)"
)
_COLUMNS = [column for column in request_logs.c if column.name != "user_id"]


class RequestLogs(Repository):
    async def add(self, entries: Sequence[Entry]) -> None:
        """Write entries, in one statement."""
        if not entries:
            return
        await self._do(
            _ADD,
            {
                "timestamps": [entry.timestamp for entry in entries],
                "methods": [entry.method for entry in entries],
                "paths": [entry.path for entry in entries],
                "queries": [entry.query for entry in entries],
                "statuses": [entry.status for entry in entries],
                "user_ids": [entry.user_id for entry in entries],
                "usernames": [entry.username for entry in entries],
                "durations": [entry.duration_ms for entry in entries],
                "ips": [entry.ip for entry in entries],
                "request_ids": [entry.request_id for entry in entries],
            },
        )

    async def page(self, wanted: LogFilter, page: PageRequest) -> Page[RequestLog]:
        """Entries that fit the filter, newest first unless the page says otherwise."""
        fits = _conditions(wanted)
        count = select(func.count()).select_from(request_logs).where(*fits)
        order = [
            (column.desc() if name.startswith("-") else column.asc())
            for name in page.ordering or ("-timestamp",)
            for column in (request_logs.c[name.lstrip("-")], request_logs.c.id)
        ]
        rows = await self._rows(
            select(*_COLUMNS).where(*fits).order_by(*order).limit(page.size).offset(page.offset)
        )
        counted = await self._row(count)
        assert counted is not None
        return Page(
            items=[RequestLog(**row) for row in rows], count=counted["count_1"], request=page
        )

    async def forget(self, before: datetime, most: int) -> int:
        """Drop at most so many entries from before that time; returns how many."""
        return (await self._do(_FORGET, {"before": before, "most": most})).rowcount


def _conditions(wanted: LogFilter) -> list[ColumnElement[Any]]:
    columns = request_logs.c
    conditions: list[ColumnElement[Any]] = []
    for column, value in (
        (columns.method, wanted.method),
        (columns.status, wanted.status),
        (columns.username, wanted.username),
        (columns.request_id, wanted.request_id),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.path is not None:
        conditions.append(columns.path.startswith(wanted.path, autoescape=True))
    if wanted.since is not None:
        conditions.append(columns.timestamp >= wanted.since)
    if wanted.until is not None:
        conditions.append(columns.timestamp < wanted.until)
    return conditions
