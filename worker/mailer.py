"""How mail leaves the house: as files, to the console, or by SMTP (see smtp.py).

A message is put together by hand, in a fraction of the time that the standard library's policies
take: a worker that shares its process with requests writes many of them.
"""

import asyncio
import os
import re
import sys
import time
from binascii import b2a_qp
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from secrets import token_bytes
from typing import Protocol
from uuid import uuid4

from app.domain.desk import Desk

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# RFC 5322 lets no line be longer than 998 characters.
_LONGEST_LINE = 990
# What needs neither quotes nor encoding in a header, and of what length it needs no folding.
_PLAIN = re.compile(r"[A-Za-z0-9 ]+")
_UNFOLDED = 60
_LEFT_OVER_AFTER = 3600.0
# Mails hold links by which their reader proves who they are.
_OWNER_ALONE = 0o700
_SECRET = token_bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is said, to whom; the texts are in both forms that mail programs show."""

    to_name: str
    to_address: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A letter ready to go. `name` is the same whenever the same message is handled again."""

    name: str
    sender: str
    recipient: str
    content: bytes


class Mailer(Protocol):
    """Raises Hopeless when it can never succeed, anything else when it may later."""

    async def send(self, envelope: Envelope) -> None: ...

    async def close(self) -> None: ...


def one_line(text: str) -> str:
    """The text without line breaks and other control characters."""
    if text.isprintable():
        return text.strip()
    return _CONTROL.sub(" ", text).strip()


def seal(letter: Letter, *, name: str, number: int, sender: str, now: datetime) -> Envelope:
    """The message as it travels; its Message-ID is that of the outbox row `number`."""
    sender_address, sender_mailbox, domain = _sender(sender)
    recipient = one_line(letter.to_address).replace(" ", "")
    boundary = _boundary(number)
    head = [
        f"From: {sender_mailbox}",
        f"To: {_mailbox(letter.to_name, recipient)}",
        f"Subject: {_encoded(letter.subject, 'Subject')}",
        f"Date: {_date(now.replace(microsecond=0))}",
        f"Message-ID: <outbox-{number}@{domain}>",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
    ]
    content = b"".join(
        (
            "\r\n".join([*head, ""]).encode(),
            _part(boundary, "plain", letter.text),
            _part(boundary, "html", letter.html),
            f"\r\n--{boundary}--\r\n".encode(),
        )
    )
    return Envelope(name=name, sender=sender_address, recipient=recipient, content=content)


class FileMailer:
    """One `.eml` file per message, for its owner alone; handled again, it replaces its file.

    What is sent while others are written is written together, next, beside the event loop.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_ready = False
        self._desk: Desk[Envelope, None] = Desk(self._serve)

    async def send(self, envelope: Envelope) -> None:
        await self._desk.ask(envelope)

    async def close(self) -> None:
        """Nothing is held open."""

    async def _serve(self, envelopes: Sequence[Envelope]) -> Sequence[None]:
        await asyncio.to_thread(self._write, envelopes)
        return [None] * len(envelopes)

    def _write(self, envelopes: Sequence[Envelope]) -> None:
        if not self._is_ready or not self._folder.is_dir():
            self._folder.mkdir(_OWNER_ALONE, parents=True, exist_ok=True)
            # One that was there before may be open to others; not every disk can close it.
            with suppress(PermissionError):
                self._folder.chmod(_OWNER_ALONE)
            tidy(self._folder, time.time())
            self._is_ready = True
        folder, batch = str(self._folder), uuid4().hex
        for envelope in envelopes:
            draft = f"{folder}/.{envelope.name}.{batch}.part"
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(envelope.content)
            # At any moment there is the whole file or none.
            os.replace(draft, f"{folder}/{envelope.name}.eml")


class ConsoleMailer:
    """Shows messages where the worker runs."""

    async def send(self, envelope: Envelope) -> None:
        sys.stdout.write(envelope.content.decode(errors="replace").replace("\r\n", "\n") + "\n")
        sys.stdout.flush()

    async def close(self) -> None:
        """Nothing is held open."""


def tidy(folder: Path, now: float) -> int:
    """Remove drafts that a killed worker left behind; returns how many."""
    removed = 0
    for path in folder.glob(".*.part"):
        # A draft that is gone by now has become a message, or somebody else tidies too.
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < now - _LEFT_OVER_AFTER:
                path.unlink()
                removed += 1
    return removed


@lru_cache(maxsize=16)
def _sender(sender: str) -> tuple[str, str, str]:
    """The address of whoever sends, how it stands in the head, and its domain."""
    name, address = parseaddr(one_line(sender))
    return address, _mailbox(name, address), address.rpartition("@")[2] or "localhost"


@lru_cache(maxsize=16)
def _date(second: datetime) -> str:
    return format_datetime(second)


def _mailbox(name: str, address: str) -> str:
    name = one_line(name)
    if not name:
        return address
    if _PLAIN.fullmatch(name) and address.isascii():
        return f"{name} <{address}>"
    if not address.isascii():
        # Such an address travels as UTF-8 anyway, and with it its name.
        return f'"{name.translate(_QUOTED)}" <{address}>'
    if name.isascii():
        return formataddr((name, address))
    return f"{_encoded(name, 'From')} <{address}>"


_QUOTED = str.maketrans({'"': r"\"", "\\": r"\\"})


def _encoded(text: str, header: str) -> str:
    text = one_line(text)
    if len(text) <= _UNFOLDED and text.isascii() and "=?" not in text:
        return text
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, header_name=header).encode(linesep="\r\n")


def _boundary(number: int) -> str:
    """What nobody can have written into a mail beforehand."""
    return f"=_{blake2b(b'%d' % number, key=_SECRET, digest_size=16).hexdigest()}"


def _part(boundary: str, kind: str, text: str) -> bytes:
    body = text.encode(errors="replace")
    if body.isascii() and max(map(len, body.split(b"\n"))) < _LONGEST_LINE:
        encoding = "7bit"
    else:
        encoding, body = "quoted-printable", b2a_qp(body, istext=True)
    head = (
        f"\r\n--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode() + b"\r\n".join(body.splitlines())
