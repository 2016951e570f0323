"""SQL of reviews, of the votes on them, and of what conferences count of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.domain.access import Caller
from app.domain.pages import Page, PageRequest
from app.domain.reviews import Presence, Review, ReviewDraft, ReviewFilter
from app.repositories.counting import Listing, ListingRepository, in_order, is_indexed
from app.repositories.driver import Row
from app.repositories.ownership import owned_by
from app.repositories.questions import parts_of
from app.repositories.tables import FACTS, REVIEWS
from app.repositories.visibility import HIDDEN, OPEN, VISIBLE
from app.repositories.visibility import viewer as values_of

_JOINED = (
    " FROM reviews v JOIN users u ON u.id = v.user_id JOIN conferences c ON c.id = v.conference_id"
)
_REVIEW = (
    "SELECT v.id, v.conference_id, c.name AS conference_name, v.user_id,"
    " coalesce(nullif(btrim(u.first_name || ' ' || u.last_name), ''), u.username) AS user_name,"
    " v.rating, v.title, v.review, v.attended, v.helpful_count, v.unhelpful_count,"
    f" v.created_at, v.updated_at{_JOINED}"
)
# Each has an author: what counts them need not read those.
_COUNTED = "FROM reviews v JOIN conferences c ON c.id = v.conference_id"
_STANDING = "v.deleted_at IS NULL"
_FIND = text(f"{_REVIEW} WHERE v.id = :id AND {_STANDING} AND {VISIBLE}")
_LOCK = text(f"{_REVIEW} WHERE v.id = :id AND {_STANDING} FOR NO KEY UPDATE OF v")
_LOCK_CONFERENCE = text("SELECT FROM conferences WHERE id = :id FOR NO KEY UPDATE")
_HAS_REVIEWED = text(
    "SELECT EXISTS (SELECT FROM reviews v WHERE v.conference_id = :conference"
    f" AND v.user_id = :user AND {_STANDING})"
)
_PRESENCE = text(
    "SELECT coalesce(bool_or(r.status = 'confirmed'), false) AS is_confirmed,"
    " coalesce(bool_or(r.checked_in_at IS NOT NULL), false) AS is_checked_in"
    f" FROM registrations r WHERE r.id IN {owned_by('CAST(:user AS bigint)')}"
    " AND r.conference_id = :conference"
)
_ADD = text(
    "INSERT INTO reviews (conference_id, user_id, rating, title, review, attended, created_at,"
    " updated_at) VALUES (:conference, :user, :rating, :title, :review, :attended, :now, :now)"
    " RETURNING id"
)
_SAVE = text(
    "UPDATE reviews SET rating = :rating, title = :title, review = :review,"
    " attended = :attended, updated_at = :now WHERE id = :id"
)
_DELETE = text("UPDATE reviews SET deleted_at = :now WHERE id = :id")
_COUNT = text(
    "UPDATE conferences SET reviews_count = reviews_count + :reviews,"
    " ratings_sum = ratings_sum + :ratings WHERE id = :id"
)
_VOTE_OF = text("SELECT is_helpful FROM review_votes WHERE review_id = :id AND user_id = :user")
_KEEP_VOTE = text(
    "WITH counted AS (UPDATE reviews SET helpful_count = :helpful_count,"
    " unhelpful_count = :unhelpful_count WHERE id = :id)"
    " INSERT INTO review_votes (review_id, user_id, is_helpful, created_at)"
    " VALUES (:id, :user, :helpful, :now)"
    " ON CONFLICT (review_id, user_id) DO UPDATE SET is_helpful = excluded.is_helpful,"
    " created_at = excluded.created_at"
)
_FILTERS = {
    "conference_id": "v.conference_id = :conference_id",
    "user_id": "v.user_id = :user_id",
    "rating": "v.rating = :rating",
    "search": "strpos(lower(v.title || E'\\n' || c.name), lower(:search)) > 0",
}
# Each by its own index: how few conferences have it in their name, no plan can know.
_SEARCH_BY_INDEX = (
    "v.id = ANY(ARRAY(SELECT named.id FROM reviews named"
    f" WHERE grams(named.title) @> {parts_of(':search')}"
    " AND strpos(lower(named.title), lower(:search)) > 0"
    " UNION SELECT told.id FROM reviews told WHERE told.deleted_at IS NULL"
    " AND told.conference_id = ANY(ARRAY("
    f"SELECT about.id FROM conferences about WHERE grams(about.name) @> {parts_of(':search')}"
    " AND strpos(lower(about.name), lower(:search)) > 0))))"
)
_NEWEST = ("-id",)
_ORDERS = {
    "id": "v.id",
    "created_at": "v.created_at",
    "rating": "v.rating",
    "helpful": "v.helpful_count",
}


class Reviews(ListingRepository):
    async def find(self, id: int, viewer: Caller | None) -> Review | None:
        """One that stands, of a conference the viewer may see."""
        row = await self._row(_FIND, {"id": id, **values_of(viewer)})
        return None if row is None else _review(row)

    async def lock(self, id: int) -> Review | None:
        """Lock one that stands, and read it as it is now."""
        row = await self._row(_LOCK, {"id": id})
        return None if row is None else _review(row)

    async def lock_conference(self, id: int) -> None:
        """Before its review, for a conference comes first in the order of locks."""
        await self._do(_LOCK_CONFERENCE, {"id": id})

    async def has_reviewed(self, user_id: int, conference_id: int) -> bool:
        values = {"user": user_id, "conference": conference_id}
        return bool((await self._do(_HAS_REVIEWED, values)).scalar_one())

    async def presence(self, user_id: int, conference_id: int) -> Presence:
        """What a user's registrations of a conference tell, those that are over included."""
        row = await self._row(_PRESENCE, {"user": user_id, "conference": conference_id})
        assert row is not None
        return Presence(**row)

    async def add(self, draft: ReviewDraft, user_id: int, now: datetime) -> int:
        values = {
            "conference": draft.conference_id,
            "user": user_id,
            "rating": draft.rating,
            "title": draft.title,
            "review": draft.review,
            "attended": draft.attended,
            "now": now,
        }
        return int((await self._do(_ADD, values)).scalar_one())

    async def save(self, review: Review) -> None:
        """Store what its author can change; votes are counted elsewhere."""
        values = {
            "id": review.id,
            "rating": review.rating,
            "title": review.title,
            "review": review.review,
            "attended": review.attended,
            "now": review.updated_at,
        }
        await self._do(_SAVE, values)

    async def delete(self, id: int, now: datetime) -> None:
        """Take it from sight."""
        await self._do(_DELETE, {"id": id, "now": now})

    async def count(self, conference_id: int, *, reviews: int, ratings: int) -> None:
        """Move what a conference counts, by so much."""
        await self._do(_COUNT, {"id": conference_id, "reviews": reviews, "ratings": ratings})

    async def vote_of(self, user_id: int, review_id: int) -> bool | None:
        """How a user voted on a locked review, if they did."""
        found = await self._do(_VOTE_OF, {"id": review_id, "user": user_id})
        vote: bool | None = found.scalar_one_or_none()
        return vote

    async def keep_vote(self, review: Review, user_id: int, helpful: bool, now: datetime) -> None:
        """Store a vote, and the counts of its locked review."""
        values = {
            "id": review.id,
            "user": user_id,
            "helpful": helpful,
            "helpful_count": review.helpful_count,
            "unhelpful_count": review.unhelpful_count,
            "now": now,
        }
        await self._do(_KEEP_VOTE, values)

    async def page(
        self, viewer: Caller | None, filter: ReviewFilter, page: PageRequest
    ) -> Page[Review]:
        """A page of what the viewer may see, the newest first, and the count of the whole."""
        wanted = {name: value for name in _FILTERS if (value := getattr(filter, name)) is not None}
        sees_all = viewer is not None and viewer.is_admin
        values: dict[str, Any] = dict(wanted)
        if viewer is not None and not sees_all:
            values["viewer_id"] = viewer.user_id
        by_row = [_FILTERS[name] for name in wanted]
        by_index = dict(_FILTERS)
        if filter.search is not None and is_indexed(filter.search):
            by_index["search"] = _SEARCH_BY_INDEX
        listing = Listing(
            alias="v",
            shown=_REVIEW,
            asked_of=_COUNTED,
            looked_up=[by_index[name] for name in wanted],
            compared=by_row,
            sights=_sights(viewer),
            order=in_order(page.ordering or _NEWEST, _ORDERS, "v.id"),
            counters=[FACTS, REVIEWS],
            ids_first=True,
        )
        rows, count = await self._page(listing, values, page)
        return Page(items=[_review(row) for row in rows], count=count, request=page)


def _sights(viewer: Caller | None) -> Sequence[str]:
    """What everybody sees, and what is the viewer's own; an admin sees all."""
    if viewer is None:
        return [f"{_STANDING} AND {OPEN}"]
    if viewer.is_admin:
        return [f"{_STANDING} AND c.deleted_at IS NULL"]
    return [f"{_STANDING} AND {OPEN}", f"{_STANDING} AND {HIDDEN}"]


def _review(row: Row) -> Review:
    return Review(**row)
