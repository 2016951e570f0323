"""`/api/v1/core/logs/`: the request log, for admins (seed 000 §5.5)."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.domain import request_logs
from app.domain.request_logs import LogFilter, RequestLog
from app.routers.deps import Me, Now, Uow
from app.routers.fields import METHOD_PATTERN, Instant, ShortText
from app.routers.v1.envelope import ListEnvelope, listed
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented, orderable
from app.routers.v1.paths import V1


class RequestLogOut(BaseModel):
    """`user` is the name under which the request was logged in, `path` leaves out the query."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 4711,
                    "timestamp": "2026-09-01T09:00:00.123456Z",
                    "method": "GET",
                    "path": "/api/v1/conferences/",
                    "query": "page=2",
                    "status": 200,
                    "user": "admin",
                    "duration_ms": 3.2,
                    "ip": "127.0.0.1",
                    "request_id": "5f0c1e3a9b7d4c1f8e2a6b4d0c9e7f31",
                }
            ]
        }
    )

    id: int
    timestamp: datetime
    method: str
    path: str
    query: str = Field(description="With secrets masked.")
    status: int
    user: str | None
    duration_ms: float
    ip: str
    request_id: str

    @classmethod
    def of(cls, log: RequestLog) -> "RequestLogOut":
        return cls.model_construct(
            id=log.id,
            timestamp=log.timestamp,
            method=log.method,
            path=log.path,
            query=log.query,
            status=log.status,
            user=log.username,
            duration_ms=round(log.duration_ms, 3),
            ip=log.ip,
            request_id=log.request_id,
        )


class RequestLogsQuery(ListQuery):
    ordering: Annotated[str, orderable("timestamp", "duration_ms", "status")] = "-timestamp"
    method: Annotated[str, StringConstraints(pattern=METHOD_PATTERN)] | None = None
    status: Annotated[int, Field(ge=100, le=599)] | None = None
    user: ShortText | None = Field(default=None, description="A username, as it was at that time.")
    path: ShortText | None = Field(default=None, description="What the path starts with.")
    request_id: ShortText | None = None
    since: Instant | None = Field(default=None, description="From this time on.")
    until: Instant | None = Field(default=None, description="Before this time.")

    def filter(self) -> LogFilter:
        return LogFilter(
            method=self.method.upper() if self.method else None,
            status=self.status,
            username=self.user,
            path=self.path,
            request_id=self.request_id,
            since=self.since,
            until=self.until,
        )


router = APIRouter(prefix=f"{V1}/core/logs", tags=["Logs"])


@router.get(
    "/",
    summary="List request logs",
    operation_id="listRequestLogs",
    response_model=ListEnvelope[RequestLogOut],
    responses=errors(400, 401, 403, 503),
    openapi_extra=documented(RequestLogsQuery),
)
async def list_request_logs(
    request: Request,
    me: Me,
    query: Annotated[RequestLogsQuery, asked(RequestLogsQuery)],
    uow: Uow,
    now: Now,
) -> Response:
    """What was asked of this service and what it answered, newest first; for admins."""
    page = await request_logs.listed(uow, me, query.filter(), query.page_request(), now)
    return listed([RequestLogOut.of(log) for log in page.items], page, request)
