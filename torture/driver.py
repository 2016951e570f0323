"""The clients: each asks for one thing after another, and repeats what was not answered."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from torture.acknowledgements import Acknowledgements
from torture.client import Answer, Connection
from torture.scene import PEOPLE_PER_CLIENT, SEATS, Place, Scene

V1 = "/api/v1"
_CONTRACT = "/compat/mini-event/api/events"
# Longer than the server lets a statement take is longer than anybody waits.
_PATIENCE = 6.0
_LONGEST_PAUSE = 1.0
# Of an answer, as much as its effect is known by.
_TELLING = (
    "id",
    "status",
    "registration_id",
    "registration",
    "session",
    "amount",
    "refunded_amount",
    "capacity",
    "max_attendees",
    "quantity",
)
_COME_AGAIN = frozenset({"idempotency_in_progress", "conflicting_write"})


@dataclass(slots=True, kw_only=True)
class Tally:
    """What all clients have seen."""

    acknowledged: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    turned_away: int = 0
    repeated: int = 0
    server_errors: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class _Held:
    """A registration as its client knows it."""

    id: int
    place: Place
    who: int | str
    payment: int | None = None
    is_checked_in: bool = False
    is_partly_refunded: bool = False


class Client:
    """Has people of its own, so that what becomes of them is known from its own requests."""

    def __init__(
        self,
        number: int,
        *,
        scene: Scene,
        ports: Sequence[int],
        token: str,
        seed: int,
        kept: Acknowledgements,
        tally: Tally,
        settings: Sequence[Place],
    ) -> None:
        self._number = number
        self._scene = scene
        self._servers = [Connection(port) for port in ports]
        self._at = number
        self._token = token
        self._random = random.Random(f"{seed}/{number}")
        self._kept = kept
        self._tally = tally
        self._settings = settings
        mine = slice(number * PEOPLE_PER_CLIENT, (number + 1) * PEOPLE_PER_CLIENT)
        self._people = scene.people[mine]
        self._holding: list[_Held] = []
        self._acts: dict[Callable[[], Awaitable[None]], int] = {
            self._register: 34,
            self._register_guest: 10,
            self._pay: 16,
            self._cancel: 20,
            self._refund: 5,
            self._move: 8,
            self._check_in: 6,
            self._set_capacity: 1,
        }
        self.is_asking = False

    async def work(self, stop: asyncio.Event) -> None:
        """One request after another until it is time to stop; the last one is answered too."""
        acts, weights = list(self._acts), list(self._acts.values())
        try:
            while not stop.is_set():
                await self._random.choices(acts, weights)[0]()
                await asyncio.sleep(0)
        finally:
            for server in self._servers:
                server.close()

    async def _register(self) -> None:
        place = self._random.choice(self._scene.halls)
        who = self._random.choice(self._people)
        if any(one.who == who and one.place == place for one in self._holding):
            return
        body: dict[str, Any] = place.wish | {"attendee": who}
        if self._random.random() < 0.3:
            body["waitlist"] = True
        answer = await self._write("register", "POST", f"{V1}/registrations/", body)
        self._hold(answer, place, who)

    async def _register_guest(self) -> None:
        """By the contract of the mini event manager, for which nobody logs in."""
        fair = self._random.choice(self._scene.fairs)
        who = f"walkin{self._number}-{self._random.randrange(PEOPLE_PER_CLIENT)}@torture.example"
        if any(one.who == who for one in self._holding):
            return
        body = {"name": "Walk-in", "email": who}
        answer = await self._write("register_guest", "POST", f"{_CONTRACT}/{fair}/register/", body)
        self._hold(answer, Place(conference=fair), who)

    def _hold(self, answer: Answer, place: Place, who: int | str) -> None:
        if answer.is_good:
            made = _data(answer)["id"]
            self._holding.append(_Held(id=made, place=place, who=who))

    async def _pay(self) -> None:
        one = self._pick(lambda one: one.place.is_priced and one.payment is None)
        if one is None:
            return
        method = "mock" if self._random.random() < 0.7 else "simulated"
        body = {"registration_id": one.id, "method": method}
        answer = await self._write("pay", "POST", f"{V1}/payments/process/", body)
        if answer.is_good and _data(answer)["status"] == "Paid":
            one.payment = _data(answer)["id"]
        elif not answer.is_good:
            self._forget_if_over(one, answer)

    async def _refund(self) -> None:
        one = self._pick(lambda one: one.payment is not None)
        if one is None:
            return
        in_part = not one.is_partly_refunded and self._random.random() < 0.5
        body = {"amount": "1.00", "reason": "Torture"} if in_part else {}
        path = f"{V1}/payments/{one.payment}/refunds/"
        answer = await self._write("refund", "POST", path, body)
        if answer.is_good and in_part:
            one.is_partly_refunded = True
        elif answer.is_good:
            self._holding.remove(one)

    async def _cancel(self) -> None:
        one = self._pick()
        if one is None:
            return
        if self._random.random() < 0.5:
            answer = await self._write("cancel", "DELETE", f"{V1}/registrations/{one.id}/", None)
        else:
            path = f"{V1}/registrations/{one.id}/cancel/"
            answer = await self._write("cancel", "POST", path, None)
        if answer.is_good:
            self._holding.remove(one)
        else:
            self._forget_if_over(one, answer)

    async def _move(self) -> None:
        one = self._pick(lambda one: one.place.session is not None and one.payment is None)
        if one is None:
            return
        # To one of the same price: paid or not, it stays what it is.
        beside = self._scene.sessions_beside(one.place)
        others = [place for place in beside if place.is_priced == one.place.is_priced]
        place = self._random.choice(others)
        body = {"session": place.session}
        answer = await self._write("move", "PATCH", f"{V1}/registrations/{one.id}/", body)
        if answer.is_good:
            one.place = place
        else:
            self._forget_if_over(one, answer)

    async def _check_in(self) -> None:
        one = self._pick(lambda one: not one.is_checked_in)
        if one is None:
            return
        ticket = await self._ask("GET", f"{V1}/registrations/{one.id}/ticket/", None, {})
        if not ticket.is_good:
            return
        nonce = str(UUID(int=self._random.getrandbits(128)))
        body = {"code": _data(ticket)["code"], "nonce": nonce}
        answer = await self._write("check_in", "POST", f"{V1}/check-ins/", body)
        one.is_checked_in = answer.is_good

    async def _set_capacity(self) -> None:
        """Each place is set by one client alone: the last number that it was told counts."""
        if not self._settings:
            return
        path, name = self._random.choice(self._settings).setting
        body = {name: self._random.randrange(SEATS // 2, SEATS * 2)}
        await self._write("set_capacity", "PATCH", path, body)

    def _pick(self, fits: Callable[[_Held], bool] = lambda one: True) -> _Held | None:
        fitting = [one for one in self._holding if fits(one)]
        return self._random.choice(fitting) if fitting else None

    def _forget_if_over(self, one: _Held, answer: Answer) -> None:
        """What has expired meanwhile is nobody's business any more."""
        if answer.code in {"hold_expired", "registration_state"}:
            self._holding.remove(one)

    async def _write(self, what: str, method: str, path: str, body: Any) -> Answer:
        """Ask under a key of its own until there is an answer, and write that down."""
        key = f"{self._number}-{self._random.getrandbits(64):016x}"
        tries_before = self._tally.repeated
        answer = await self._ask(method, path, body, {"idempotency-key": key})
        line = {
            "client": self._number,
            "what": what,
            "method": method,
            "path": path,
            "key": key,
            "body": body,
            "status": answer.status,
            "tries": 1 + self._tally.repeated - tries_before,
        }
        if answer.is_good:
            data = _data(answer)
            line["data"] = {name: data[name] for name in _TELLING if name in data}
        else:
            line["code"] = answer.code
        await self._kept.note(line)
        if answer.is_good:
            self._tally.acknowledged[what] += 1
        else:
            self._tally.refused[f"{what}: {answer.status} {answer.code}"] += 1
        return answer

    async def _ask(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        content = None if body is None else json.dumps(body).encode()
        headers = headers | {"content-type": "application/json"}
        if not path.startswith(_CONTRACT):
            headers["authorization"] = f"Bearer {self._token}"
        pause = 0.05
        self.is_asking = True
        while True:
            try:
                server = self._servers[self._at % len(self._servers)]
                answer = await server.ask(
                    method, path, headers=headers, body=content, patience=_PATIENCE
                )
                if not self._is_to_be_repeated(method, path, answer):
                    self.is_asking = False
                    return answer
            except (OSError, EOFError, TimeoutError, ValueError):
                self._tally.unanswered += 1
                self._at += 1
            self._tally.repeated += 1
            await asyncio.sleep(pause * self._random.uniform(0.5, 1.5))
            pause = min(_LONGEST_PAUSE, 2 * pause)

    def _is_to_be_repeated(self, method: str, path: str, answer: Answer) -> bool:
        if answer.status == 503 or answer.code in _COME_AGAIN:
            self._tally.turned_away += 1
            return True
        if answer.status >= 500:
            self._tally.server_errors.append(f"{method} {path}: {answer.status} {answer.body}")
            return True
        return False


def _data(answer: Answer) -> dict[str, Any]:
    """What is answered, in the envelope of the native API or bare."""
    body = answer.body
    if not isinstance(body, dict):
        return {}
    return body["data"] or {} if "data" in body else body
