"""One story, told in the words of each contract: an event of two seats, and four who want in."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import httpx

Headers = dict[str, str]

SEATS = 2
START, END = "2031-03-01T09:00:00Z", "2031-03-01T17:00:00Z"


@dataclass(kw_only=True)
class Person:
    """Somebody by e-mail; with an account, the headers of their login."""

    name: str
    email: str
    headers: Headers


@dataclass(kw_only=True)
class Teller(ABC):
    """Speaks one contract; what it has no words for, it asks for natively."""

    client: httpx.AsyncClient
    organizer: Headers
    admin: Headers
    waits: bool = True
    registrations: dict[str, int] = field(default_factory=dict)

    @abstractmethod
    async def create(self) -> int:
        """An event of SEATS seats; its id."""

    @abstractmethod
    async def register(self, event: int, person: Person) -> str:
        """What comes of it: `seated`, `waits`, or `refused`."""

    @abstractmethod
    async def seen(self, event: int) -> tuple[int, int]:
        """The event's id and capacity, as the contract tells them."""

    async def cancel(self, person: Person) -> None:
        id = self.registrations[person.email]
        answer = await self.client.delete(f"/api/v1/registrations/{id}/", headers=self.admin)
        assert answer.status_code == 200, answer.text

    async def ask(
        self, method: str, path: str, headers: Headers | None, body: object = None
    ) -> httpx.Response:
        return await self.client.request(method, path, headers=headers or {}, json=body)


@dataclass(kw_only=True)
class Native(Teller):
    """Asks to wait where there is no seat."""

    async def create(self) -> int:
        body = {
            "conference_name": "Story",
            "location": "Here",
            "start_date": "2031-03-01",
            "end_date": "2031-03-01",
            "capacity": SEATS,
        }
        made = await self.ask("POST", "/api/v1/conferences/", self.organizer, body)
        return int(made.json()["data"]["id"])

    async def register(self, event: int, person: Person) -> str:
        body = {"conference": event, "waitlist": True}
        answer = await self.ask("POST", "/api/v1/registrations/", person.headers, body)
        if answer.status_code != 201:
            assert answer.status_code == 409, answer.text
            return "refused"
        data = answer.json()["data"]
        self.registrations[person.email] = data["id"]
        return "waits" if data["status"] == "waitlisted" else "seated"

    async def seen(self, event: int) -> tuple[int, int]:
        answer = await self.ask("GET", f"/api/v1/conferences/{event}/", self.organizer)
        data = answer.json()["data"]
        return data["id"], data["capacity"]


@dataclass(kw_only=True)
class EventManagement(Teller):
    """Seed 001: whoever finds no seat waits."""

    base: str = "/compat/event-management/api"

    async def create(self) -> int:
        body = {
            "title": "Story",
            "description": "",
            "date_time": START,
            "location": "Here",
            "capacity": SEATS,
            "visibility": "public",
            "category": 1,
        }
        made = await self.ask("POST", f"{self.base}/events/create/", self.organizer, body)
        return int(made.json()["id"])

    async def register(self, event: int, person: Person) -> str:
        path = f"{self.base}/registrations/{event}/register/"
        answer = await self.ask("POST", path, person.headers, {})
        if answer.status_code != 200:
            assert answer.status_code == 400, answer.text
            return "refused"
        self.registrations[person.email] = answer.json()["id"]
        return "waits" if answer.json()["is_waitlisted"] else "seated"

    async def seen(self, event: int) -> tuple[int, int]:
        found: dict[str, Any] = (await self.ask("GET", f"{self.base}/events/{event}/", None)).json()
        return found["id"], found["capacity"]


@dataclass(kw_only=True)
class MiniEvent(Teller):
    """Seed 002: nobody logs in, and nobody waits."""

    base: str = "/compat/mini-event/api/events"
    waits: bool = False

    async def create(self) -> int:
        body = {
            "name": "Story",
            "location": "Here",
            "start_time": START,
            "end_time": END,
            "max_capacity": SEATS,
        }
        return int((await self.ask("POST", f"{self.base}/", None, body)).json()["id"])

    async def register(self, event: int, person: Person) -> str:
        body = {"name": person.name, "email": person.email}
        answer = await self.ask("POST", f"{self.base}/{event}/register/", None, body)
        if answer.status_code != 201:
            assert answer.status_code == 400, answer.text
            return "refused"
        self.registrations[person.email] = answer.json()["id"]
        return "seated"

    async def seen(self, event: int) -> tuple[int, int]:
        found: dict[str, Any] = (await self.ask("GET", f"{self.base}/{event}/", None)).json()
        return found["id"], found["max_capacity"]


@dataclass(kw_only=True)
class EventHub(Teller):
    """Seed 003: an event is published by its organizer, a booking confirmed by its owner."""

    base: str = "/compat/event-hub/api"
    waits: bool = False

    async def create(self) -> int:
        body = {
            "title": "Story",
            "location": "Here",
            "start_date": START,
            "end_date": END,
            "max_attendees": SEATS,
        }
        made = await self.ask("POST", f"{self.base}/events/", self.organizer, body)
        id = int(made.json()["id"])
        await self.ask("POST", f"{self.base}/events/{id}/publish/", self.organizer)
        return id

    async def register(self, event: int, person: Person) -> str:
        answer = await self.ask("POST", f"{self.base}/bookings/", person.headers, {"event": event})
        if answer.status_code != 201:
            assert answer.status_code == 409, answer.text
            return "refused"
        self.registrations[person.email] = id = answer.json()["id"]
        confirmed = await self.ask("POST", f"{self.base}/bookings/{id}/confirm/", person.headers)
        assert confirmed.json()["status"] == "confirmed"
        return "seated"

    async def seen(self, event: int) -> tuple[int, int]:
        found: dict[str, Any] = (await self.ask("GET", f"{self.base}/events/{event}/", None)).json()
        return found["id"], found["max_attendees"]


@dataclass(kw_only=True)
class JoinToIt(Teller):
    """Seed 004: whoever finds no seat is refused, and one unregisters oneself."""

    base: str = "/compat/jointoit/api/events"
    waits: bool = False
    joined: dict[str, int] = field(default_factory=dict)

    async def create(self) -> int:
        body = {"title": "Story", "date": START, "location": "Here", "max_attendees": SEATS}
        return int((await self.ask("POST", f"{self.base}/", self.organizer, body)).json()["id"])

    async def register(self, event: int, person: Person) -> str:
        answer = await self.ask("POST", f"{self.base}/{event}/register/", person.headers)
        if answer.status_code != 201:
            assert answer.status_code == 400, answer.text
            return "refused"
        self.joined[person.email] = event
        return "seated"

    async def cancel(self, person: Person) -> None:
        path = f"{self.base}/{self.joined[person.email]}/unregister/"
        answer = await self.ask("POST", path, person.headers)
        assert answer.status_code == 200, answer.text

    async def seen(self, event: int) -> tuple[int, int]:
        found: dict[str, Any] = (await self.ask("GET", f"{self.base}/{event}/", None)).json()
        return found["id"], found["max_attendees"]


TELLERS: tuple[type[Teller], ...] = (Native, EventManagement, MiniEvent, EventHub, JoinToIt)
