"""Mail by SMTP, over one connection that is kept."""

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
    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._client: SMTP | None = None
        self._used_at = 0.0
        # An SMTP conversation is about one message at a time.
        self._turn = asyncio.Lock()

    async def send(self, envelope: Envelope) -> None:
        """Raises Hopeless for what the server refuses for good."""
        async with self._turn:
            try:
                client = await self._connected()
                await _hand_over(client, envelope)
                self._used_at = time.monotonic()
            except Hopeless:
                raise
            except BaseException:
                # In whatever state the conversation is: the next one begins anew.
                self._drop()
                raise

    async def close(self) -> None:
        async with self._turn:
            if self._client is not None:
                with suppress(SMTPException, OSError, TimeoutError):
                    await self._client.quit(timeout=2)
            self._drop()

    async def _connected(self) -> SMTP:
        if self._client is not None and await self._is_alive(self._client):
            return self._client
        self._drop()
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

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


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
