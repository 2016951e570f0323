"""Where a database stands in its log: written up to there, or replayed from another's."""

from dataclasses import dataclass

from sqlalchemy import text

from app.alchemy import AsyncEngine

_STANDS = text(
    "SELECT pg_is_in_recovery() AS replays, CAST(CASE WHEN pg_is_in_recovery()"
    " THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END - '0/0' AS bigint)"
    " AS bytes, has_function_privilege('pg_control_system()', 'execute') AS tells"
)
_SYSTEM = text("SELECT system_identifier FROM pg_control_system()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`system` is the number that a cluster shares with its replicas, where one may read it."""

    replays: bool
    bytes: int
    system: int | None


async def place_of(engine: AsyncEngine) -> Place:
    """Where it stands now."""
    async with engine.connect() as connection:
        row = (await connection.execute(_STANDS)).one()
        system: int | None = None
        if row.tells:
            system = (await connection.execute(_SYSTEM)).scalar_one()
    return Place(replays=row.replays, bytes=row.bytes, system=system)
