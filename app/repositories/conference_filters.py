"""What lists of conferences are narrowed down by: each filter as a condition of SQL.

The conference is `c`. Where a condition is said twice, the second is for an index.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.conferences import ConferenceFilter
from app.repositories.questions import all_prefixes, parts_of

_LOCAL_START = "CAST(c.starts_at AT TIME ZONE c.timezone AS date)"
# No local day is longer than 25 hours, none begins more than 14 before it does in UTC.
_DAY_OF_UTC = "CAST(:{day} AS date)::timestamp AT TIME ZONE 'UTC'"
_SOME_HOURS = "interval '26 hours'"
# Nothing that is not over has begun before this.
_FIRST_GOING_ON = (
    "coalesce((SELECT min(going_on.starts_at) FROM (SELECT o.starts_at FROM conferences o"
    " WHERE tstzrange(o.starts_at, o.ends_at) @> CAST(:now AS timestamptz)"
    " AND o.deleted_at IS NULL OFFSET 0) AS going_on), :now)"
)
_GOING_ON = "tstzrange(c.starts_at, c.ends_at) @> CAST(:now AS timestamptz)"
_ACTIVE = f"c.status = 'published' AND c.ends_at > :now AND c.starts_at >= {_FIRST_GOING_ON}"
_TAG = "lower(regexp_replace(btrim(:tag), '\\s+', ' ', 'g'))"
# What an index finds among all texts: the condition that asks it, and the same for a row at hand.
_BY_INDEX: Mapping[str, tuple[str, str]] = {
    "tag": (
        f"c.tag_keys @> ARRAY[{_TAG}] AND :tag <> ''",
        f"{_TAG} = ANY(c.tag_keys) AND :tag <> ''",
    ),
    "search": (
        "c.search @@ to_tsquery('simple', :search)",
        "(c.search || '') @@ to_tsquery('simple', :search)",
    ),
    "long_location": (
        (
            f"grams(c.location) @> {parts_of(':long_location')}"
            " AND strpos(lower(c.location), lower(:long_location)) > 0"
        ),
        "strpos(lower(c.location), lower(:long_location)) > 0",
    ),
    "title": ("lower(c.name) = lower(:title)", "lower(c.name) || '' = lower(:title)"),
}
TEXTUAL = frozenset(_BY_INDEX)
# Few conferences are going on at a time, and none of the orders leads to them.
FEW_AT_ALL = frozenset({"phase_ongoing"})

# A comparison of days is taken for a third of all; with two of them, what is left would be sorted
# before the first is shown. Of what is coalesced, plans expect half.
_CONDITIONS: Mapping[str, str] = {
    "phase_draft": "c.status = 'draft'",
    "phase_cancelled": "c.status = 'cancelled'",
    "phase_published": "c.status = 'published' AND c.starts_at > :now",
    "phase_ongoing": f"c.status = 'published' AND {_GOING_ON}",
    "phase_completed": "c.status = 'published' AND c.ends_at <= :now AND c.starts_at < :now",
    "status": "c.status = :status",
    "location": "strpos(lower(c.location), lower(:location)) > 0",
    "organizer_id": "c.organizer_id = :organizer_id",
    "start_after": (
        f"coalesce({_LOCAL_START} >= :start_after, false)"
        f" AND c.starts_at > {_DAY_OF_UTC.format(day='start_after')} - {_SOME_HOURS}"
    ),
    "start_before": (
        f"coalesce({_LOCAL_START} <= :start_before, false)"
        f" AND c.starts_at < {_DAY_OF_UTC.format(day='start_before')} + 2 * {_SOME_HOURS}"
    ),
    "multi_track": "c.multi_track",
    "single_track": "NOT c.multi_track",
    "visibility": "c.visibility = :visibility",
    "category_id": "c.category_id = :category_id",
    "category_slug": "c.category_id = (SELECT id FROM categories WHERE slug = :category_slug)",
    "but_slugs": (
        "(c.category_id IS NULL OR c.category_id IN (SELECT id FROM categories"
        " WHERE slug <> ALL(CAST(:but_slugs AS text[]))))"
    ),
    "online": "c.is_online",
    "on_site": "NOT c.is_online",
    "upcoming": (
        f"c.starts_at > CAST(:now AS timestamptz) - {_SOME_HOURS} AND"
        f" {_LOCAL_START} >= CAST(CAST(:now AS timestamptz) AT TIME ZONE c.timezone AS date)"
    ),
    "starts_from": "c.starts_at >= :starts_from",
    "starts_until": "c.starts_at < :starts_until",
    "min_price": "c.price >= :min_price",
    "max_price": "c.price <= :max_price",
    "has_spots": "NOT c.is_full",
    "full": "c.is_full",
    "past": "c.starts_at < :now",
    "to_come": "c.starts_at >= :now",
    "active": _ACTIVE,
    "inactive": "NOT (c.status = 'published' AND c.ends_at > :now)",
}
# These hold for a moment: what they count holds until the clock turns.
BY_THE_CLOCK = frozenset(name for name, condition in _CONDITIONS.items() if ":now" in condition)
# These change with every seat.
BY_SEATS = frozenset({"has_spots", "full"})
_SHORTEST_INDEXED = 3


def where(shape: Sequence[str], *, by_index: bool) -> str:
    """All these conditions; texts are looked up in their indexes, or compared row by row."""
    told = (
        _BY_INDEX[name][0 if by_index else 1] if name in TEXTUAL else _CONDITIONS[name]
        for name in shape
    )
    return " AND ".join(["true", *told])


def wanted(filter: ConferenceFilter) -> dict[str, Any]:
    """The conditions that are asked for, by name, each with the value it binds, or None."""
    asked: dict[str, Any] = {
        "status": filter.status and filter.status.value,
        "organizer_id": filter.organizer_id,
        "start_after": filter.start_after,
        "start_before": filter.start_before,
        "visibility": filter.visibility and filter.visibility.value,
        "category_id": filter.category_id,
        "category_slug": filter.category_slug,
        "but_slugs": filter.but_slugs and list(filter.but_slugs),
        "tag": filter.tag,
        "search": None if filter.search is None else all_prefixes(filter.search),
        "title": filter.title,
        "starts_from": filter.starts_from,
        "starts_until": filter.starts_until,
        "min_price": filter.min_price,
        "max_price": filter.max_price,
    }
    found = {name: value for name, value in asked.items() if value is not None}
    return found | dict.fromkeys(_told_by_name(filter)) | _location(filter.location)


def _told_by_name(filter: ConferenceFilter) -> Sequence[str]:
    """The conditions that bind nothing but the present: how many meet them, statistics tell."""
    either = (
        (filter.is_past, "past", "to_come"),
        (filter.is_active, "active", "inactive"),
        (filter.has_spots, "has_spots", "full"),
        (filter.is_online, "online", "on_site"),
        (filter.multi_track, "multi_track", "single_track"),
    )
    named = [yes if asked else no for asked, yes, no in either if asked is not None]
    named += [f"phase_{filter.phase.value}"] if filter.phase is not None else []
    return [*named, "upcoming"] if filter.upcoming else named


def _location(part: str | None) -> dict[str, Any]:
    """Less than three letters are in no index."""
    if part is None:
        return {}
    return {"long_location" if len(part) >= _SHORTEST_INDEXED else "location": part}
