"""What is asked of the server: each workload hands out its requests as ready bytes."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from itertools import cycle
from uuid import UUID

from app.routers.v1.paths import V1
from app.security import Tokens
from bench import data
from bench.client import HOST, Round, encode, volley
from bench.plan import MOST_PER_SECOND
from bench.process import ServerProcess

CLIENTS = 64
PAGES = data.CONFERENCES // 20
SESSION_PAGES = len(data.SESSIONS) // 20
NOOP = "noop"
# fmt: off
NAMES = (
    NOOP, "hot", "spread", "check-in", "list", "detail", "search", "report", "recommendations",
    "public-list", "public-detail", "unchanged-list", "unchanged-detail", "login",
)
# fmt: on

# A round's requests, for a server at this port: new ones, at most so many where each is good once.
Requested = Callable[[int, int], Iterator[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    name: str
    title: str
    requests: Requested
    clients: int = CLIENTS
    expected: int = 200
    # The sessions that fill up, for the recount.
    fills: range | None = None

    async def round(self, server: ServerProcess, seconds: float) -> Round:
        requests = self.requests(int(seconds * MOST_PER_SECOND), server.port)
        return await volley(
            server.port, requests, clients=self.clients, seconds=seconds, expected=self.expected
        )


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
        conference = data.conference_of(session)
        body = {"conference": conference, "session": session, "attendee": attendee}
        return self.post(path, body, attendee)

    def by_readers(self, path: Callable[[int], str]) -> Requested:
        """The thousand readers ask in turn, again and again."""
        return again([self.get(path(reader), reader) for reader in data.READERS])

    def by_strangers(self, ask: Callable[[int], bytes]) -> Requested:
        """More people ask in turn than a server remembers: each token is to be verified."""
        return again([ask(n) for n in range(data.FIRST_REGISTRANT, data.FIRST_REGISTRANT + 5_000)])

    def scan(self, ticket: int) -> bytes:
        """A ticket is read at the door."""
        body = {"conference": data.DOOR, "code": str(UUID(int=ticket)), "nonce": str(ticket)}
        return self.post("/check-ins/", body, data.ADMIN)

    def once_each(self, session_of: Callable[[int], int]) -> Requested:
        """Each registrant registers once."""
        return once(lambda n: self.registration("/registrations/", n, session_of(n)))

    def into(self, name: str, title: str, session: int) -> Workload:
        """Everybody wants the same session."""
        return Workload(
            name=name,
            title=title,
            requests=self.once_each(lambda attendee: session),
            expected=201,
            fills=range(session, session + 1),
        )


def workloads(requests: Requests) -> tuple[Workload, ...]:
    """What one server is measured with, in the order of the table; `noop` first."""
    return (*_writes(requests), *_reads(requests), *_public(), _logins(requests))


def _writes(requests: Requests) -> tuple[Workload, ...]:
    spread = data.SPREAD_SESSIONS
    return (
        Workload(
            name=NOOP,
            title="noop: parse, authenticate, answer",
            requests=requests.by_strangers(lambda n: requests.registration("/noop/", n, 1)),
        ),
        requests.into("hot", "register, one hot session", data.HOT_SESSION),
        Workload(
            name="spread",
            title=f"register, over {len(spread):,} sessions",
            requests=requests.once_each(lambda attendee: spread[attendee % len(spread)]),
            expected=201,
            fills=spread,
        ),
        Workload(
            name="check-in",
            title="check in, a new ticket each",
            requests=once(requests.scan),
        ),
    )


def _reads(requests: Requests) -> tuple[Workload, ...]:
    return (
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
            title="session report, 20 of 2,000",
            requests=again(
                [
                    requests.get(f"/reports/sessions/?page_size=20&page={page}", data.ADMIN)
                    for page in range(1, SESSION_PAGES + 1)
                ]
            ),
            clients=16,
        ),
        Workload(
            name="recommendations",
            title="recommendations",
            requests=requests.by_readers(lambda n: f"/attendees/{n}/recommendations/"),
            clients=16,
        ),
    )


def _public() -> tuple[Workload, ...]:
    lists = [f"/public/conferences/?page_size=20&page={page}" for page in range(1, PAGES + 1)]
    # What a crowd looks at: few pages, many times.
    details = [f"/public/conferences/{id}/" for id in range(1, 51)]
    return (
        Workload(
            name="public-list",
            title="public conferences, 20 of 1,000",
            requests=again([visit(path) for path in lists]),
        ),
        Workload(
            name="public-detail",
            title="public conference, of 50",
            requests=again([visit(path) for path in details]),
        ),
        Workload(
            name="unchanged-list",
            title="public conferences, unchanged (304)",
            requests=known(lists),
            expected=304,
        ),
        Workload(
            name="unchanged-detail",
            title="public conference, of 50, unchanged (304)",
            requests=known(details),
            expected=304,
        ),
    )


def _logins(requests: Requests) -> Workload:
    logins = [
        requests.post("/token/", {"username": f"user{reader}", "password": data.PASSWORD})
        for reader in data.READERS
    ]
    return Workload(name="login", title="login (argon2id)", requests=again(logins), clients=4)


def once(request_of: Callable[[int], bytes], attendee: int = data.FIRST_REGISTRANT) -> Requested:
    """Of each registrant one request, over all rounds; written before the clock runs."""

    def some(most: int, port: int) -> Iterator[bytes]:  # noqa: ARG001
        nonlocal attendee
        first, attendee = attendee, attendee + most
        return iter([request_of(n) for n in range(first, attendee)])

    return some


def again(asked: Sequence[bytes]) -> Requested:
    """The same ones, round and round."""
    endless = cycle(asked)
    return lambda most, port: endless


def visit(path: str) -> bytes:
    return encode("GET", f"{V1}{path}")


def known(paths: Sequence[str]) -> Requested:
    """By clients that have each page as it is at the beginning of the round."""

    def asked(most: int, port: int) -> Iterator[bytes]:  # noqa: ARG001
        return cycle([encode("GET", path, known=tag) for path, tag in _tags(port, paths)])

    return asked


def _tags(port: int, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The entity tag of each page."""
    connection = HTTPConnection(HOST, port, timeout=10)
    try:
        for path in paths:
            # Links on a page bear the name by which it was asked for.
            connection.request("GET", f"{V1}{path}", headers={"Host": HOST})
            answer = connection.getresponse()
            answer.read()
            yield f"{V1}{path}", answer.headers["ETag"]
    finally:
        connection.close()
