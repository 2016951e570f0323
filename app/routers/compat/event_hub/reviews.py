"""Reviews and how helpful they are (seed 003, Reviews)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.domain import reviews
from app.domain.pages import PageRequest
from app.domain.reviews import BEST_RATING, Review, ReviewDraft, ReviewFilter
from app.routers.compat.drf import references
from app.routers.compat.event_hub.asking import ListQuery
from app.routers.compat.event_hub.manner import errors
from app.routers.compat.frame import OPTIONAL_TOKEN, ItemId, bare
from app.routers.compat.numbers import AsNumber
from app.routers.deps import MaybeMe, Me, Now, Uow
from app.routers.fields import Flag, Id, LongText, Needle, QueryId, ShortText

router = APIRouter(prefix="/api/reviews", tags=["Reviews"])

_IN: dict[str, Any] = {
    "event": 1,
    "rating": 5,
    "title": "Excellent workshop!",
    "review": "Very informative and well organized",
    "attended": True,
}
_OUT: dict[str, Any] = _IN | {
    "id": 1,
    "event_title": "Test Workshop",
    "user": 2,
    "user_name": "John Doe",
    "helpful_count": 5,
    "unhelpful_count": 0,
    "helpful_percentage": 100.0,
    "created_at": "2025-12-20T12:00:00Z",
    "updated_at": "2025-12-20T12:00:00Z",
}


class ReviewIn(BaseModel):
    """That one `attended` is what one claims; it is shown where the booking bears it out."""

    model_config = ConfigDict(json_schema_extra={"examples": [_IN]})

    event: Annotated[Id, AsNumber]
    rating: Annotated[int, Field(strict=True, ge=1, le=BEST_RATING), AsNumber]
    title: ShortText = ""
    review: LongText = ""
    attended: Flag = False

    def draft(self) -> ReviewDraft:
        return ReviewDraft(
            conference_id=self.event,
            rating=self.rating,
            title=self.title,
            review=self.review,
            attended=self.attended,
        )


class ReviewOut(BaseModel):
    """`helpful_percentage` is of all votes, and 0.0 while there are none."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OUT]})

    id: int
    event: int
    event_title: str
    user: int
    user_name: str
    rating: int
    title: str
    review: str
    attended: bool
    helpful_count: int
    unhelpful_count: int
    helpful_percentage: float
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, review: Review) -> "ReviewOut":
        return cls.model_construct(
            id=review.id,
            event=review.conference_id,
            event_title=review.conference_name,
            user=review.user_id,
            user_name=review.user_name,
            rating=review.rating,
            title=review.title,
            review=review.review,
            attended=review.attended,
            helpful_count=review.helpful_count,
            unhelpful_count=review.unhelpful_count,
            helpful_percentage=review.helpful_percentage,
            created_at=review.created_at,
            updated_at=review.updated_at,
        )


class ReviewsQuery(ListQuery):
    """`search` looks into titles, the reviews' and the events'."""

    event: QueryId | None = None
    rating: int | None = Field(default=None, ge=1, le=BEST_RATING)
    search: Needle | None = None
    ordering: Literal["created_at", "-created_at"] = "-created_at"

    def filter(self) -> ReviewFilter:
        return ReviewFilter(conference_id=self.event, rating=self.rating, search=self.search)

    def page_request(self) -> PageRequest:
        return self.paged(self.ordering)


@router.get(
    "/",
    operation_id="listReviews",
    summary="List event reviews",
    response_model=list[ReviewOut],
    responses=errors(400, 401, 503, fault="rating", wrong="A whole number is required."),
    openapi_extra=OPTIONAL_TOKEN,
)
async def list_reviews(me: MaybeMe, query: Annotated[ReviewsQuery, Query()], uow: Uow) -> Response:
    """Those of the events that one may see, the newest first."""
    page = await reviews.listed(uow, me, query.filter(), query.page_request())
    return bare([ReviewOut.of(review) for review in page.items])


@router.post(
    "/",
    operation_id="createReview",
    summary="Create review",
    status_code=201,
    response_model=ReviewOut,
    responses=errors(400, 401, 404, 409, 422, 429, 503, fault="rating"),
)
async def create_review(body: ReviewIn, me: Me, uow: Uow, now: Now) -> Response:
    """By those with a confirmed booking, once the event has begun; one each."""
    with references(place="conference"):
        written = await reviews.write(uow, me, body.draft(), now)
    return bare(ReviewOut.of(written), 201)


@router.get(
    "/{id:int}/",
    operation_id="getReview",
    summary="Get review details",
    response_model=ReviewOut,
    responses=errors(401, 404, 503),
    openapi_extra=OPTIONAL_TOKEN,
)
async def get_review(review_id: ItemId, me: MaybeMe, uow: Uow) -> Response:
    """One of an event that one may see."""
    return bare(ReviewOut.of(await reviews.find(uow, me, review_id)))


@router.delete(
    "/{id:int}/",
    operation_id="deleteReview",
    summary="Delete review",
    status_code=204,
    response_class=Response,
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def delete_review(review_id: ItemId, me: Me, uow: Uow, now: Now) -> Response:
    """For its author and admins."""
    await reviews.delete(uow, me, review_id, now)
    return Response(status_code=204)


@router.post(
    "/{id:int}/mark_helpful/",
    operation_id="markReviewHelpful",
    summary="Mark review as helpful",
    response_model=ReviewOut,
    responses=errors(401, 404, 409, 422, 429, 503),
)
async def mark_review_helpful(review_id: ItemId, me: Me, uow: Uow, now: Now) -> Response:
    """One vote each; a new one takes the place of the old one."""
    return bare(ReviewOut.of(await reviews.vote(uow, me, review_id, True, now)))


@router.post(
    "/{id:int}/mark_unhelpful/",
    operation_id="markReviewUnhelpful",
    summary="Mark review as unhelpful",
    response_model=ReviewOut,
    responses=errors(401, 404, 409, 422, 429, 503),
)
async def mark_review_unhelpful(review_id: ItemId, me: Me, uow: Uow, now: Now) -> Response:
    """One vote each; a new one takes the place of the old one."""
    return bare(ReviewOut.of(await reviews.vote(uow, me, review_id, False, now)))
