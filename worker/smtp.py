"""Mail by SMTP, over a few connections that are kept."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from app.config import Settings
from worker.mailer import Envelope
from worker.outbox import Hopeless

# Few enough for any server; most allow some dozens to each client.
CONVERSATIONS = 8
_TIMEOUT = 10.0
# A connection that was idle for longer may be gone without our knowing.
_FRESH = 5.0
_PERMANENT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where to hand mail over. `tls` from the first byte, or `starttls` after the greeting."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False
    starttls: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "SmtpServer":
        """From `smtp_url` (smtp://user:password@host:587, smtps://…) or the single settings."""
        if settings.smtp_url is None:
            return cls(
                host=settings.smtp_host,
                port=settings.smtp_port,
                user=settings.smtp_user,
                password=settings.smtp_password.get_secret_value(),
                starttls=settings.smtp_starttls,
            )
        url = urlsplit(settings.smtp_url.get_secret_value())
        tls = url.scheme == "smtps"
        wanted = parse_qs(url.query).get("starttls", [str(settings.smtp_starttls)])[-1]
        return cls(
            host=url.hostname or "localhost",
            port=url.port or (465 if tls else settings.smtp_port),
            user=unquote(url.username or ""),
            password=unquote(url.password or ""),
            tls=tls,
            starttls=not tls and wanted.lower() in {"true", "1", "yes", "on"},
        )


class SmtpMailer:
    """Each conversation is about one message at a time; a few are held side by side.

    What a mail takes is mostly waiting for a server that is far away.
    """

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._places = asyncio.Semaphore(CONVERSATIONS)
        # The one used last comes first: when there is little to say, one is enough.
        self._idle: list[_Conversation] = []

    async def send(self, envelope: Envelope) -> None:
        """Raises Hopeless for what the server refuses for good."""
        async with self._places:
            talk = self._idle.pop() if self._idle else _Conversation(self._server)
            try:
                await talk.hand_over(envelope)
            except Hopeless:
                self._idle.append(talk)
                raise
            except BaseException:
                # In whatever state the conversation is: the next one begins anew.
                talk.drop()
                raise
            self._idle.append(talk)

    async def close(self) -> None:
        idle, self._idle = self._idle, []
        for talk in idle:
            await talk.end()


class _Conversation:
    """One connection, made when it is needed."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._client: SMTP | None = None
        self._used_at = 0.0

    async def hand_over(self, envelope: Envelope) -> None:
        client = await self._connected()
        await _hand_over(client, envelope)
        self._used_at = time.monotonic()

    async def end(self) -> None:
        """Take leave, as far as the server listens."""
        if self._client is not None:
            with suppress(SMTPException, OSError, TimeoutError):
                await self._client.quit(timeout=2)
        self.drop()

    def drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None

    async def _connected(self) -> SMTP:
        if self._client is not None and await self._is_alive(self._client):
            return self._client
        self.drop()
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            use_tls=server.tls,
            start_tls=server.starttls,
            timeout=_TIMEOUT,
        )
        self._client = client
        await client.connect()
        return client

    async def _is_alive(self, client: SMTP) -> bool:
        if not client.is_connected:
            return False
        if time.monotonic() - self._used_at < _FRESH:
            return True
        try:
            await client.noop(timeout=2)
        except (SMTPException, OSError, TimeoutError):
            return False
        return True


async def _hand_over(client: SMTP, envelope: Envelope) -> None:
    options = [] if envelope.recipient.isascii() else ["SMTPUTF8", "BODY=8BITMIME"]
    try:
        await client.sendmail(
            envelope.sender, [envelope.recipient], envelope.content, mail_options=options
        )
    except SMTPRecipientsRefused as error:
        for refusal in error.recipients:
            _ensure_may_pass(refusal)
        raise
    except SMTPDataError as error:
        _ensure_may_pass(error)
        raise
    except (SMTPNotSupported, ValueError) as error:
        raise Hopeless(f"The address cannot be written to: {error}") from error


def _ensure_may_pass(refusal: SMTPResponseException) -> None:
    if refusal.code >= _PERMANENT:
        raise Hopeless(f"The mail server refuses it: {refusal.code} {refusal.message}")
