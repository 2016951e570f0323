"""A person at the administration site, without a browser: cookies, forms and all."""

import json
import re
from typing import Any

import httpx

from app.domain.accounts import User
from tests.factories import PASSWORD

ORIGIN = "http://testserver"
ALL = (
    "conferences",
    "sessions",
    "ticket-types",
    "categories",
    "registrations",
    "attendees",
    "check-ins",
    "waitlist",
    "payments",
    "refunds",
    "invoices",
    "notifications",
    "reviews",
    "certificates",
)
FOR_ADMINS = ("users", "outbox", "request-logs", "history")


class Visitor:
    """Fills in what pages bring along, as a browser does; follows no redirect."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        client.headers["origin"] = ORIGIN
        self.client = client

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.client.get(f"/admin{path}", params=params or None)

    async def token(self) -> str:
        """The token that every form of this visitor carries."""
        if "starlette_admin_csrftoken" not in self.client.cookies:
            await self.get("/login")
        return self.client.cookies["starlette_admin_csrftoken"]

    async def post(self, path: str, form: dict[str, str] | None = None) -> httpx.Response:
        data = {"csrftoken": await self.token()} | (form or {})
        return await self.client.post(f"/admin{path}", data=data)

    async def log_in(self, user: User, password: str = PASSWORD) -> httpx.Response:
        return await self.post("/login", {"username": user.username, "password": password})

    async def act(self, noun: str, action: str, id: int | str) -> httpx.Response:
        """What the pages' script sends when an action is confirmed."""
        return await self.client.post(
            f"/admin/_api/{noun}/row-action",
            params={"name": action, "pk": id},
            headers={"X-CSRFToken": await self.token()},
        )

    async def done(self, noun: str, action: str, id: int | str) -> str:
        """The message on the next page, after an action that was carried out."""
        answer = await self.act(noun, action, id)
        assert answer.status_code == 200, answer.text
        return await self.told()

    async def refused(self, noun: str, action: str, id: int | str) -> str:
        """The sentence that an action was refused with."""
        answer = await self.act(noun, action, id)
        assert answer.status_code == 400, answer.text
        said = json.loads(answer.text)
        assert set(said) == {"msg"}
        return str(said["msg"])

    async def told(self) -> str:
        page = (await self.get("/categories/list")).text
        found = re.search(r'<div class="alert-description">(.+?)</div>', page)
        assert found is not None
        return found.group(1)

    async def ids(self, noun: str, **params: Any) -> list[int]:
        """The rows of a list, in its order."""
        answer = await self.get(f"/{noun}/list", **params)
        assert answer.status_code == 200, answer.text
        return [int(id) for id in re.findall(r'<tr data-sa-pk="(\d+)"', answer.text)]
