"""What is sold in a round: ten seats of something that nobody has claimed before, and to whom."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    import asyncpg

    from app.security import Tokens

SEATS = 10
_START = datetime(2031, 3, 1, 9, tzinfo=UTC)
# The keeper's number is 1; buyers count on from here.
_FIRST = 1000

_CONFERENCE = (
    "INSERT INTO conferences (name, starts_at, ends_at, status, multi_track, capacity, created_at,"
    " updated_at) VALUES ($1, $2, $3, 'published', true, $4, now(), now()) RETURNING id"
)
_SESSION = (
    "INSERT INTO sessions (conference_id, multi_track, name, starts_at, ends_at, capacity,"
    " created_at, updated_at) VALUES ($1, true, 'Keynote', $2, $3, $4, now(), now()) RETURNING id"
)
_TICKET_TYPE = (
    "INSERT INTO ticket_types (conference_id, name, name_folded, capacity, created_at, updated_at)"
    " VALUES ($1, 'Regular', 'regular', $2, now(), now()) RETURNING id"
)
_USERS = (
    "INSERT INTO users (id, username, username_folded, email, email_folded, password_hash, role,"
    " verified_at, created_at, updated_at) OVERRIDING SYSTEM VALUE"
    " SELECT n, 'buyer' || n, 'buyer' || n, mail, mail, '!', 'attendee', now(), now(), now()"
    " FROM unnest($1::bigint[]) AS n, LATERAL (SELECT 'buyer' || n || '@torture.example') m(mail)"
)
_ATTENDEES = (
    "INSERT INTO attendees (name, email, email_folded, user_id, created_by, created_at, updated_at)"
    " SELECT 'Buyer ' || id, email, email_folded, id, id, now(), now()"
    " FROM users WHERE id = ANY($1::bigint[])"
)
_LOGINS = (
    "INSERT INTO token_families (id, user_id, current_jti, rotated_at, created_at, expires_at)"
    " SELECT family, n, 'rush', now(), now(), now() + interval '7 days'"
    " FROM unnest($1::bigint[], $2::uuid[]) AS login(n, family)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """How ten seats are sold; `refusal` is what those hear who come too late.

    With `groups`, one asks for up to three seats; with a `queue`, everybody is ready to wait, and
    every other buyer who gets a seat at once gives it back at once.
    """

    name: str
    refusal: str
    kind: str = "session"
    groups: bool = False
    queue: bool = False


ARRANGEMENTS = (
    Arrangement(name="session", refusal="session_full"),
    Arrangement(name="admission", refusal="conference_full", kind="admission"),
    Arrangement(name="ticket type", refusal="ticket_type_sold_out", kind="ticket type"),
    Arrangement(name="groups of up to three", refusal="session_full", groups=True),
    Arrangement(name="queue, with cancellations", refusal="", queue=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Somebody with an account, who wants so many seats for themselves."""

    number: int
    token: str
    quantity: int = 1
    gives_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A round about to begin: what is named in each request, and who asks."""

    arrangement: Arrangement
    conference: int
    wish: Mapping[str, Any]
    buyers: list[Buyer]


async def open_sale(
    connection: "asyncpg.Connection[asyncpg.Record]",
    tokens: "Tokens",
    place: int,
    buyers: int,
    seed: int,
) -> Sale:
    """Put up what is sold in this round, and everybody who wants it; nobody was here before."""
    arrangement = ARRANGEMENTS[place % len(ARRANGEMENTS)]
    async with connection.transaction():
        conference, wish = await _offer(connection, arrangement, place)
        people = await _people(connection, tokens, _FIRST + place * buyers, buyers)
    chance = random.Random(f"{seed}/{place}")
    asking = [
        Buyer(
            number=number,
            token=token,
            quantity=chance.choice((1, 1, 2, 3)) if arrangement.groups else 1,
            gives_back=arrangement.queue and chance.random() < 0.5,
        )
        for number, token in people
    ]
    chance.shuffle(asking)
    return Sale(arrangement=arrangement, conference=conference, wish=wish, buyers=asking)


async def _offer(
    connection: "asyncpg.Connection[asyncpg.Record]", arrangement: Arrangement, place: int
) -> tuple[int, dict[str, Any]]:
    of_all = SEATS if arrangement.kind == "admission" else None
    end = _START + timedelta(days=1)
    conference = await connection.fetchval(_CONFERENCE, f"Rush {place}", _START, end, of_all)
    wish = {"conference": conference} | ({"waitlist": True} if arrangement.queue else {})
    if arrangement.kind == "session":
        hour = _START + timedelta(hours=1)
        wish["session"] = await connection.fetchval(_SESSION, conference, _START, hour, SEATS)
    elif arrangement.kind == "ticket type":
        wish["ticket_type"] = await connection.fetchval(_TICKET_TYPE, conference, SEATS)
    return conference, wish


async def _people(
    connection: "asyncpg.Connection[asyncpg.Record]", tokens: "Tokens", first: int, many: int
) -> list[tuple[int, str]]:
    """Accounts that are logged in, each with its token."""
    numbers = list(range(first, first + many))
    families = [str(UUID(int=number)) for number in numbers]
    await connection.execute(_USERS, numbers)
    await connection.execute(_ATTENDEES, numbers)
    await connection.execute(_LOGINS, numbers, families)
    now = datetime.now(UTC)
    return [
        (number, tokens.access(number, family, now))
        for number, family in zip(numbers, families, strict=True)
    ]
