"""SQL of names: of several kinds of things in one statement."""

from collections.abc import Collection

from sqlalchemy import text

from app.domain.names import Names
from app.repositories.base import Repository

_OF = text(
    "SELECT 'conferences' AS kind, id, name FROM conferences"
    " WHERE id = ANY(CAST(:conferences AS bigint[]))"
    " UNION ALL SELECT 'users', id, coalesce(nullif(btrim(first_name || ' ' || last_name), ''),"
    " username) FROM users WHERE id = ANY(CAST(:users AS bigint[]))"
    " UNION ALL SELECT 'attendees', id, name FROM attendees"
    " WHERE id = ANY(CAST(:attendees AS bigint[]))"
    " UNION ALL SELECT 'slugs', id, slug FROM categories"
    " WHERE id = ANY(CAST(:categories AS bigint[]))"
)


class NamesOf(Repository):
    async def of(
        self,
        *,
        conferences: Collection[int],
        users: Collection[int],
        attendees: Collection[int],
        categories: Collection[int],
    ) -> Names:
        rows = await self._rows(
            _OF,
            {
                "conferences": list(conferences),
                "users": list(users),
                "attendees": list(attendees),
                "categories": list(categories),
            },
        )
        found: dict[str, dict[int, str]] = {}
        for row in rows:
            found.setdefault(row["kind"], {})[row["id"]] = row["name"]
        return Names(**found)

    async def of_user(self, id: int) -> str | None:
        """None where there is no such account."""
        names = await self.of(conferences=(), users=(id,), attendees=(), categories=())
        return names.users.get(id)
