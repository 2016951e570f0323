"""Categories over HTTP: read by everybody, written by admins."""

from typing import Annotated, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import categories
from app.domain.categories import Category, CategoryChanges
from app.routers.deps import Me, Now, Uow
from app.routers.fields import Name, PathId, Slug, left_out
from app.routers.v1.envelope import Envelope, ListEnvelope, created, deleted, listed, ok
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented, orderable
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/categories", tags=["Categories"])


class CategoryIn(BaseModel):
    """Without a `slug`, one is made from the name."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "Open Air", "slug": "open-air"}]}
    )

    name: Name
    slug: Slug | None = None


class CategoryPatch(BaseModel):
    """Any part of the fields; the slug stays unless it is named."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "Open Air"}]}
    )

    name: Name = left_out()
    slug: Slug = left_out()

    def changes(self) -> CategoryChanges:
        named = {field: getattr(self, field) for field in self.model_fields_set}
        return cast(CategoryChanges, named)


class CategoryOut(BaseModel):
    """`slug` is the category's name in addresses and filters."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": 1, "name": "Technology", "slug": "technology"}]}
    )

    id: int
    name: str
    slug: str

    @classmethod
    def of(cls, category: Category) -> "CategoryOut":
        return cls(id=category.id, name=category.name, slug=category.slug)


class CategoriesQuery(ListQuery):
    ordering: Annotated[str, orderable("id", "name", "slug")] = "id"


@router.get(
    "/",
    summary="List categories",
    operation_id="listCategories",
    response_model=ListEnvelope[CategoryOut],
    responses=errors(400, 401, 503),
    openapi_extra=documented(CategoriesQuery),
)
async def list_categories(
    request: Request,
    query: Annotated[CategoriesQuery, asked(CategoriesQuery, by_anybody=True)],
    uow: Uow,
) -> Response:
    """All of them; no login is needed."""
    page = await categories.listed(uow, query.page_request())
    return listed([CategoryOut.of(item) for item in page.items], page, request)


@router.post(
    "/",
    summary="Create a category",
    operation_id="createCategory",
    status_code=201,
    response_model=Envelope[CategoryOut],
    responses=errors(400, 401, 403, 409, 422, 429, 503),
)
async def create_category(body: CategoryIn, me: Me, uow: Uow, now: Now) -> Response:
    """For admins."""
    return created(CategoryOut.of(await categories.create(uow, me, body.name, body.slug, now)))


@router.get(
    "/{category_id}/",
    summary="Get a category",
    operation_id="getCategory",
    response_model=Envelope[CategoryOut],
    responses=errors(404, 503),
)
async def get_category(category_id: PathId, uow: Uow) -> Response:
    """One category; no login is needed."""
    return ok(CategoryOut.of(await categories.find(uow, category_id)))


@router.put(
    "/{category_id}/",
    summary="Update a category",
    operation_id="updateCategory",
    response_model=Envelope[CategoryOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
@router.patch(
    "/{category_id}/",
    summary="Update a part of a category",
    operation_id="patchCategory",
    response_model=Envelope[CategoryOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
async def update_category(category_id: PathId, body: CategoryPatch, me: Me, uow: Uow) -> Response:
    """For admins. Takes any part of the fields."""
    return ok(CategoryOut.of(await categories.update(uow, me, category_id, body.changes())))


@router.delete(
    "/{category_id}/",
    summary="Delete a category",
    operation_id="deleteCategory",
    response_model=Envelope[None],
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def delete_category(category_id: PathId, me: Me, uow: Uow) -> Response:
    """For admins, once no conference is of it any more."""
    await categories.delete(uow, me, category_id)
    return deleted()
