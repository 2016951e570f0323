"""The payment gateway: asks a payment's provider, and reports by a signed callback over HTTP.

What a provider says of a payment follows from its id and the gateway's key alone: however often it
is asked, it decides the same, so a repeated message cannot settle a payment in two ways.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hmac import digest
from typing import TYPE_CHECKING, Protocol

from app.domain.payments import Method, Outcome
from app.domain.times import utc_now
from app.signing import signed
from worker.outbox import Hopeless

if TYPE_CHECKING:
    import httpx

_REASONS = ("The card was declined.", "The balance is too low.", "The card has expired.")
# The receiver says that it will never take this message.
_NEVER = frozenset({400, 401, 404})
_SECONDS, _CONNECT_SECONDS = 4.0, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    outcome: Outcome
    reason: str = ""


class Provider(Protocol):
    """Whoever can say whether a payment succeeds, and says the same when asked again."""

    def decide(self, payment_id: int, wanted: str | None) -> Decision: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """Draws lots: so many in a hundred succeed. In test mode it grants wishes."""

    key: bytes
    success_rate: float

    def decide(self, payment_id: int, wanted: str | None) -> Decision:
        return decide(payment_id, wanted, self.key, self.success_rate)


class Mock:
    """Says yes, whoever asks and whatever they wish."""

    def decide(self, payment_id: int, wanted: str | None) -> Decision:
        return Decision(outcome=Outcome.PAID)


class CallbackFailed(Exception):
    """The callback was not taken this time."""


class Gateway:
    """`signing_key` signs the callbacks, `deciding_key` draws the outcomes.

    Without a `callback_url` of its own it reports to where each payment asks it to.
    """

    def __init__(
        self,
        callback_url: str | None,
        signing_key: bytes,
        deciding_key: bytes,
        success_rate: float,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._callback_url = callback_url
        self._signing_key = signing_key
        self._deciding_key = deciding_key
        self._providers: Mapping[Method, Provider] = {
            Method.SIMULATED: Simulated(key=deciding_key, success_rate=success_rate),
            Method.MOCK: Mock(),
        }
        self._now = now
        self._client: httpx.AsyncClient | None = None

    async def settle(
        self,
        payment_id: int,
        wanted: str | None,
        asked_url: str = "",
        method: Method = Method.SIMULATED,
    ) -> None:
        """Ask the provider and report. Raises Hopeless when the report will never be taken."""
        import httpx  # noqa: PLC0415 (large, and only for payments)

        url = self._callback_url or asked_url
        if not url:
            raise Hopeless("Nobody has said where to report: set PLENARY_CALLBACK_URL.")
        decision = self._providers[method].decide(payment_id, wanted)
        now = self._now()
        body = report(payment_id, decision, now)
        headers = signed(self._signing_key, f"pay_{payment_id}", now, body)
        headers["content-type"] = "application/json"
        try:
            answer = await self._connected().post(url, content=body, headers=headers)
        except httpx.TransportError as error:
            raise CallbackFailed(f"{url} cannot be reached: {error}") from error
        if answer.is_success:
            return
        reason = f"The callback was answered with {answer.status_code}: {answer.text[:300]}"
        if answer.status_code in _NEVER:
            raise Hopeless(reason)
        raise CallbackFailed(reason)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    def _connected(self) -> "httpx.AsyncClient":
        """Made for the first payment; the callback is our own house's: no proxy of the
        environment comes in between.
        """
        import httpx  # noqa: PLC0415

        if self._client is None:
            timeout = httpx.Timeout(_SECONDS, connect=_CONNECT_SECONDS)
            self._client = httpx.AsyncClient(timeout=timeout, trust_env=False)
        return self._client


def decide(payment_id: int, wanted: str | None, key: bytes, success_rate: float) -> Decision:
    """What becomes of a payment: as was asked in test mode, or as the key draws it."""
    drawn = digest(key, b"payment %d" % payment_id, "sha256")
    chance = int.from_bytes(drawn[:7], "big") / 2**56
    outcome = Outcome(wanted) if wanted else _drawn(chance < success_rate)
    if outcome is Outcome.PAID:
        return Decision(outcome=outcome)
    return Decision(outcome=outcome, reason=_REASONS[drawn[7] % len(_REASONS)])


def report(payment_id: int, decision: Decision, now: datetime) -> bytes:
    """The body of the callback."""
    data: dict[str, object] = {"payment_id": payment_id, "outcome": decision.outcome.value}
    if decision.reason:
        data["reason"] = decision.reason
    timestamp = now.isoformat().replace("+00:00", "Z")
    event = {"type": "payment.settled", "timestamp": timestamp, "data": data}
    return json.dumps(event, separators=(",", ":")).encode()


def _drawn(success: bool) -> Outcome:
    return Outcome.PAID if success else Outcome.FAILED
