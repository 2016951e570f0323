"""What lists can be narrowed by, as SQL."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, cast

from sqlalchemy import ColumnElement, and_, or_
from starlette_admin.fields import BaseField, BooleanField, DateTimeField, EnumField, StringField
from starlette_admin.filters import (
    BaseFilter,
    FilterApplyContext,
    FilterDataType,
    FilterGroup,
    FilterRegistry,
    FilterRule,
    FilterValidationError,
    filters,
)

from app.admin.fields import Link, Number, Who

Clause = ColumnElement[bool]
LARGEST_ID = 2**63 - 1


class Columned(Protocol):
    """A list whose columns are known by the names of its fields."""

    columns: dict[str, ColumnElement[Any]]
    fields: Sequence[BaseField]


def whole_number(raw: Any) -> int:
    """What a column of ids and counts can be compared with."""
    written = str(raw).strip()
    if not (written.isascii() and written.isdigit() and len(written) <= len(str(LARGEST_ID))):
        raise FilterValidationError("A whole number is required.")
    if int(written) > LARGEST_ID:
        raise FilterValidationError("This number is too large.")
    return int(written)


def moment(raw: Any) -> datetime:
    """An instant; without an offset it is UTC, as everything that is shown."""
    try:
        read = datetime.fromisoformat(str(raw).strip())
        return (read.replace(tzinfo=UTC) if read.tzinfo is None else read).astimezone(UTC)
    except (ValueError, OverflowError):
        raise FilterValidationError("A date-time is required, as in 2026-09-01T09:00.") from None


class TextFilter(BaseFilter):
    data_type = FilterDataType.STRING

    def parse_value(self, raw: Any) -> str:
        if not isinstance(raw, list):
            return str(raw)
        # Text with commas in it is taken for a list of texts, and keeps its quotes then.
        whole = ",".join(str(one) for one in raw)
        return whole[1:-1] if whole[:1] == whole[-1:] == '"' else whole


class Contains(TextFilter):
    name, label = "contains", "contains"

    def apply(self, ctx: FilterApplyContext) -> Any:
        return _column(ctx).icontains(ctx.value, autoescape=True)


class Equals(TextFilter):
    name, label = "eq", "is exactly"

    def apply(self, ctx: FilterApplyContext) -> Any:
        return _column(ctx) == ctx.value


class NumberFilter(BaseFilter):
    data_type = FilterDataType.NUMBER

    def parse_value(self, raw: Any) -> int:
        return whole_number(raw)


class NumberIs(NumberFilter):
    name, label = "eq", "is"

    def apply(self, ctx: FilterApplyContext) -> Any:
        return _column(ctx) == ctx.value


class AtLeast(NumberFilter):
    name, label = "gte", "is at least"

    def apply(self, ctx: FilterApplyContext) -> Any:
        return _column(ctx) >= ctx.value


class AtMost(NumberFilter):
    name, label = "lte", "is at most"

    def apply(self, ctx: FilterApplyContext) -> Any:
        return _column(ctx) <= ctx.value


class IdIs(NumberFilter):
    """Of what a link leads to."""

    name, label = "id", "has the number"

    def apply(self, ctx: FilterApplyContext) -> Any:
        listing = cast(Columned, ctx.view)
        [link] = [one for one in listing.fields if one.name == ctx.field_name]
        assert isinstance(link, Link)
        return listing.columns[link.by] == ctx.value


class ActorIs(TextFilter):
    """By what acted, with an account or without one."""

    name, label = "eq", "is (user, guest, worker, gateway, …)"

    def apply(self, ctx: FilterApplyContext) -> Any:
        return cast(Columned, ctx.view).columns["actor"] == ctx.value.casefold()


class AccountIs(NumberFilter):
    """By the number of the account that acted."""

    name, label = "id", "is the account with the number"

    def apply(self, ctx: FilterApplyContext) -> Any:
        return _column(ctx) == ctx.value


class MomentFilter(BaseFilter):
    data_type = FilterDataType.DATETIME

    def parse_value(self, raw: Any) -> datetime:
        return moment(raw)


class From(MomentFilter):
    name, label = "gte", "is at or after"

    def apply(self, ctx: FilterApplyContext) -> Any:
        return _column(ctx) >= ctx.value


class Until(MomentFilter):
    name, label = "lt", "is before"

    def apply(self, ctx: FilterApplyContext) -> Any:
        return _column(ctx) < ctx.value


class IsOneOf(BaseFilter):
    name, label, data_type = "in", "is one of", FilterDataType.ENUM

    def parse_value(self, raw: Any) -> list[str]:
        listed = raw if isinstance(raw, list | tuple) else str(raw).split(",")
        return [str(one).strip() for one in listed]

    def apply(self, ctx: FilterApplyContext) -> Any:
        return _column(ctx).in_(ctx.value)


class Empty(BaseFilter):
    name, label, data_type = "is_null", "is empty", FilterDataType.NONE

    def apply(self, ctx: FilterApplyContext) -> Any:
        return _column(ctx).is_(None)


class Filled(BaseFilter):
    name, label, data_type = "is_not_null", "is not empty", FilterDataType.NONE

    def apply(self, ctx: FilterApplyContext) -> Any:
        return _column(ctx).is_not(None)


class Yes(BaseFilter):
    name, label, data_type = "is_true", "is true", FilterDataType.NONE

    def apply(self, ctx: FilterApplyContext) -> Any:
        return _column(ctx).is_(True)


class No(BaseFilter):
    name, label, data_type = "is_false", "is false", FilterDataType.NONE

    def apply(self, ctx: FilterApplyContext) -> Any:
        return _column(ctx).is_(False)


class Filters(FilterRegistry):
    """Which filters a field of each kind has; one of another kind has none."""

    @filters(StringField)
    def of_words(self, field: BaseField) -> list[type[BaseFilter]]:
        return [Contains, Equals]

    @filters(Link)
    def of_links(self, field: BaseField) -> list[type[BaseFilter]]:
        return [Contains, IdIs]

    @filters(Who)
    def of_actors(self, field: BaseField) -> list[type[BaseFilter]]:
        return [ActorIs, AccountIs]

    @filters(Number)
    def of_numbers(self, field: BaseField) -> list[type[BaseFilter]]:
        return [NumberIs, AtLeast, AtMost]

    @filters(DateTimeField)
    def of_moments(self, field: BaseField) -> list[type[BaseFilter]]:
        return [From, Until, Empty, Filled]

    @filters(EnumField)
    def of_statuses(self, field: BaseField) -> list[type[BaseFilter]]:
        return [IsOneOf]

    @filters(BooleanField)
    def of_yes_and_no(self, field: BaseField) -> list[type[BaseFilter]]:
        return [Yes, No]


def clause_of(group: FilterGroup, view: Any) -> Clause | None:
    """The whole tree of rules as one condition; None where it has no rules."""
    registry: FilterRegistry = view.get_filter_registry()
    by_name = {one.name: one for one in view.fields}

    def one(rule: FilterGroup | FilterRule) -> Clause | None:
        if isinstance(rule, FilterGroup):
            return clause_of(rule, view)
        chosen = registry.get_filter(by_name[rule.field], rule.filter)
        if chosen is None:
            return None
        given = FilterApplyContext(query=None, field_name=rule.field, value=rule.value, view=view)
        return cast(Clause, chosen().apply(given))

    clauses = [clause for rule in group.rules if (clause := one(rule)) is not None]
    if not clauses:
        return None
    return or_(*clauses) if group.logic == "or" else and_(*clauses)


def _column(asked: FilterApplyContext) -> ColumnElement[Any]:
    return cast(Columned, asked.view).columns[asked.field_name]
