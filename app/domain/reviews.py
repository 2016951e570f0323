"""Reviews: what those who were there say of a conference, and how helpful others find it.

A conference keeps the number and the sum of its ratings, so that nobody takes an average of all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from app.domain.access import Caller
from app.domain.conferences import Conference
from app.domain.errors import (
    AlreadyReviewed,
    Forbidden,
    NotFound,
    ReviewNotAllowed,
    UnknownReference,
)
from app.domain.idempotency import once
from app.domain.pages import Page, PageRequest

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

BEST_RATING = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """`attended` was claimed and is borne out; the counts are those of votes."""

    id: int
    conference_id: int
    conference_name: str
    user_id: int
    user_name: str
    rating: int
    title: str
    review: str
    attended: bool
    helpful_count: int
    unhelpful_count: int
    created_at: datetime
    updated_at: datetime

    @property
    def helpful_percentage(self) -> float:
        """Of all votes, to one decimal; 0.0 while there are none."""
        votes = self.helpful_count + self.unhelpful_count
        return round(100 * self.helpful_count / votes, 1) if votes else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDraft:
    """A review as it is sent; that its author `attended` is what they claim."""

    conference_id: int
    rating: int
    title: str
    review: str
    attended: bool = False


class ReviewChanges(TypedDict, total=False):
    """What is to become different; what is not named stays as it is."""

    rating: int
    title: str
    review: str
    attended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFilter:
    """None means any; `search` looks into titles and names of conferences."""

    conference_id: int | None = None
    user_id: int | None = None
    rating: int | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What is known of somebody at a conference: their registrations, and the door."""

    is_confirmed: bool = False
    is_checked_in: bool = False

    @property
    def bears_out(self) -> bool:
        return self.is_confirmed or self.is_checked_in


def ensure_may_review(conference: Conference, presence: Presence, now: datetime) -> None:
    """Whoever has a confirmed registration reviews what has begun (`review_not_allowed`)."""
    if not presence.is_confirmed:
        raise ReviewNotAllowed("Reviews are written by those with a confirmed registration.")
    if conference.period.start > now:
        raise ReviewNotAllowed("The conference has not begun yet.")


def ensure_first(has_reviewed: bool) -> None:
    """One review per user and conference (`already_reviewed`)."""
    if has_reviewed:
        raise AlreadyReviewed


def ensure_author(caller: Caller, review: Review) -> None:
    """A review says what its author said (`forbidden`)."""
    if review.user_id != caller.user_id:
        raise Forbidden


def ensure_may_delete(caller: Caller, review: Review) -> None:
    """Authors and admins take reviews away (`forbidden`)."""
    if not caller.is_admin:
        ensure_author(caller, review)


def ensure_somebody_elses(caller: Caller, review: Review) -> None:
    """Nobody votes on what they wrote themselves (`review_not_allowed`)."""
    if review.user_id == caller.user_id:
        raise ReviewNotAllowed("One does not vote on one's own review.")


def altered(review: Review, changes: ReviewChanges, presence: Presence, now: datetime) -> Review:
    """The review with its changes; a new claim to have been there is borne out, or is none."""
    changed = replace(review, **changes, updated_at=now)
    if "attended" in changes:
        return replace(changed, attended=changed.attended and presence.bears_out)
    return changed


def voted(review: Review, before: bool | None, helpful: bool) -> Review:
    """The review with a vote counted; the voter's earlier one, if any, counts no more."""
    shift: Mapping[bool, int] = {
        side: (side is helpful) - (side is before) for side in (True, False)
    }
    return replace(
        review,
        helpful_count=review.helpful_count + shift[True],
        unhelpful_count=review.unhelpful_count + shift[False],
    )


@once
async def write(uow: "UnitOfWork", caller: Caller, draft: ReviewDraft, now: datetime) -> Review:
    """Review a conference one is registered for.

    Raises UnknownReference, ReviewNotAllowed, AlreadyReviewed.
    """
    async with uow as tx:
        conference = await tx.conferences.find(draft.conference_id, caller)
        if conference is None:
            raise UnknownReference("There is no such conference.", field="conference")
        presence = await tx.reviews.presence(caller.user_id, conference.id)
        ensure_may_review(conference, presence, now)
        ensure_first(await tx.reviews.has_reviewed(caller.user_id, conference.id))
        await tx.reviews.count(conference.id, reviews=1, ratings=draft.rating)
        attended = draft.attended and presence.bears_out
        id = await tx.reviews.add(replace(draft, attended=attended), caller.user_id, now)
        review = await _seen(tx, caller, id)
        await tx.keep(review)
    return review


@once
async def change(
    uow: "UnitOfWork", caller: Caller, review_id: int, changes: ReviewChanges, now: datetime
) -> Review:
    """Change one's own review. Raises NotFound, Forbidden."""
    async with uow as tx:
        found = await _seen(tx, caller, review_id)
        ensure_author(caller, found)
        if "rating" in changes:
            await tx.reviews.lock_conference(found.conference_id)
        review = await _locked(tx, review_id)
        presence = await tx.reviews.presence(caller.user_id, review.conference_id)
        changed = altered(review, changes, presence, now)
        await tx.reviews.save(changed)
        if changed.rating != review.rating:
            shift = changed.rating - review.rating
            await tx.reviews.count(review.conference_id, reviews=0, ratings=shift)
        await tx.keep(changed)
    return changed


@once
async def delete(uow: "UnitOfWork", caller: Caller, review_id: int, now: datetime) -> None:
    """Take a review from sight. Raises NotFound, Forbidden."""
    async with uow as tx:
        found = await _seen(tx, caller, review_id)
        ensure_may_delete(caller, found)
        await tx.reviews.lock_conference(found.conference_id)
        review = await _locked(tx, review_id)
        await tx.reviews.delete(review.id, now)
        await tx.reviews.count(review.conference_id, reviews=-1, ratings=-review.rating)
        await tx.keep(None)


@once
async def vote(
    uow: "UnitOfWork", caller: Caller, review_id: int, helpful: bool, now: datetime
) -> Review:
    """Say whether a review helps; one's earlier vote moves. Raises NotFound, ReviewNotAllowed."""
    async with uow as tx:
        ensure_somebody_elses(caller, await _seen(tx, caller, review_id))
        review = await _locked(tx, review_id)
        before = await tx.reviews.vote_of(caller.user_id, review_id)
        review = voted(review, before, helpful)
        if before is not helpful:
            await tx.reviews.keep_vote(review, caller.user_id, helpful, now)
        await tx.keep(review)
    return review


async def find(uow: "UnitOfWork", caller: Caller | None, review_id: int) -> Review:
    """One review of a conference that the caller may see. Raises NotFound."""
    async with uow.reading() as tx:
        return await _seen(tx, caller, review_id)


async def listed(
    uow: "UnitOfWork", caller: Caller | None, filter: ReviewFilter, page: PageRequest
) -> Page[Review]:
    """The reviews of conferences that the caller may see."""
    async with uow.reading() as tx:
        return await tx.reviews.page(caller, filter, page)


async def _seen(tx: "Transaction", caller: Caller | None, review_id: int) -> Review:
    review = await tx.reviews.find(review_id, caller)
    if review is None:
        raise NotFound
    return review


async def _locked(tx: "Transaction", review_id: int) -> Review:
    review = await tx.reviews.lock(review_id)
    if review is None:
        raise NotFound
    return review
