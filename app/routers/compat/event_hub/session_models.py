"""Sessions as JSON (seed 003, Sessions)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict

from app.domain.pages import PageRequest
from app.domain.sessions import Session, SessionDraft, SessionFilter
from app.domain.times import TimeRange
from app.routers.compat.event_hub.asking import ListQuery
from app.routers.compat.numbers import AsNumber, AsNumberOrNone
from app.routers.fields import Id, Instant, LongText, Name, QueryId, ShortText

_IN: dict[str, Any] = {
    "event": 1,
    "title": "Opening Keynote",
    "description": "Opening keynote speech",
    "start_time": "2025-12-27T14:00:00Z",
    "end_time": "2025-12-27T15:00:00Z",
    "speaker": 1,
    "room_or_link": "Main Hall",
}
_OUT = _IN | {
    "id": 1,
    "speaker_name": "Speaker Name",
    "created_at": "2025-12-20T12:00:00Z",
    "updated_at": "2025-12-20T12:00:00Z",
}


class SessionIn(BaseModel):
    """`speaker` is the id of a user, by whose name the session is announced."""

    model_config = ConfigDict(json_schema_extra={"examples": [_IN]})

    event: Annotated[Id, AsNumber]
    title: Name
    description: LongText = ""
    start_time: Instant
    end_time: Instant
    speaker: Annotated[Id | None, AsNumberOrNone] = None
    room_or_link: ShortText = ""

    def draft(self) -> SessionDraft:
        return SessionDraft(
            conference_id=self.event,
            name=self.title,
            description=self.description,
            period=TimeRange(start=self.start_time, end=self.end_time),
            room=self.room_or_link,
            speaker_user_id=self.speaker,
        )


class SessionOut(BaseModel):
    """`speaker` is null for who has no account here, or none that is named."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OUT]})

    id: int
    event: int
    title: str
    description: str
    start_time: datetime
    end_time: datetime
    speaker: int | None
    speaker_name: str
    room_or_link: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, session: Session) -> "SessionOut":
        return cls.model_construct(
            id=session.id,
            event=session.conference_id,
            title=session.name,
            description=session.description,
            start_time=session.period.start,
            end_time=session.period.end,
            speaker=session.speaker_user_id,
            speaker_name=session.speaker,
            room_or_link=session.room,
            created_at=session.created_at,
            updated_at=session.updated_at,
        )


class SessionsQuery(ListQuery):
    """By start unless ordered otherwise."""

    event: QueryId | None = None
    speaker: QueryId | None = None
    ordering: Literal["start_time", "-start_time"] = "start_time"

    def filter(self) -> SessionFilter:
        return SessionFilter(conference_id=self.event, speaker_user_id=self.speaker)

    def page_request(self) -> PageRequest:
        return self.paged(self.ordering)
