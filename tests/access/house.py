"""The running application over one scene, to which every request comes as if it were the first."""

import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.repositories.tables import metadata
from app.throttle import Throttle
from tests.access.rows import ROLES, STRANGERS, Json, Row, filled, path_of
from tests.access.scene import DRAFT, PRIVATE, Scene
from tests.serving import Served

# The log of requests is written beside them.
TABLES = [table for table in metadata.sorted_tables if table.name != "request_logs"]
_BY_TRIGGERS = {"registration_tallies", "trail"}
_GUARD = "ALTER TABLE trail {} TRIGGER trail_is_kept"
_BROWSING = "/admin"
PICTURE = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADUlEQVR4nGM4wQAEJwAFfwGRzv1XIQAAAABJRU5ErkJggg=="
)

_DIGESTS = text(
    " UNION ALL ".join(
        f"SELECT '{table.name}', md5(string_agg(line, '' ORDER BY line))"
        f" FROM (SELECT CAST(one AS text) AS line FROM {table.name} one) lines"
        for table in TABLES
    )
)


class House:
    """Keeps a copy of the scene in the database, and puts it back where something was changed."""

    def __init__(self, app: Served, engine: AsyncEngine, scene: Scene) -> None:
        self.app = app
        self.scene = scene
        self._untouched = False
        self._engine = engine
        self._kept: Mapping[str, str] = {}
        self._counted: Sequence[tuple[str, int]] = ()

    async def keep(self) -> None:
        """Take the scene as it is now for the one that every request meets."""
        async with self._engine.begin() as connection:
            await connection.execute(text("CREATE SCHEMA kept"))
            for table in TABLES:
                copy = f"CREATE TABLE kept.{table.name} AS TABLE {table.name}"
                await connection.execute(text(copy))
            found = await connection.execute(
                text(
                    "SELECT format('%I.%I', schemaname, sequencename), last_value"
                    " FROM pg_sequences WHERE sequencename LIKE '%\\_id\\_seq'"
                )
            )
            self._counted = [(name, last or 0) for name, last in found]
        self._kept = await self.digests()

    async def digests(self) -> Mapping[str, str]:
        """What each table holds, in short."""
        async with self._engine.connect() as connection:
            return dict(iter(await connection.execute(_DIGESTS)))

    def told(self, text: str, role: str) -> list[str]:
        """What stands there though it is no business of theirs."""
        hidden = [DRAFT, "brought@example.com"]
        if role in STRANGERS:
            hidden += [PRIVATE, "attendee@example.com"]
            hidden += [str(self.scene.names[name]) for name in ("ticket_code", "transaction")]
        elif role != "attendee":
            hidden = []
        return [secret for secret in hidden if re.search(rf"(?<!\w){re.escape(secret)}", text)]

    async def changed(self) -> list[str]:
        """The tables that are not as they were in the scene."""
        now = await self.digests()
        found = [name for name, digest in now.items() if digest != self._kept[name]]
        self._untouched = not found
        return found

    async def lines(self, name: str) -> list[str]:
        """The rows of a table, as JSON."""
        async with self._engine.connect() as connection:
            found = await connection.execute(
                text(f"SELECT CAST(to_jsonb(one) AS text) FROM {name} one")
            )
            return list(found.scalars())

    async def restore(self) -> None:
        """Put the scene back, unless nothing happened; ids go on from where they were, too."""
        self.app.runtime.throttle = Throttle(writes=0, logins_of_account=0, logins_of_address=0)
        if self._untouched:
            return
        async with self._engine.begin() as connection:
            raw = await connection.get_raw_connection()
            assert raw.driver_connection is not None
            await raw.driver_connection.execute(self._restoring)
        self._untouched = True

    @property
    def _restoring(self) -> str:
        """One script, sent in one go."""
        emptied = [f"DELETE FROM {table.name}" for table in reversed(TABLES)]
        refilled = []
        # What triggers write is written here, too: it is put back when all else is.
        for table in sorted(TABLES, key=lambda table: table.name in _BY_TRIGGERS):
            if table.name in _BY_TRIGGERS:
                refilled.append(f"DELETE FROM {table.name}")
            names = ", ".join(column.name for column in table.columns if column.computed is None)
            refilled.append(
                f"INSERT INTO {table.name} ({names}) OVERRIDING SYSTEM VALUE"
                f" SELECT {names} FROM kept.{table.name}"
            )
        counted = [
            f"SELECT setval('{name}', {max(last, 1)}, {str(last > 0).lower()})"
            for name, last in self._counted
        ]
        return ";".join(
            [_GUARD.format("DISABLE"), *emptied, *refilled, *counted, _GUARD.format("ENABLE")]
        )

    async def ask(self, row: Row, role: str, more: Json | None = None) -> httpx.Response:
        """Send the request of a row as one of ROLES; `more` goes into its body."""
        assert role in ROLES
        names = self.scene.names
        headers = {**self.scene.headers[role], **row.headers}
        if row.path.startswith(_BROWSING):
            headers |= self.scene.cookies[role]
        sent: dict[str, Any] = {}
        if row.form is not None or row.picture:
            sent["data"] = filled({**(row.form or {}), **(more or {})}, names)
        elif row.body is not None or more:
            sent["json"] = filled({**(row.body or {}), **(more or {})}, names)
        if row.picture:
            sent["files"] = {row.picture: ("picture.png", PICTURE, "image/png")}
        return await self.send(row.method, path_of(row.path, names), headers=headers, **sent)

    async def send(self, method: str, url: str, **sent: Any) -> httpx.Response:
        """Send whatever it is."""
        self._untouched = False
        async with self.app.client() as client:
            return await client.request(method, url, **sent)
