"""Request logs: written by the bulk, read newest first."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text

from app.domain.pages import Page, PageRequest
from app.domain.request_logs import Entry, LogFilter, RequestLog
from app.repositories.counting import Listing, ListingRepository, in_order
from app.repositories.tables import LOGS, request_logs

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
_COLUMNS = ", ".join(f"l.{column.name}" for column in request_logs.c if column.name != "user_id")
_FILTERS = {
    "method": "l.method = :method",
    "status": "l.status = :status",
    "username": "l.username = :username",
    "request_id": "l.request_id = :request_id",
    "path": "starts_with(l.path, :path)",
    "since": "l.timestamp >= :since",
    "until": "l.timestamp < :until",
}
# In the order of code points, whatever the language of the database; nothing comes after the last.
_PATH_BY_INDEX = "l.path ~>=~ :path AND l.path ~<~ :path_end"
_LAST = chr(0x10FFFF)
_ORDERS = {column.name: f"l.{column.name}" for column in request_logs.c}
_NEWEST = ("-timestamp",)


class RequestLogs(ListingRepository):
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

    async def page(self, wanted: LogFilter, page: PageRequest, now: datetime) -> Page[RequestLog]:
        """Entries that fit the filter, newest first unless the page says otherwise.

        Those of past hours are counted once an hour: an entry that is written an hour late, because
        the database could not be reached, is counted with the next.
        """
        asked = {name: getattr(wanted, name) for name in _FILTERS}
        values = {name: value for name, value in asked.items() if value is not None}
        conditions = [_FILTERS[name] for name in values]
        looked_up = [*conditions]
        if wanted.path is not None:
            looked_up.append(_PATH_BY_INDEX)
            values["path_end"] = wanted.path + _LAST
        values["past"] = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
        listing = Listing(
            alias="l",
            shown=f"SELECT {_COLUMNS} FROM request_logs l",
            asked_of="FROM request_logs l",
            looked_up=looked_up,
            compared=conditions,
            sights=["l.timestamp < :past", "l.timestamp >= :past"],
            order=in_order(page.ordering or _NEWEST, _ORDERS, "l.id"),
            counters=[LOGS],
        )
        rows, count = await self._page(listing, values, page)
        return Page(items=[RequestLog(**row) for row in rows], count=count, request=page)

    async def forget(self, before: datetime, most: int) -> int:
        """Drop at most so many entries from before that time; returns how many."""
        return await self._change(_FORGET, {"before": before, "most": most})
