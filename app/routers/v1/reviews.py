"""Reviews over HTTP: read by everybody, written by those who are registered."""

from datetime import datetime
from typing import Annotated, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.domain import reviews
from app.domain.reviews import BEST_RATING, Review, ReviewChanges, ReviewDraft, ReviewFilter
from app.routers.deps import MaybeMe, Me, Now, Uow
from app.routers.fields import Flag, Id, LongText, Name, Needle, PathId, QueryId, left_out
from app.routers.v1.envelope import Envelope, ListEnvelope, created, deleted, listed, ok
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented, orderable
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/reviews", tags=["Reviews"])

Rating = Annotated[int, Field(strict=True, ge=1, le=BEST_RATING)]


class ReviewIn(BaseModel):
    """`attended` is what the author claims; it is shown if a registration bears it out."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "conference": 1,
                    "rating": 5,
                    "title": "Excellent workshop!",
                    "review": "Very informative and well organized",
                    "attended": True,
                }
            ]
        },
    )

    conference: Id
    rating: Rating
    title: Name
    review: LongText
    attended: Flag = False

    def draft(self) -> ReviewDraft:
        return ReviewDraft(
            conference_id=self.conference,
            rating=self.rating,
            title=self.title,
            review=self.review,
            attended=self.attended,
        )


class ReviewPatch(BaseModel):
    """Any part of the fields; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"rating": 4}]})

    rating: Rating = left_out()
    title: Name = left_out()
    review: LongText = left_out()
    attended: Flag = left_out()

    def changes(self) -> ReviewChanges:
        named = {field: getattr(self, field) for field in self.model_fields_set}
        return cast(ReviewChanges, named)


class VoteIn(BaseModel):
    """Whether the review helps; an earlier vote of one's own moves."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"helpful": True}]})

    helpful: Flag


class ReviewOut(BaseModel):
    """`helpful_percentage` is that of all votes, 0.0 while there are none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 1,
                    "conference": 1,
                    "conference_name": "Tech Summit 2026",
                    "user": 2,
                    "user_name": "John Doe",
                    "rating": 5,
                    "title": "Excellent workshop!",
                    "review": "Very informative and well organized",
                    "attended": True,
                    "helpful_count": 5,
                    "unhelpful_count": 0,
                    "helpful_percentage": 100.0,
                    "created_at": "2026-09-04T12:00:00Z",
                    "updated_at": "2026-09-04T12:00:00Z",
                }
            ]
        }
    )

    id: int
    conference: int
    conference_name: str
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
        return cls(
            id=review.id,
            conference=review.conference_id,
            conference_name=review.conference_name,
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
    ordering: Annotated[str, orderable("created_at", "rating", "helpful")] = "-created_at"
    conference: QueryId | None = None
    user: QueryId | None = None
    rating: Annotated[int, Field(ge=1, le=BEST_RATING)] | None = None
    search: Annotated[Needle, Field(description="In titles and names of conferences.")] | None = (
        None
    )

    def filter(self) -> ReviewFilter:
        return ReviewFilter(
            conference_id=self.conference,
            user_id=self.user,
            rating=self.rating,
            search=self.search,
        )


@router.get(
    "/",
    summary="List reviews",
    operation_id="listReviews",
    response_model=ListEnvelope[ReviewOut],
    responses=errors(400, 401, 503),
    openapi_extra=documented(ReviewsQuery),
)
async def list_reviews(
    request: Request,
    me: MaybeMe,
    query: Annotated[ReviewsQuery, asked(ReviewsQuery, by_anybody=True)],
    uow: Uow,
) -> Response:
    """The newest first, of conferences that one may see; no login is needed."""
    page = await reviews.listed(uow, me, query.filter(), query.page_request())
    return listed([ReviewOut.of(item) for item in page.items], page, request)


@router.post(
    "/",
    summary="Write a review",
    operation_id="writeReview",
    status_code=201,
    response_model=Envelope[ReviewOut],
    responses=errors(400, 401, 409, 422, 429, 503),
)
async def write_review(body: ReviewIn, me: Me, uow: Uow, now: Now) -> Response:
    """Once per conference, for those with a confirmed registration, from its beginning on."""
    return created(ReviewOut.of(await reviews.write(uow, me, body.draft(), now)))


@router.get(
    "/{review_id}/",
    summary="Get a review",
    operation_id="getReview",
    response_model=Envelope[ReviewOut],
    responses=errors(401, 404, 503),
)
async def get_review(review_id: PathId, me: MaybeMe, uow: Uow) -> Response:
    """One review, with what others think of it; no login is needed."""
    return ok(ReviewOut.of(await reviews.find(uow, me, review_id)))


@router.put(
    "/{review_id}/",
    summary="Update a review",
    operation_id="updateReview",
    response_model=Envelope[ReviewOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
@router.patch(
    "/{review_id}/",
    summary="Update a part of a review",
    operation_id="patchReview",
    response_model=Envelope[ReviewOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
async def update_review(
    review_id: PathId, body: ReviewPatch, me: Me, uow: Uow, now: Now
) -> Response:
    """Takes any part of the fields, from its author alone; votes stay."""
    return ok(ReviewOut.of(await reviews.change(uow, me, review_id, body.changes(), now)))


@router.delete(
    "/{review_id}/",
    summary="Delete a review",
    operation_id="deleteReview",
    response_model=Envelope[None],
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def delete_review(review_id: PathId, me: Me, uow: Uow, now: Now) -> Response:
    """By its author, or an admin; its rating counts no more, and another may be written."""
    await reviews.delete(uow, me, review_id, now)
    return deleted()


@router.post(
    "/{review_id}/votes/",
    summary="Vote on a review",
    operation_id="voteOnReview",
    response_model=Envelope[ReviewOut],
    responses=errors(400, 401, 404, 409, 422, 429, 503),
)
async def vote_on_review(review_id: PathId, body: VoteIn, me: Me, uow: Uow, now: Now) -> Response:
    """One vote each, on what others wrote; changing one's mind moves it."""
    return ok(ReviewOut.of(await reviews.vote(uow, me, review_id, body.helpful, now)))
