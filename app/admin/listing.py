"""A noun of the site: a list and a page for each of its rows, read-only, with actions.

Forms, imports and exports are the library's; here they are closed for every noun.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, false, or_, select, true
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin import BaseModelView, RowActionsDisplayType
from starlette_admin.exceptions import ActionFailed
from starlette_admin.filters import FilterGroup, FilterRegistry, FilterValidationError

from app.admin import reading
from app.admin.acting import number_of
from app.admin.entrance import caller_of
from app.admin.filters import Filters, clause_of, whole_number
from app.admin.reading import MOST_COUNTED, AnyRow, AnySelect, Clause, literal
from app.domain.access import Caller
from app.domain.errors import DomainError, NotFound
from app.repositories.tables import conferences


class Listing(BaseModelView):
    """Reads `source`; `columns` has the column behind each field, and whatever those need besides.

    What is gone (`living`) is not listed, and still has its page for whoever follows a link.
    """

    source: ClassVar[FromClause]
    columns: ClassVar[Mapping[str, ColumnElement[Any]]]
    searched: ClassVar[Sequence[str]] = ()
    codes: ClassVar[Sequence[str]] = ()
    living: ClassVar[Clause] = true()
    for_admins: ClassVar[bool] = False
    # Lists of other nouns about this one: the noun, and its link that leads here.
    related: ClassVar[Sequence[tuple[str, str]]] = ()
    # What the trail calls one of these; nothing where no trail is left.
    noted_as: ClassVar[str] = ""

    pk_attr = "id"
    fields_default_sort = [("id", True)]
    page_size = 25
    page_size_options: Sequence[int] = (25, 50, 100)
    exporters = ()
    importers = ()
    actions: Sequence[str] | None = ()
    row_actions: Sequence[str] | None = ("view",)
    row_actions_display_type = RowActionsDisplayType.ICON_LIST
    # Its button works by a script in an attribute, which the pages' policy forbids.
    column_visibility = False
    detail_template = "noun.html"
    most_counted = MOST_COUNTED

    def sight(self, caller: Caller) -> Clause:
        """Which rows this caller sees: `source` has the conference on which they hang."""
        return true() if caller.is_admin else conferences.c.organizer_id == caller.user_id

    def is_accessible(self, request: Request) -> bool:
        return not self.for_admins or caller_of(request).is_admin

    def can_create(self, request: Request) -> bool:
        return False

    def can_edit(self, request: Request) -> bool:
        return False

    def can_delete(self, request: Request) -> bool:
        return False

    def can_export(self, request: Request) -> bool:
        return False

    def can_import(self, request: Request) -> bool:
        return False

    def get_filter_registry(self) -> FilterRegistry:
        return Filters()

    def offers(self, name: str, row: Any, caller: Caller) -> bool:
        """Whether an action is worth showing beside a row; the rules are asked when it is taken."""
        return True

    async def find_all(
        self,
        request: Request,
        skip: int = 0,
        limit: int = 100,
        q: str | None = None,
        sorts: Sequence[tuple[str, str]] | None = None,
        filters: FilterGroup | None = None,
    ) -> Sequence[AnyRow]:
        if skip > MOST_COUNTED:
            return []
        order = [
            self.columns[name].desc() if way == "desc" else self.columns[name].asc()
            for name, way in (sorts or ())
        ]
        statement = self._narrowed(self._whole(request).where(self.living), q, filters)
        statement = statement.order_by(*order, self.columns["id"].desc())
        page = await reading.rows(request, statement.offset(literal(skip)).limit(literal(limit)))
        if len(page) < limit and (page or not skip):
            request.state.listed = skip + len(page)
        return page

    async def count(
        self, request: Request, q: str | None = None, filters: FilterGroup | None = None
    ) -> int:
        listed: int | None = getattr(request.state, "listed", None)
        if listed is not None:
            # The page just read was the last one: nothing is left to be counted.
            return listed
        ids = select(self.columns["id"]).select_from(self.source)
        seen = ids.where(self.sight(caller_of(request)), self.living)
        return await reading.counted(request, self._narrowed(seen, q, filters))

    async def find_by_pk(self, request: Request, pk: Any) -> AnyRow | None:
        try:
            id = number_of(pk)
        except NotFound:
            return None
        found = await reading.rows(request, self._whole(request).where(self.columns["id"] == id))
        return found[0] if found else None

    async def find_by_pks(self, request: Request, pks: list[Any]) -> Sequence[AnyRow]:
        ids = [number_of(pk) for pk in pks]
        return await reading.rows(request, self._whole(request).where(self.columns["id"].in_(ids)))

    async def get_row_actions_for_obj(self, request: Request, obj: Any) -> list[dict[str, Any]]:
        offered = await super().get_row_actions_for_obj(request, obj)
        caller = caller_of(request)
        return [one for one in offered if self.offers(one["name"], obj, caller)]

    async def handle_row_action(self, request: Request, pk: Any, name: str) -> Response | None:
        try:
            return await super().handle_row_action(request, pk, name)
        except DomainError as refusal:
            raise ActionFailed(refusal.message) from refusal

    async def handle_action(self, request: Request, selection: Any, name: str) -> Response | None:
        try:
            return await super().handle_action(request, selection, name)
        except DomainError as refusal:
            raise ActionFailed(refusal.message) from refusal

    async def the_row(self, request: Request, pk: Any) -> AnyRow:
        """The row an action is about. Raises NotFound where the caller sees none."""
        row = await self.find_by_pk(request, pk)
        if row is None:
            raise NotFound
        return row

    def _whole(self, request: Request) -> AnySelect:
        named = [column.label(name) for name, column in self.columns.items()]
        return select(*named).select_from(self.source).where(self.sight(caller_of(request)))

    def _narrowed(
        self, statement: AnySelect, q: str | None, filters: FilterGroup | None
    ) -> AnySelect:
        if q is not None:
            statement = statement.where(self._matching(q.strip()))
        clause = None if filters is None else clause_of(filters, self)
        return statement if clause is None else statement.where(clause)

    def _matching(self, q: str) -> Clause:
        """Rows whose words hold this, whose number it is, or whose code."""
        clauses = [self.columns[name].icontains(q, autoescape=True) for name in self.searched]
        with suppress(FilterValidationError):
            clauses.append(self.columns["id"] == whole_number(q))
        with suppress(ValueError):
            clauses += [self.columns[name] == str(UUID(q)) for name in self.codes]
        return or_(false(), *clauses)
