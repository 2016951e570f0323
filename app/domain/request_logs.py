"""Request logs: who asked what, and what became of it (seed 000 §5.5).

They cost a request nothing it waits for: entries are gathered here and written in bulk.
"""

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from app.domain.access import Caller, ensure_admin
from app.domain.pages import Page, PageRequest

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork

MASKED = "***"
LONGEST_TEXT = 2000
# Two processes at full speed need minutes without a database to fill it.
MOST_WAITING = 20_000
MOST_AT_ONCE = 500
# Requests go on after so many have been told of.
_TOLD_AT_ONCE = 50
_SECRET_WORDS = frozenset(
    (
        "key",
        "apikey",
        "signature",
        "sig",
        "auth",
        "authorization",
        "code",
        "jwt",
        "access",
        "refresh",
    )
)
_SECRET_PARTS = ("token", "passw", "pwd", "secret", "credential")
_WORD = re.compile(r"[a-z0-9]+")
# Whoever knows what follows may read somebody's calendar: also where it is not quite the address.
_SECRET_END = re.compile(r"(calendars?/+)[^/](?:.*[^/])?(/*)$", re.IGNORECASE | re.DOTALL)
# As long as a secret of ours: no name is, and no ticket's code.
_LONG = r"[\w-]{40,}"
# Looked for from where a word begins: from each of its letters, a long one would cost its square.
_PERSONAL = r"(?<![^\s/@＠﹫])[^\s/@＠﹫]+[@＠﹫][^\s/]*"
_SECRET_SEGMENT = re.compile(f"{_PERSONAL}|{_LONG}")
_SECRET_VALUE = re.compile(f"{_PERSONAL}|{_LONG}|calendars?/+[^/]", re.IGNORECASE)
_FORGOTTEN_AT_ONCE = 5_000


@dataclass(slots=True, kw_only=True)
class Entry:
    """One request as it was answered; `query` has its secrets masked already."""

    timestamp: datetime
    method: str
    path: str
    query: str
    status: int
    user_id: int | None
    username: str | None
    duration_ms: float
    ip: str
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLog:
    """An entry as it is kept."""

    id: int
    timestamp: datetime
    method: str
    path: str
    query: str
    status: int
    username: str | None
    duration_ms: float
    ip: str
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """`path` is a prefix; `since` is included, `until` is not."""

    method: str | None = None
    status: int | None = None
    username: str | None = None
    path: str | None = None
    request_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def names_a_secret(name: str) -> bool:
    """What goes by such a name is nobody's business."""
    folded = name.casefold()
    return any(part in folded for part in _SECRET_PARTS) or not _SECRET_WORDS.isdisjoint(
        _WORD.findall(folded)
    )


def masked(query: str) -> str:
    """The query string with the values of secrets replaced, and those that hold an address."""
    if not query:
        return ""
    return "&".join(_masked_pair(pair) for pair in query.split("&"))


def masked_path(path: str) -> str:
    """The path with the secret in it replaced, and with addresses."""
    return _SECRET_SEGMENT.sub(MASKED, _SECRET_END.sub(rf"\1{MASKED}\2", path))


def storable(text: str) -> str:
    """The text as a database can hold it: no NUL, no lone surrogates, no novel."""
    if text.isascii() and "\0" not in text and len(text) <= LONGEST_TEXT:
        return text
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode().replace("\0", "�")


async def listed(
    uow: "UnitOfWork", caller: Caller, wanted: LogFilter, page: PageRequest, now: datetime
) -> Page[RequestLog]:
    """Kept entries, newest first; for admins."""
    ensure_admin(caller)
    async with uow.reading() as tx:
        return await tx.request_logs.page(wanted, page, now)


async def store(uow: "UnitOfWork", entries: Sequence[Entry]) -> None:
    """Keep entries."""
    async with uow as tx:
        await tx.request_logs.add(entries)


async def forget(uow: "UnitOfWork", before: datetime) -> int:
    """Drop entries from before that time, in bites; returns how many."""
    forgotten = 0
    while True:
        async with uow as tx:
            bite = await tx.request_logs.forget(before, _FORGOTTEN_AT_ONCE)
        forgotten += bite
        if bite < _FORGOTTEN_AT_ONCE:
            return forgotten


class LogBuffer:
    """Gathers entries and hands them on in bulk, at most `every` seconds later.

    While they cannot be kept they wait; beyond `most` the oldest are given up and counted.
    `told` hears of each entry once, whether or not it can be kept.
    """

    def __init__(
        self,
        keep: Callable[[Sequence[Entry]], Awaitable[None]],
        complain: Callable[[int, Exception | None], None],
        *,
        told: Callable[[Sequence[Entry]], None] = lambda entries: None,
        every: float = 0.5,
        most: int = MOST_WAITING,
    ) -> None:
        self._keep = keep
        self._complain = complain
        self._told = told
        self._every = every
        self._most = most
        self._news: deque[Entry] = deque()
        self._waiting: deque[Entry] = deque()
        self._given_up = 0
        self._failing = False
        self._flushing = asyncio.Lock()

    def add(self, entry: Entry) -> None:
        if len(self._news) >= self._most:
            # Only while a flush hangs.
            self._given_up += 1
            return
        self._news.append(entry)

    def __len__(self) -> int:
        return len(self._news) + len(self._waiting)

    async def run(self) -> None:
        """Hand on for ever."""
        while True:
            await asyncio.sleep(self._every)
            await self.flush()

    async def flush(self) -> None:
        """Hand on what is there; what cannot be kept now waits."""
        async with self._flushing:
            await self._tell()
            failure = await self._keep_all()
            self._give_up_oldest()
            if self._given_up or (failure and not self._failing):
                self._complain(self._given_up, failure)
            self._given_up, self._failing = 0, failure is not None

    async def _tell(self) -> None:
        """Tell of what is there, a few at a time, and of as many as have come meanwhile.

        Otherwise more would come than are told of where requests follow one another closely, and
        whoever comes after them would wait for it.
        """
        left = len(self._news)
        while left:
            few = min(_TOLD_AT_ONCE, left) + len(self._news) - left
            some = [self._news.popleft() for _ in range(few)]
            left = len(self._news)
            self._told(some)
            self._waiting.extend(some)
            await asyncio.sleep(0)

    async def _keep_all(self) -> Exception | None:
        while self._waiting:
            some = list(islice(self._waiting, MOST_AT_ONCE))
            try:
                await self._keep(some)
            except Exception as error:
                return error
            for _ in some:
                self._waiting.popleft()
        return None

    def _give_up_oldest(self) -> None:
        while len(self._waiting) > self._most:
            self._waiting.popleft()
            self._given_up += 1


def _masked_pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    plain = unquote_plus(name)
    named = names_a_secret(plain) or "mail" in plain.casefold()
    if value and (named or _is_telling(value)):
        value = MASKED
    return f"{MASKED if _is_telling(name) else name}{equals}{value}"


def _is_telling(written: str) -> bool:
    """Whether it holds an e-mail address or a secret, also as part of an address within it."""
    return _SECRET_VALUE.search(unquote_plus(unquote_plus(written))) is not None
