"""What is fought over: a few small conferences of every kind, and the people who want to come."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from app.security import Tokens

if TYPE_CHECKING:
    import asyncpg

KEEPER = 1
PEOPLE_PER_CLIENT = 40
START = datetime(2031, 3, 1, 9, tzinfo=UTC)
SEATS = 8
_FAMILY = UUID(int=KEEPER)
_SESSIONS = 6

_KEEPER = (
    "INSERT INTO users (id, username, username_folded, email, email_folded, password_hash, role,"
    " created_at, updated_at) OVERRIDING SYSTEM VALUE VALUES (1, 'keeper', 'keeper',"
    " 'keeper@torture.example', 'keeper@torture.example', '!', 'admin', now(), now())"
)
_LOGIN = (
    "INSERT INTO token_families (id, user_id, current_jti, rotated_at, created_at, expires_at)"
    " VALUES ($1, 1, 'torture', now(), now(), now() + interval '7 days')"
)
_PEOPLE = (
    "INSERT INTO attendees (name, email, email_folded, created_at, updated_at)"
    " SELECT 'Guest ' || n, 'guest' || n || '@torture.example', 'guest' || n || '@torture.example',"
    " now(), now() FROM generate_series(1, $1::int) AS n RETURNING id"
)
_CONFERENCE = (
    "INSERT INTO conferences (name, starts_at, ends_at, status, multi_track, capacity, created_at,"
    " updated_at) VALUES ($1, $2, $3, 'published', true, $4, now(), now()) RETURNING id"
)
_SESSION = (
    "INSERT INTO sessions (conference_id, multi_track, name, starts_at, ends_at, capacity,"
    " price_minor, created_at, updated_at)"
    " VALUES ($1, true, $2, $3, $4, $5, $6, now(), now()) RETURNING id"
)
_TICKET_TYPE = (
    "INSERT INTO ticket_types (conference_id, name, name_folded, capacity, price_minor, created_at,"
    " updated_at) VALUES ($1, $2::text, lower($2::text), $3, $4, now(), now()) RETURNING id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What one can register for, and the path at which its capacity is set."""

    conference: int
    session: int | None = None
    ticket_type: int | None = None
    is_priced: bool = False

    @property
    def wish(self) -> dict[str, int]:
        named = {"session": self.session, "ticket_type": self.ticket_type}
        return {"conference": self.conference} | {k: v for k, v in named.items() if v is not None}

    @property
    def setting(self) -> tuple[str, str]:
        """The path, and the name of the field there."""
        if self.session is not None:
            return f"/api/v1/sessions/{self.session}/", "max_attendees"
        conference = f"/api/v1/conferences/{self.conference}/"
        if self.ticket_type is not None:
            return f"{conference}ticket-types/{self.ticket_type}/", "quantity"
        return conference, "capacity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`halls` are the places that have a capacity; `fairs` take guests by e-mail alone."""

    people: list[int]
    halls: list[Place]
    fairs: list[int]

    def sessions_beside(self, place: Place) -> list[Place]:
        return [
            hall
            for hall in self.halls
            if hall.session is not None and hall.conference == place.conference and hall != place
        ]


async def fill(connection: "asyncpg.Connection[asyncpg.Record]", *, clients: int) -> Scene:
    """Few seats for many: about half of those who want one get it."""
    await connection.execute(_KEEPER)
    await connection.execute(_LOGIN, _FAMILY)
    rows = await connection.fetch(_PEOPLE, clients * PEOPLE_PER_CLIENT)
    worlds = max(1, clients // 8)
    halls: list[Place] = []
    fairs: list[int] = []
    for world in range(worlds):
        start = START + timedelta(days=60 * world)
        halls += await _programme(connection, world, start)
        halls += await _admissions(connection, world, start + timedelta(days=7))
        fairs.append(await _conference(connection, f"Fair {world}", start, 2 * SEATS))
    return Scene(people=sorted(row["id"] for row in rows), halls=halls, fairs=fairs)


def token(secret: str) -> str:
    """The keeper's, for the whole campaign."""
    day = timedelta(days=1)
    tokens = Tokens(secret, access_for=day, refresh_for=day)
    return tokens.access(KEEPER, str(_FAMILY), datetime.now(UTC))


async def _conference(
    connection: "asyncpg.Connection[asyncpg.Record]",
    name: str,
    start: datetime,
    capacity: int | None,
) -> int:
    end = start + timedelta(days=5)
    return int(await connection.fetchval(_CONFERENCE, name, start, end, capacity))


async def _programme(
    connection: "asyncpg.Connection[asyncpg.Record]", world: int, start: datetime
) -> list[Place]:
    """Sessions of which each overlaps with the next; every other one has a price."""
    conference = await _conference(connection, f"Programme {world}", start, None)
    places = []
    for number in range(_SESSIONS):
        begins = start + timedelta(minutes=40 * number)
        price = 2500 * (number % 2)
        session = await connection.fetchval(
            _SESSION,
            conference,
            f"Session {number}",
            begins,
            begins + timedelta(minutes=60),
            SEATS,
            price,
        )
        places.append(Place(conference=conference, session=session, is_priced=price > 0))
    return places


async def _admissions(
    connection: "asyncpg.Connection[asyncpg.Record]", world: int, start: datetime
) -> list[Place]:
    """A conference with a capacity, and one whose tickets are of two kinds."""
    plain = await _conference(connection, f"Congress {world}", start, 2 * SEATS)
    typed = await _conference(connection, f"Summit {world}", start, None)
    places = [Place(conference=plain)]
    for name, price in (("Early", 0), ("Regular", 4000)):
        kind = await connection.fetchval(_TICKET_TYPE, typed, name, SEATS, price)
        places.append(Place(conference=typed, ticket_type=kind, is_priced=price > 0))
    return places
