"""Search over HTTP (seed 000 §5.5)."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from app.domain import search
from app.domain.search import MOST_HITS
from app.routers.deps import Me, Now, Uow
from app.routers.v1.conference_models import ConferenceOut
from app.routers.v1.envelope import Envelope, ok
from app.routers.v1.errors import errors
from app.routers.v1.listing import asked, documented
from app.routers.v1.paths import V1
from app.routers.v1.sessions import SessionOut

router = APIRouter(prefix=f"{V1}/search", tags=["Search"])


def _examples(model: type[BaseModel]) -> JsonValue:
    extra = model.model_config["json_schema_extra"]
    assert isinstance(extra, dict)
    return extra["examples"]


class SearchQuery(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str = Field(
        max_length=200,
        description="Words, or how they begin; all of them must be found.",
        examples=["Keynote"],
        json_schema_extra={"pattern": r"\S"},
    )


class HitsOut(BaseModel):
    """At most 50 of each, best first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"conferences": _examples(ConferenceOut), "sessions": _examples(SessionOut)}
            ]
        }
    )

    conferences: list[ConferenceOut] = Field(max_length=MOST_HITS)
    sessions: list[SessionOut] = Field(max_length=MOST_HITS)


@router.get(
    "/",
    summary="Search conferences and sessions",
    operation_id="search",
    response_model=Envelope[HitsOut],
    responses=errors(400, 401, 503),
    openapi_extra=documented(SearchQuery),
)
async def search_everything(
    me: Me, query: Annotated[SearchQuery, asked(SearchQuery)], uow: Uow, now: Now
) -> Response:
    """Conferences by name and description, sessions by name and speaker, whatever the case."""
    hits = await search.search(uow, me, query.q)
    return ok(
        HitsOut(
            conferences=[ConferenceOut.of(conference, now) for conference in hits.conferences],
            sessions=[SessionOut.of(session) for session in hits.sessions],
        )
    )
