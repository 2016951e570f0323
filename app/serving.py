"""Runs the server in this process: how it begins, what its connections bear, and how it ends."""

import asyncio
import logging
import signal
import socket
import time
from asyncio import TimerHandle, Transport
from collections.abc import Callable, Sequence
from types import FrameType

from fastapi import FastAPI

from app import memory
from app.config import Settings
from app.corking import Corked
from app.lean import only_parts_of
from app.main import create_app
from app.middleware.bodies import ARRIVED
from app.middleware.places import Places
from app.readiness import Tell, until_ready
from app.sharing import Acceptor, Share

# Its command line takes click along, and what watches files: 1.6 MiB.
with only_parts_of("uvicorn"):
    from uvicorn.config import Config
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    from uvicorn.server import Server as Uvicorn

logger = logging.getLogger(__name__)

_BACKLOG = 2048
# Longer than clients and proxies keep an idle connection, so that it is they who close it.
_KEEP_ALIVE_SECONDS = 75
# For the head of a request, and for what is left of a body that nobody reads any more.
_REST_SECONDS = 20.0
# Twice what browsers and proxies send at most; one read from the socket may go beyond it.
_LONGEST_HEAD = 65_536
_HEAD_TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)
# Has a process leave to others what comes anew.
RETIRE = signal.SIGUSR1
_RETIRES_WITHIN = 1.0


class Protocol(HttpToolsProtocol):
    """A connection on which a request's head is too long, or comes too slowly, is closed.

    So is one on which the rest of a body still trickles long after the answer was given; and, once
    the server is to stop, each with its next answer, which says so.
    """

    has_ended: Callable[[], object] | None = None
    _due: TimerHandle | None = None
    _head_bytes = 0
    _in_head = True
    _owed = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            # Most heads come whole: no watch is set for those.
            self._wait()
            self._head_bytes += len(data)
            if self._head_bytes > _LONGEST_HEAD:
                self._refuse_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_waiting()
        if self.parser.get_http_version() == "1.1":
            ensure_one_host(self.headers)
        super().on_headers_complete()
        # A mere head is all there is, and leave to go on is not to be held back.
        if self.parser.get_method() != b"HEAD" and not self.cycle.waiting_for_100_continue:
            self.cycle.transport = Corked(self.transport)
        self._owed += 1
        if self.app_state["runtime"].draining:
            self.say_goodbye()

    def on_message_complete(self) -> None:
        self._stop_waiting()
        self.scope["state"][ARRIVED] = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._owed -= 1
        super().on_response_complete()
        if self.cycle.response_complete and self.cycle.more_body:
            self._wait()

    def say_goodbye(self) -> None:
        """The answer that is under way, if there is one, is the last of this connection."""
        if not getattr(self.cycle, "response_complete", True):
            self.cycle.keep_alive = False

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)
        if self.has_ended is not None:
            self.has_ended()

    def _wait(self) -> None:
        if self._due is None:
            self._due = self.loop.call_later(_REST_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _refuse_head(self) -> None:
        """Said where nobody else is being answered on this connection; it ends either way."""
        if not self._owed:
            self.transport.write(_HEAD_TOO_LONG)
        self.transport.close()


def ensure_one_host(headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Whoever asks says of whom, once: proxies in between could disagree on which of two counts."""
    if sum(name == b"host" for name, _ in headers) != 1:
        raise ValueError("a request names one host")


class Server(Uvicorn):
    """Stops in four steps: not ready, and connections end with their next answer; then nobody new
    is let in; then, when all is answered, no more connections; then gone.

    A second signal skips the first steps, a third one the waiting. Told to retire, it leaves new
    connections to the other processes at once, and goes when its own have ended.
    """

    def __init__(
        self,
        settings: Settings,
        config: Config,
        places: Places,
        tell: Tell | None = None,
        share: Share | None = None,
    ) -> None:
        super().__init__(config)
        self._share = share
        self._settings = settings
        self._places = places
        self._tell = tell
        self._telling: asyncio.Task[None] | None = None
        self._leaves_at: float | None = None
        self._is_retiring = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if self._share is None:
            await super().startup(sockets)
        else:
            await super().startup([])
            for listener in sockets or []:
                self._accept_from(listener, self._share)
        if self.started:
            memory.keep_what_stands()
            asyncio.get_running_loop().add_signal_handler(RETIRE, self.retire)
            if self._tell is not None:
                ask = self.lifespan.state["runtime"].not_ready
                self._telling = asyncio.create_task(until_ready(ask, self._tell))

    def _accept_from(self, listener: socket.socket, share: Share) -> None:
        def protocol() -> Protocol:
            made = Protocol(self.config, self.server_state, self.lifespan.state)
            made.has_ended = acceptor.count
            return made

        acceptor = Acceptor(
            listener,
            protocol,
            share,
            lambda: len(self.server_state.connections),
            backlog=self.config.backlog,
        )
        acceptor.start()
        # All that is asked of a server is to close.
        self.servers.append(acceptor)  # type: ignore[arg-type]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._telling is not None:
            self._telling.cancel()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._leaves_at is None and self.started:
            self._drain(self._settings.drains_for(interactive=sig == signal.SIGINT))
        elif not self.should_exit:
            self.should_exit = True
        else:
            self.force_exit = True

    def retire(self) -> None:
        """Another process has taken over: take no new connections, and end the old ones."""
        if self._leaves_at is not None:
            return
        self._is_retiring = True
        for server in self.servers:
            server.close()
        self._drain(max(_RETIRES_WITHIN, self._settings.drains_for(interactive=False)))

    async def on_tick(self, counter: int) -> bool:
        if self._leaves_at is not None:
            now = time.monotonic()
            if self._is_retiring and not self.server_state.connections:
                self.should_exit = True
            elif now >= self._leaves_at:
                self._close(now - self._leaves_at)
        return await super().on_tick(counter)

    def _drain(self, seconds: float) -> None:
        self.lifespan.state["runtime"].draining = True
        for connection in self.server_state.connections:
            assert isinstance(connection, Protocol)
            connection.say_goodbye()
        self._leaves_at = time.monotonic() + seconds

    def _close(self, since: float) -> None:
        """Let nobody in; with the last one out, or when it takes too long, the server ends.

        Until then it listens: those inside may wait for somebody who has yet to come, as whoever
        pays does for the gateway.
        """
        self._places.close()
        graceful = self._settings.graceful_seconds
        if self._places.taken == 0 or since >= graceful:
            self.config.timeout_graceful_shutdown = max(1, graceful - int(since))
            self.should_exit = True


def run(
    settings: Settings,
    bound: socket.socket,
    tell: Tell | None = None,
    create: Callable[[Settings], FastAPI] = create_app,
    share: Share | None = None,
) -> None:
    """Serve in this process until a signal says otherwise; with a share, beside others."""
    memory.give_back()
    app = create(settings)
    config = Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.graceful_seconds,
    )
    Server(settings, config, app.state.places, tell, share).run([bound])
