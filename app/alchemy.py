"""SQLAlchemy's asynchronous engines, without its ORM: 6 MiB that nobody here uses."""

from app.lean import only_parts_of

with only_parts_of("sqlalchemy.ext.asyncio"):
    from sqlalchemy.ext.asyncio.engine import (
        AsyncConnection,
        AsyncEngine,
        create_async_engine,
    )

__all__ = ["AsyncConnection", "AsyncEngine", "create_async_engine"]
