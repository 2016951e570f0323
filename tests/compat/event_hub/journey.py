"""A whole server and those who ask it: what the story of an event is told with."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, TypeVar

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.factories import PASSWORD

Found = TypeVar("Found")
Body = dict[str, Any]

NATIVE = "/api/v1"
_HUB = "/compat/event-hub/api"
_PATIENCE = 30.0
_NEARER = text(
    "UPDATE conferences SET starts_at = starts_at - CAST(:by AS interval),"
    " ends_at = ends_at - CAST(:by AS interval),"
    " registration_deadline = registration_deadline - CAST(:by AS interval)"
)


async def eventually(look: Callable[[], Awaitable[Found]]) -> Found:
    """What is there in the end, having looked again and again. Raises TimeoutError."""
    async with asyncio.timeout(_PATIENCE):
        while not (found := await look()):  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.05)
        return found


@dataclass(kw_only=True)
class Clock:
    """The server's own cannot be moved from without: what is to come is brought nearer instead."""

    engine: AsyncEngine

    async def pass_by(self, duration: timedelta) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(_NEARER, {"by": duration})


@dataclass(kw_only=True)
class Person:
    """Somebody who asks the server, by the paths of the contract unless they are whole."""

    client: httpx.AsyncClient
    name: str = ""
    email: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    mail_dir: Path | None = None

    async def ask(
        self, method: str, path: str, body: Body | None = None, **headers: str
    ) -> httpx.Response:
        url = path if path.startswith((NATIVE, "http")) else f"{_HUB}/{path}"
        return await self.client.request(method, url, json=body, headers=self.headers | headers)

    async def sees(self, path: str) -> Any:
        answer = await self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def makes(self, path: str, body: Body) -> Body:
        answer = await self.ask("POST", path, body)
        assert answer.status_code == 201, answer.text
        made: Body = answer.json()
        return made

    async def does(self, path: str, body: Body | None = None) -> Body:
        answer = await self.ask("POST", path, body)
        assert answer.status_code == 200, answer.text
        done: Body = answer.json()
        return done

    async def is_refused(self, status: int, path: str, body: Body | None = None) -> Body:
        """What is told in the two words of the contract, and why."""
        answer = await self.ask("POST", path, body)
        assert answer.status_code == status, answer.text
        told: Body = answer.json()
        assert {"detail", "error"} <= set(told)
        return told | {"code": answer.headers["x-error-code"]}

    async def file(self, path: str) -> bytes:
        """A PDF, and nothing but a PDF."""
        answer = await self.ask("GET", path, Accept="application/pdf")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        return answer.content

    async def told(self) -> list[str]:
        """The kinds of the notifications one has, the first first; all of them are unread."""
        listed = await self.sees("notifications/?ordering=created_at")
        assert await self.sees("notifications/unread_count/") == {"unread_count": len(listed)}
        return [one["notification_type"] for one in listed]

    def mails(self) -> list[str]:
        """The kinds of the mails one has, the first first."""
        assert self.mail_dir is not None
        return [path.stem.partition("-")[2] for path in self._letters(self.mail_dir)]

    def letter(self, kind: str) -> str:
        """What the one mail of that kind says."""
        assert self.mail_dir is not None
        [path] = [one for one in self._letters(self.mail_dir) if one.stem.endswith(f"-{kind}")]
        part = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    async def hears(self, notifications: list[str], mails: list[str]) -> None:
        """Sooner or later is told this in all, no more and no less."""

        async def look() -> bool:
            return sorted(await self.told()) == sorted(notifications) and sorted(
                self.mails()
            ) == sorted(mails)

        try:
            await eventually(look)
        except TimeoutError:
            assert sorted(await self.told()) == sorted(notifications)
            found = sorted(self.mails())
            assert found == sorted(mails), (found, mails)

    def _letters(self, folder: Path) -> list[Path]:
        def is_mine(path: Path) -> bool:
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            return str(mail["To"]).endswith(f"<{self.email}>")

        return sorted(path for path in folder.glob("*.eml") if is_mine(path))


@dataclass(kw_only=True)
class House:
    """One server with its worker, and the folder that its mails go to."""

    client: httpx.AsyncClient
    mail_dir: Path

    async def sign_up(self, first_name: str, last_name: str, user_type: str) -> Person:
        """Somebody new, who has logged in."""
        username = first_name.lower()
        body = {
            "username": username,
            "email": f"{username}@example.com",
            "password": PASSWORD,
            "password_confirm": PASSWORD,
            "first_name": first_name,
            "last_name": last_name,
            "user_type": user_type,
        }
        person = Person(
            client=self.client,
            name=f"{first_name} {last_name}",
            email=f"{username}@example.com",
            mail_dir=self.mail_dir,
        )
        made = await person.makes("users/", body)
        assert (made["full_name"], made["user_type"]) == (person.name, user_type)
        tokens = await person.does("auth/token/", {"username": username, "password": PASSWORD})
        person.headers = {"Authorization": f"Bearer {tokens['access']}"}
        return person
