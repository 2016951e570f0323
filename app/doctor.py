"""`plenary doctor`: checks what an installation needs, and says what to do about the rest."""

import asyncio
import os
import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from app import schema
from app.config import ConfigurationError, Settings
from app.databases import with_database
from app.environment import ensure_data_dir, ensure_secret
from app.preparing import connected
from app.repositories.following import place_of

_PATIENCE = 5.0
# What was written a moment ago is on its way to a replica.
_LOOKS = (0.0, 0.25, 0.75)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was looked at, how it is, and if it is not good, what to do."""

    what: str
    good: bool
    said: str
    hint: str = ""


def examine(settings: Settings) -> Sequence[Finding]:
    """Look at everything, whatever fails on the way."""
    return [
        _data_dir(settings),
        _secret(settings),
        *_database(settings),
        *_replica(settings),
        _redis(settings),
        _mail(settings),
    ]


def table(findings: Sequence[Finding]) -> str:
    """One line each, the hint below what is not good."""
    width = max(len(finding.what) for finding in findings)
    lines = []
    for finding in findings:
        mark = "ok     " if finding.good else "problem"
        lines.append(f"{mark}  {finding.what:<{width}}  {finding.said}")
        if finding.hint and not finding.good:
            lines.append(f"{'':>{width + 11}}{finding.hint}")
    return "\n".join(lines)


def _data_dir(settings: Settings) -> Finding:
    folder = settings.data_dir
    try:
        ensure_data_dir(folder)
    except ConfigurationError as error:
        sentence, _, hint = str(error).rpartition(". ")
        return Finding(what="data directory", good=False, said=sentence, hint=hint)
    return Finding(what="data directory", good=True, said=f"{folder} can be written")


def _secret(settings: Settings) -> Finding:
    kept = settings.data_dir / "secret"
    try:
        ensure_secret(settings.secret_key.get_secret_value())
    except ConfigurationError as error:
        if settings.demo and not settings.secret_key.get_secret_value():
            return Finding(what="secret", good=True, said=f"the demo's own, in {kept}")
        sentence, _, hint = str(error).partition(". ")
        if kept.exists() and not settings.secret_key.get_secret_value():
            hint = f"{hint} Of the demo in {settings.data_dir}: `PLENARY_DEMO=true plenary doctor`."
        return Finding(what="secret", good=False, said=sentence, hint=hint)
    if kept.exists() and os.name == "posix" and kept.stat().st_mode & 0o077:
        said = f"{kept} can be read by others"
        return Finding(what="secret", good=False, said=said, hint=f"chmod 600 {kept}")
    return Finding(what="secret", good=True, said="long enough, and no placeholder")


def _database(settings: Settings) -> Sequence[Finding]:
    kind = "embedded PostgreSQL" if settings.embedded else "PostgreSQL"
    try:
        with with_database(settings, looks=True) as complete:
            version, revision = asyncio.run(_ask_database(complete))
    except Exception as error:
        hint = "Check PLENARY_DATABASE_URL, and that the server runs and lets this user in."
        if settings.embedded:
            hint = (
                "`plenary migrate` makes one under the data directory, or set PLENARY_DATABASE_URL."
            )
        said = _first_line(error)
        return [Finding(what="database", good=False, said=said, hint=hint)]
    behind = schema.is_behind(revision)
    other = "" if revision == schema.head() else f"; this release was made for {schema.head()}"
    return [
        Finding(
            what="database",
            good=version >= 15,
            said=f"{kind} {version}",
            hint="Plenary needs PostgreSQL 15 or newer.",
        ),
        Finding(
            what="migrations",
            good=not behind,
            said=f"at {revision or 'nothing'}{other}",
            hint="Run `plenary migrate`.",
        ),
    ]


async def _ask_database(settings: Settings) -> tuple[int, str | None]:
    async with asyncio.timeout(_PATIENCE), connected(settings, "plenary doctor") as engine:
        revision = await schema.revision(engine)
        return await schema.server_version(engine), revision


def _replica(settings: Settings) -> Sequence[Finding]:
    if settings.database_read_url is None:
        return []
    hint = "Check PLENARY_DATABASE_READ_URL; meanwhile the database itself writes public pages."

    def ask() -> str:
        with with_database(settings, looks=True) as complete:
            return asyncio.run(_ask_replica(complete))

    return [_tried("replica", ask, hint)]


async def _ask_replica(settings: Settings) -> str:
    """How far it is behind; raises ConfigurationError where it does not follow the database."""
    there = settings.model_copy(update={"database_url": settings.database_read_url})
    async with (
        asyncio.timeout(_PATIENCE),
        connected(settings, "plenary doctor") as database,
        connected(there, "plenary doctor") as replica,
    ):
        known = await place_of(replica)
        if not known.replays:
            raise ConfigurationError("it is no replica, but a database of its own")
        written = await place_of(database)
        if None not in (known.system, written.system) and known.system != written.system:
            raise ConfigurationError("it is a replica of another database")
        for pause in _LOOKS:
            await asyncio.sleep(pause)
            known = await place_of(replica)
            if known.bytes >= written.bytes:
                return "follows, and knows all that was written"
    behind = written.bytes - known.bytes
    raise ConfigurationError(f"{behind:,} bytes behind, and no nearer in {sum(_LOOKS):g} s")


def _redis(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return Finding(what="redis", good=True, said="not used: the worker runs in the server")
    url = settings.redis_url.get_secret_value()

    def ask() -> str:
        import redis  # noqa: PLC0415

        with redis.Redis.from_url(url, socket_timeout=_PATIENCE) as client:
            client.ping()
        return f"{urlsplit(url).hostname} answers"

    return _tried("redis", ask, "Check PLENARY_REDIS_URL; without Redis work is only slower.")


def _mail(settings: Settings) -> Finding:
    if settings.mails_by != "smtp":
        where = f"files in {settings.mail_dir}" if settings.mails_by == "file" else "the console"
        return Finding(what="mail", good=True, said=f"goes to {where}")

    def ask() -> str:
        host, port = settings.smtp_host, settings.smtp_port
        if settings.smtp_url is not None:
            url = urlsplit(settings.smtp_url.get_secret_value())
            host, port = url.hostname or "", url.port or port
        with smtplib.SMTP(host, port, timeout=_PATIENCE) as server:
            server.noop()
        return f"{host}:{port} answers"

    return _tried("mail", ask, "Check PLENARY_SMTP_HOST and PLENARY_SMTP_PORT.")


def _tried(what: str, ask: Callable[[], str], hint: str) -> Finding:
    try:
        return Finding(what=what, good=True, said=ask())
    except Exception as error:
        return Finding(what=what, good=False, said=_first_line(error), hint=hint)


def _first_line(error: Exception) -> str:
    named = isinstance(error, ConfigurationError)
    return (str(error) if named else f"{type(error).__name__}: {error}").splitlines()[0]
