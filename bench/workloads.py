"""What is asked of the server: each workload hands out its requests as ready bytes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle
from uuid import UUID

from app.routers.v1.paths import V1
from app.security import Tokens
from bench import data
from bench.client import encode

CLIENTS = 64
PAGES = data.CONFERENCES // 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """`requests(n)` hands out a round's requests: new ones, at most `n` where each is good once."""

    name: str
    title: str
    requests: Callable[[int], Iterator[bytes]]
    clients: int = CLIENTS
    expected: int = 200
    # The sessions that fill up, for the recount.
    fills: range | None = None


@dataclass(slots=True, kw_only=True)
class Requests:
    """Writes requests in the name of the bench's accounts."""

    tokens: Tokens
    now: datetime
    _known: dict[int, str] = field(default_factory=dict)

    def token(self, user: int) -> str:
        if user not in self._known:
            family = str(UUID(int=user))
            self._known[user] = self.tokens.issue("access", user, family, "bench", self.now)
        return self._known[user]

    def get(self, path: str, user: int) -> bytes:
        return encode("GET", f"{V1}{path}", token=self.token(user))

    def post(self, path: str, body: object, user: int | None = None) -> bytes:
        token = None if user is None else self.token(user)
        return encode("POST", f"{V1}{path}", token=token, body=json.dumps(body).encode())

    def registration(self, path: str, attendee: int, session: int) -> bytes:
        """Somebody registers themselves."""
        body = {"conference": session, "session": session, "attendee": attendee}
        return self.post(path, body, attendee)

    def by_readers(self, path: Callable[[int], str]) -> Callable[[int], Iterator[bytes]]:
        """The thousand readers ask in turn, again and again."""
        asked = cycle([self.get(path(reader), reader) for reader in data.READERS])
        return lambda most: asked

    def scan(self, ticket: int) -> bytes:
        """A ticket is read at the door."""
        body = {"conference": data.DOOR, "code": str(UUID(int=ticket)), "nonce": str(ticket)}
        return self.post("/check-ins/", body, data.ADMIN)

    def once_each(self, session_of: Callable[[int], int]) -> Callable[[int], Iterator[bytes]]:
        """Each registrant registers once."""
        return _once(lambda n: self.registration("/registrations/", n, session_of(n)))


def workloads(requests: Requests) -> tuple[Workload, ...]:
    """The measured ones, in the order of the table; `noop` first."""
    spread = data.SPREAD_SESSIONS
    logins = [
        requests.post("/token/", {"username": f"user{reader}", "password": data.PASSWORD})
        for reader in data.READERS
    ]
    return (
        Workload(
            name="noop",
            title="noop: parse, authenticate, answer",
            requests=_again([requests.registration("/noop/", n, 1) for n in data.READERS]),
        ),
        Workload(
            name="hot",
            title="register, one hot session",
            requests=requests.once_each(lambda attendee: data.HOT_SESSION),
            expected=201,
            fills=range(data.HOT_SESSION, data.HOT_SESSION + 1),
        ),
        Workload(
            name="spread",
            title=f"register, {len(spread)} sessions",
            requests=requests.once_each(lambda attendee: spread[attendee % len(spread)]),
            expected=201,
            fills=spread,
        ),
        Workload(
            name="check-in",
            title="check in, a new ticket each",
            requests=_once(requests.scan),
            clients=8,
        ),
        Workload(
            name="list",
            title="conferences, 20 of 1,000",
            requests=requests.by_readers(
                lambda n: f"/conferences/?page_size=20&page={1 + n % PAGES}"
            ),
        ),
        Workload(
            name="detail",
            title="conference",
            requests=requests.by_readers(lambda n: f"/conferences/{1 + n % data.CONFERENCES}/"),
        ),
        Workload(
            name="search",
            title="search, 50 + 50 found",
            requests=requests.by_readers(
                lambda n: f"/search/?q={data.TOPICS[n % len(data.TOPICS)][:5].lower()}"
            ),
            clients=16,
        ),
        Workload(
            name="report",
            title="session report, 20 of 1,000",
            requests=_again(
                [
                    requests.get(f"/reports/sessions/?page_size=20&page={page}", data.ADMIN)
                    for page in range(1, PAGES + 1)
                ]
            ),
            clients=16,
        ),
        Workload(name="login", title="login (argon2id)", requests=_again(logins), clients=4),
    )


def _once(request_of: Callable[[int], bytes]) -> Callable[[int], Iterator[bytes]]:
    """Of each registrant one request, over all rounds; written before the clock runs."""
    attendee = data.FIRST_REGISTRANT

    def some(most: int) -> Iterator[bytes]:
        nonlocal attendee
        first, attendee = attendee, attendee + most
        return iter([request_of(n) for n in range(first, attendee)])

    return some


def _again(asked: list[bytes]) -> Callable[[int], Iterator[bytes]]:
    endless = cycle(asked)
    return lambda most: endless
