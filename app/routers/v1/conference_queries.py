"""What lists of conferences are asked for."""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from app.domain.conferences import ConferenceFilter, Phase, Visibility
from app.domain.pages import PageRequest
from app.routers.fields import MOST_ID, MOST_PRICE, Day, Instant, Needle, QueryId, Slug
from app.routers.v1 import cursors
from app.routers.v1.listing import ListQuery, orderable

_RELEVANCE = "relevance"
_BY_START = "start_date"
_ORDERS = ("start_date", "end_date", "conference_name", "created_at", "price")
_PriceAsked = Annotated[Decimal, Field(ge=0, le=MOST_PRICE, allow_inf_nan=False)]


class ConferencesQuery(ListQuery):
    """`start_after` and `start_before` name days, where it is, and include them; `starts_from` is
    a moment, included, and `starts_until` one that is not.

    `title` is the whole of it, `location` a part; in any case. `category` is an id or a slug; `tag`
    is one of a conference's tags, whole; `search` are words that begin words of its name,
    description, tags or location, and puts the best first unless `ordering` says otherwise.
    `is_past` is what has begun, `is_active` what is published and not over.
    """

    ordering: Annotated[str, orderable(*_ORDERS, alone=_RELEVANCE)] = _BY_START
    search: Annotated[Needle | None, Field(validate_default=True)] = None
    after: Annotated[
        str | None,
        Field(
            max_length=1000,
            description=(
                "`meta.after` of the page before: goes on behind it, whatever has come or gone"
                " since, and as fast on the last page as on the first. In place of `page`."
            ),
        ),
    ] = None
    status: Phase | None = None
    title: Needle | None = None
    location: Needle | None = None
    start_after: Day | None = None
    start_before: Day | None = None
    starts_from: Instant | None = None
    starts_until: Instant | None = None
    min_price: _PriceAsked | None = None
    max_price: _PriceAsked | None = None
    multi_track: bool | None = None
    visibility: Visibility | None = None
    category: Slug | None = None
    is_online: bool | None = None
    tag: Needle | None = None
    has_spots: bool | None = None
    is_past: bool | None = None
    is_active: bool | None = None

    @field_validator("search")
    @classmethod
    def _is_what_others_are_relevant_to(
        cls, search: str | None, told: ValidationInfo
    ) -> str | None:
        if search is None and told.data.get("ordering") == _RELEVANCE:
            raise ValueError("is needed to put the most relevant first")
        return search

    @field_validator("after")
    @classmethod
    def _belongs_to_this_order(cls, after: str | None, told: ValidationInfo) -> str | None:
        ordering = told.data.get("ordering")
        if after is not None and ordering is not None:
            cursors.read(after, ordering.split(","))
        return after

    def page_request(self) -> PageRequest:
        page = super().page_request()
        if self.after is not None:
            return replace(page, number=1, after=cursors.read(self.after, page.ordering))
        if self.search is not None and "ordering" not in self.model_fields_set:
            return replace(page, ordering=(_RELEVANCE,))
        return page

    def filter(self) -> ConferenceFilter:
        named = self.category or ""
        by_id = named.isdecimal() and int(named) <= MOST_ID
        return ConferenceFilter(
            phase=self.status,
            title=self.title,
            location=self.location,
            start_after=self.start_after,
            start_before=self.start_before,
            starts_from=self.starts_from,
            starts_until=self.starts_until,
            min_price=self.min_price,
            max_price=self.max_price,
            multi_track=self.multi_track,
            visibility=self.visibility,
            category_id=int(named) if by_id else None,
            category_slug=None if by_id else self.category,
            is_online=self.is_online,
            tag=self.tag,
            search=self.search,
            has_spots=self.has_spots,
            is_past=self.is_past,
            is_active=self.is_active,
        )


class AllConferencesQuery(ConferencesQuery):
    """`organizer` is the id of a user."""

    organizer: QueryId | None = None

    def filter(self) -> ConferenceFilter:
        return replace(super().filter(), organizer_id=self.organizer)
