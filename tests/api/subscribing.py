"""Calendar feeds, as tests make and read them."""

from typing import Any

import httpx
import vobject

Headers = dict[str, str]
FEED = "/api/v1/calendar-feed/"


async def made(client: httpx.AsyncClient, who: Headers) -> str:
    answer = await client.post(FEED, headers=who)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"]["url"])


async def subscribed(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    """The events by their names, as vobject understands them; nobody is logged in."""
    answer = await client.get(url)
    assert answer.status_code == 200, answer.text
    events = getattr(vobject.readOne(answer.text), "vevent_list", [])
    return {event.summary.value: event for event in events}
