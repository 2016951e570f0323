"""The simulated gateway: what it decides, and how it reports."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from app.config import GATEWAY_SUCCESS_RATE
from app.domain.payments import Method, Outcome
from app.signing import verify
from tests.conftest import settings_for
from worker.assembly import build_gateway
from worker.gateway import CallbackFailed, Decision, Gateway, decide, report
from worker.outbox import Hopeless

KEY = b"a signing key of at least 24 bytes"


class Receiver:
    """Answers callbacks with a status, and keeps what was sent."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.received.append((headers, body))
        writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 2\r\n\r\nok".encode())
        writer.close()


@asynccontextmanager
async def receiving(status: int) -> AsyncIterator[Receiver]:
    receiver = Receiver(status)
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        receiver.url = f"http://127.0.0.1:{port}/api/v1/payments/callback/"
        yield receiver


def gateway(url: str) -> Gateway:
    return Gateway(url, KEY, b"deciding", GATEWAY_SUCCESS_RATE)


async def test_the_callback_is_signed_as_standard_webhooks_define_it() -> None:
    async with receiving(200) as receiver:
        calling = gateway(receiver.url)
        await calling.settle(7, "failed")
        await calling.settle(7, "failed")
        await calling.close()

    for headers, body in receiver.received:
        Webhook(KEY).verify(body, headers)
        assert verify([KEY], headers, body, datetime.now(UTC)) == "pay_7"
        event = json.loads(body)
        assert event["type"] == "payment.settled"
        assert datetime.fromisoformat(event["timestamp"]).tzinfo is not None
        assert event["data"]["payment_id"] == 7
        assert event["data"]["outcome"] == "failed"
        assert event["data"]["reason"]
    first, second = (json.loads(body)["data"] for _, body in receiver.received)
    assert first == second


async def test_a_gateway_that_knows_no_server_reports_to_the_one_that_asked() -> None:
    calling = Gateway(None, KEY, b"deciding", GATEWAY_SUCCESS_RATE)
    async with receiving(200) as receiver:
        await calling.settle(7, None, receiver.url)
    with pytest.raises(Hopeless, match="PLENARY_CALLBACK_URL"):
        await calling.settle(7, None)
    with pytest.raises(CallbackFailed, match="cannot be reached"):
        await calling.settle(7, None, receiver.url)
    await calling.close()
    assert len(receiver.received) == 1


@pytest.mark.parametrize("status", [400, 401, 404])
async def test_what_will_never_be_taken_is_hopeless(status: int) -> None:
    async with receiving(status) as receiver:
        calling = gateway(receiver.url)
        with pytest.raises(Hopeless, match=f"answered with {status}: ok"):
            await calling.settle(7, None)
        await calling.close()


@pytest.mark.parametrize("status", [302, 408, 409, 429, 500, 503])
async def test_what_may_be_taken_later_is_not(status: int) -> None:
    async with receiving(status) as receiver:
        calling = gateway(receiver.url)
        with pytest.raises(CallbackFailed, match=f"answered with {status}: ok"):
            await calling.settle(7, None)
        await calling.close()
    assert len(receiver.received) == 1


def test_eight_in_ten_succeed_and_each_decides_the_same_again() -> None:
    for key in (b"one", b"other", b"seed 1"):
        decisions = [decide(payment, None, key, 0.8) for payment in range(1, 1001)]
        paid = sum(decision.outcome is Outcome.PAID for decision in decisions)
        assert 750 <= paid <= 850
        assert decisions == [decide(payment, None, key, 0.8) for payment in range(1, 1001)]
    assert decide(1, None, b"one", 0.0).outcome is Outcome.FAILED
    assert decide(1, None, b"one", 1.0).outcome is Outcome.PAID


@pytest.mark.parametrize("payment_id", range(1, 30))
def test_a_wish_wins_and_a_failure_has_a_reason(payment_id: int) -> None:
    assert decide(payment_id, "paid", b"k", 0.8) == Decision(outcome=Outcome.PAID)
    failed = decide(payment_id, "failed", b"k", 0.8)
    assert failed.outcome is Outcome.FAILED
    # The answer of seed 000 holds only one of the two words.
    assert failed.reason
    assert "paid" not in failed.reason.lower()


async def test_the_mock_always_says_yes_whatever_is_wished() -> None:
    async with receiving(200) as receiver:
        calling = Gateway(receiver.url, KEY, b"deciding", 0.0)
        for wanted in (None, "failed"):
            await calling.settle(7, wanted, method=Method.MOCK)
        await calling.settle(7, None, method=Method.SIMULATED)
        await calling.close()
    outcomes = [json.loads(body)["data"]["outcome"] for _, body in receiver.received]
    assert outcomes == ["paid", "paid", "failed"]


def test_a_success_is_reported_without_a_reason() -> None:
    body = report(7, Decision(outcome=Outcome.PAID), datetime(2027, 8, 1, tzinfo=UTC))
    assert json.loads(body) == {
        "type": "payment.settled",
        "timestamp": "2027-08-01T00:00:00Z",
        "data": {"payment_id": 7, "outcome": "paid"},
    }


async def test_a_seed_makes_installations_decide_alike() -> None:
    def outcomes(**given: object) -> list[Outcome]:
        key = build_gateway(settings_for("postgresql://x", **given))._deciding_key
        return [decide(payment, None, key, 0.8).outcome for payment in range(100)]

    secrets = [f"{letter}1c0ba5e7d4e4f7e9a6b2f0d83c5a917c2" for letter in "ab"]
    seeded = [outcomes(secret_key=secret, gateway_seed=7) for secret in secrets]
    unseeded = [outcomes(secret_key=secret) for secret in secrets]
    assert seeded[0] == seeded[1]
    assert unseeded[0] != unseeded[1]
