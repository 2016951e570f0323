"""Statistics of a conference over HTTP."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from app.domain import statistics
from app.domain.statistics import Statistics
from app.routers.deps import Me, Uow
from app.routers.fields import PathId
from app.routers.v1.envelope import Envelope, ok
from app.routers.v1.errors import errors
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/conferences", tags=["Conferences"])


class StatisticsOut(BaseModel):
    """`total_attendees` and `checked_in` are seats; `available_spots` null is no limit.

    `total_revenue` is what was paid and not given back; 0 for all but the organizer and admins.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "total_attendees": 48,
                    "available_spots": 2,
                    "waitlist_count": 0,
                    "checked_in": 31,
                    "reviews_count": 2,
                    "average_rating": 4.5,
                    "total_revenue": 2352.0,
                    "currency": "USD",
                }
            ]
        }
    )

    total_attendees: int
    available_spots: int | None
    waitlist_count: int
    checked_in: int
    reviews_count: int
    average_rating: float
    total_revenue: float
    currency: str

    @classmethod
    def of(cls, found: Statistics) -> "StatisticsOut":
        return cls(
            total_attendees=found.total_attendees,
            available_spots=found.available_spots,
            waitlist_count=found.waitlist_count,
            checked_in=found.checked_in,
            reviews_count=found.reviews_count,
            average_rating=found.average_rating,
            total_revenue=float(found.total_revenue.amount),
            currency=found.total_revenue.currency,
        )


@router.get(
    "/{conference_id}/statistics/",
    summary="Get the statistics of a conference",
    operation_id="getConferenceStatistics",
    response_model=Envelope[StatisticsOut],
    responses=errors(401, 404, 503),
)
async def get_statistics(conference_id: PathId, me: Me, uow: Uow) -> Response:
    """As it stands now; what it earned is told to the organizer and admins."""
    return ok(StatisticsOut.of(await statistics.of_conference(uow, me, conference_id)))
