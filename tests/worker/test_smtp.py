"""Mail over SMTP, against a real server on a loopback port."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import aiosmtplib
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.domain.messages import MessageKind
from app.repositories.uow import UnitOfWork
from tests.conftest import settings_for
from tests.processes import free_port
from tests.worker import rows
from tests.worker.conftest import Eventually, Running
from worker.assembly import build
from worker.mailer import Envelope
from worker.outbox import Hopeless
from worker.smtp import CONVERSATIONS, SmtpMailer, SmtpServer


class Postbox:
    """Takes what comes, unless it was told how to answer."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.peers: set[Any] = set()
        self.to_recipients: list[str] = []
        self.to_data: list[str] = []

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.to_recipients:
            return self.to_recipients.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        self.peers.add(session.peer)
        if self.to_data:
            return self.to_data.pop(0)
        self.taken.append(envelope.content)
        return "250 OK"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def controller(postbox: Postbox) -> Iterator[Controller]:
    controller = Controller(postbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop(no_assert=True)


@pytest.fixture
def server(controller: Controller) -> SmtpServer:
    return SmtpServer(host="127.0.0.1", port=controller.port)


def envelope(recipient: str = "john@example.com", subject: str = "x") -> Envelope:
    content = f"Subject: {subject}\r\n\r\nHello\r\n".encode()
    return Envelope(name="1", sender="plenary@x.example", recipient=recipient, content=content)


async def test_one_connection_is_kept(postbox: Postbox, server: SmtpServer) -> None:
    mailer = SmtpMailer(server)
    for _ in range(5):
        await mailer.send(envelope())
    await mailer.close()

    assert len(postbox.taken) == 5
    assert len(postbox.peers) == 1


async def test_several_mails_leave_side_by_side_over_a_few_connections(
    postbox: Postbox, server: SmtpServer
) -> None:
    mailer = SmtpMailer(server)
    await asyncio.gather(*(mailer.send(envelope(subject=str(n))) for n in range(40)))
    await mailer.close()

    assert len({mail.split(b"\r\n")[0] for mail in postbox.taken}) == len(postbox.taken) == 40
    assert 1 < len(postbox.peers) <= CONVERSATIONS


async def test_a_lost_connection_is_made_anew(
    postbox: Postbox, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.smtp._FRESH", 0.0)
    mailer = SmtpMailer(server)
    await mailer.send(envelope())
    [conversation] = mailer._idle
    assert conversation._client is not None
    conversation._client.close()
    await mailer.send(envelope())
    await mailer.close()

    assert len(postbox.taken) == 2


async def test_a_refusal_for_now_may_pass_and_does_not_spoil_the_next(
    postbox: Postbox, server: SmtpServer
) -> None:
    postbox.to_recipients = ["450 try again later"]
    mailer = SmtpMailer(server)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await mailer.send(envelope())
    await mailer.send(envelope())
    await mailer.close()

    assert len(postbox.taken) == 1


@pytest.mark.parametrize("where", ["to_recipients", "to_data"])
async def test_a_refusal_for_good_is_hopeless(
    postbox: Postbox, server: SmtpServer, where: str
) -> None:
    setattr(postbox, where, ["550 nobody of that name"])
    mailer = SmtpMailer(server)
    with pytest.raises(Hopeless, match="550 nobody of that name"):
        await mailer.send(envelope())
    await mailer.send(envelope())
    await mailer.close()

    assert len(postbox.taken) == 1


async def test_an_address_in_another_script_is_sent_where_the_server_can(
    postbox: Postbox, server: SmtpServer
) -> None:
    mailer = SmtpMailer(server)
    await mailer.send(envelope("jörg@example.com"))
    await mailer.close()

    assert len(postbox.taken) == 1


async def test_no_server_may_be_there_later() -> None:
    mailer = SmtpMailer(SmtpServer(host="127.0.0.1", port=free_port()))
    with pytest.raises(aiosmtplib.SMTPConnectError):
        await mailer.send(envelope())
    await mailer.close()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_it_logs_in_where_a_user_is_named(postbox: Postbox) -> None:
    seen: list[LoginPassword] = []

    def allow(_server: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> AuthResult:
        seen.append(data)
        return AuthResult(success=True)

    port = free_port()
    controller = Controller(
        postbox,
        hostname="127.0.0.1",
        port=port,
        authenticator=allow,
        auth_required=True,
        auth_require_tls=False,
    )
    controller.start()
    try:
        mailer = SmtpMailer(
            SmtpServer(host="127.0.0.1", port=port, user="plenary", password="s3cret")
        )
        await mailer.send(envelope())
        await mailer.close()
    finally:
        controller.stop()

    assert seen == [LoginPassword(login=b"plenary", password=b"s3cret")]


@pytest.mark.parametrize(
    ("given", "server"),
    [
        (
            {"smtp_url": "smtp://me:p%40ss@mail.example:2525?starttls=false"},
            SmtpServer(host="mail.example", port=2525, user="me", password="p@ss"),
        ),
        ({"smtp_url": "smtps://mail.example"}, SmtpServer(host="mail.example", port=465, tls=True)),
        (
            {"smtp_host": "mail.example", "smtp_user": "me", "smtp_password": "x"},
            SmtpServer(host="mail.example", port=587, user="me", password="x", starttls=True),
        ),
    ],
)
def test_where_the_server_is(given: dict[str, str], server: SmtpServer) -> None:
    assert SmtpServer.of(settings_for("postgresql://x", **given)) == server


async def test_mails_of_the_outbox_go_out_once_each(
    engine: AsyncEngine,
    uow: Callable[[], UnitOfWork],
    settings: Settings,
    postbox: Postbox,
    server: SmtpServer,
    running: Running,
    eventually: Eventually,
) -> None:
    """A refusal for now is tried again, one for good is given up."""
    registrations = await rows.registrations(engine, 12)
    await rows.announce(engine, MessageKind.REGISTERED, registrations)
    postbox.to_recipients = ["450 later", "550 never"]
    changed = {"smtp_host": server.host, "smtp_port": server.port, "smtp_starttls": False}
    workers = build(settings.model_copy(update=changed), uow)

    async with running(workers, lambda: None):
        await eventually(lambda: _settled(engine))
        await workers.stop()

    assert await rows.states(engine) == {"done": 11, "dead": 1}
    assert len(postbox.taken) == 11
    ids = {line for mail in postbox.taken for line in mail.split(b"\r\n") if b"Message-ID" in line}
    assert len(ids) == 11


async def _settled(engine: AsyncEngine) -> bool:
    return "open" not in await rows.states(engine)
