"""Where a story happens: three conferences with what is in them, and eight people."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.model.house import House
from tests.model.things import Conference, Kind, Person, Session
from tests.model.world import USERS, World

V1 = "/api/v1"
MINI = "/compat/mini-event/api/events"
_START = datetime(2031, 3, 1, tzinfo=UTC)
ENTERED, GUESTS = 3, 2


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What is drawn for a story; capacities may be None, prices are in minor units."""

    capacities: tuple[int | None, ...]
    prices: tuple[int, ...]
    starts: tuple[int, ...]
    has_kinds: bool


def set_up(house: House, world: World, numbers: Numbers) -> None:
    _conferences(house, world, numbers)
    _people(house, world)


def offer(house: House, world: World, kind: Kind) -> None:
    """One more ticket type, which nothing forbids."""
    path = f"{V1}/conferences/{kind.conference.id}/ticket-types/"
    kind.id = _made(world, "admin", path, kind_body(kind))
    house.kinds.append(kind)


def kind_body(kind: Kind) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": kind.name,
        "price": f"{kind.price / 100:.2f}",
        "quantity": kind.capacity,
    }
    return body if kind.is_on_sale else body | {"sales_end": "2020-01-01T00:00:00Z"}


def at(half_hours: int) -> str:
    return (_START + timedelta(minutes=30 * half_hours)).isoformat()


def _conferences(house: House, world: World, numbers: Numbers) -> None:
    """A programme of sessions and a fair of the organizer's, and one that belongs to nobody."""
    of_programme, of_fair, of_open, *of_sessions, first, second = numbers.capacities
    for name, capacity, price in (
        ("Programme", of_programme, numbers.prices[0]),
        ("Fair", of_fair, numbers.prices[1]),
    ):
        body = {
            "conference_name": name,
            "start_date": "2031-03-01",
            "end_date": "2031-03-02",
            "multi_track": True,
            "capacity": capacity,
            "price": f"{price / 100:.2f}",
        }
        id = _made(world, "organizer", f"{V1}/conferences/", body)
        house.conferences.append(Conference(id=id, capacity=capacity, price=price, is_ours=True))
    programme, fair = house.conferences
    for capacity, price, start in zip(of_sessions, numbers.prices[2:], numbers.starts, strict=True):
        _session(
            house,
            world,
            Session(
                id=0,
                capacity=capacity,
                price=price,
                conference=programme,
                start=start,
                end=start + 2,
            ),
        )
    if numbers.has_kinds:
        offer(house, world, Kind(id=0, capacity=first, price=0, conference=fair, name="Early"))
        offer(house, world, Kind(id=0, capacity=second, price=4000, conference=fair, name="Late"))
    body = {
        "name": "Open",
        "location": "Anywhere",
        "start_time": at(0),
        "end_time": at(48),
        "max_capacity": of_open or 4,
    }
    id = _made(world, None, f"{MINI}/", body)
    house.conferences.append(Conference(id=id, capacity=of_open or 4, is_ours=False))


def _session(house: House, world: World, session: Session) -> None:
    body = {
        "session_name": f"Session {len(house.sessions)}",
        "conference": session.conference.id,
        "start_time": at(session.start),
        "end_time": at(session.end),
        "max_attendees": session.capacity,
        "price": f"{session.price / 100:.2f}",
    }
    session.id = _made(world, "organizer", f"{V1}/sessions/", body)
    house.sessions.append(session)


def _people(house: House, world: World) -> None:
    for number in range(USERS):
        name = f"user{number}"
        house.people.append(Person(name=name, email=f"{name}@example.com", user=number))
    for number in range(ENTERED):
        name = f"entered{number}"
        house.people.append(Person(name=name, email=f"{name}@example.com", is_entered=True))
    for person in house.people:
        body = {"attendee_name": person.name, "email": person.email}
        by = "organizer" if person.is_entered else person.name
        person.attendee = _made(world, by, f"{V1}/attendees/", body)
    for number in range(GUESTS):
        name = f"guest{number}"
        house.people.append(Person(name=name, email=f"{name}@example.com"))


def _made(world: World, caller: str | None, path: str, body: dict[str, Any]) -> int:
    answer = world.ask(caller, "POST", path, body)
    assert answer.status == 201, (path, answer)
    return int(answer.data["id"])
