"""Seed 004, Search and Filtering: pages, filters, orders, and the three example queries."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.domain.accounts import User
from app.domain.conferences import Conference, ConferenceStatus
from app.domain.times import utc_now
from app.main import create_app
from tests.compat.conftest import Headers
from tests.compat.jointoit import seed
from tests.factories import Units, a_conference, a_registration, login
from tests.serving import Served, served

EVENTS = "/api/events"
_SOON = "2035-07-20T14:00:00Z"
HERE = "http://testserver/compat/jointoit"


async def listed(api: httpx.AsyncClient, query: str = "", path: str = f"{EVENTS}/") -> Any:
    answer = await api.get(f"{path}?{query}" if query else path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def titles(api: httpx.AsyncClient, query: str) -> list[str]:
    return [event["title"] for event in (await listed(api, query))["results"]]


async def at(uow: Units, name: str, when: str, **other: Any) -> Conference:
    starts_at = datetime.fromisoformat(when).replace(tzinfo=UTC)
    return await a_conference(uow, name=name, starts_at=starts_at, days=1, **other)


async def put_up(api: httpx.AsyncClient, headers: Headers, **event: object) -> dict[str, Any]:
    answer = await api.post(f"{EVENTS}/", json=seed.EVENT_IN | event, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_the_documented_list(
    api: httpx.AsyncClient, uow: Units, as_guest: Headers, slash: str
) -> None:
    empty = await api.get(f"{EVENTS}{slash}")
    assert empty.json() == {"count": 0, "next": None, "previous": None, "results": []}
    event = await a_conference(uow, capacity=3)
    await a_registration(uow, event)
    answer = await api.get(f"{EVENTS}{slash}", headers=as_guest)
    assert answer.status_code == 200
    assert set(answer.json()) == set(seed.EVENT_LIST)
    [shown] = answer.json()["results"]
    assert shown == {
        "id": event.id,
        "title": event.name,
        "description": "",
        "date": "2031-03-01T00:00:00Z",
        "location": "San Francisco",
        "organizer_name": "Ada Lovelace",
        "attendees_count": 1,
        "available_spots": 2,
        "is_active": True,
        "is_past": False,
    }
    assert set(shown) == set(seed.LISTED_EVENT)


async def test_words_a_place_and_free_seats(api: httpx.AsyncClient, as_guest: Headers) -> None:
    """The first example query, verbatim."""
    found = await put_up(api, as_guest)
    await put_up(api, as_guest, location="Boston")
    await put_up(api, as_guest, title="Rust Workshop", description="")
    full = await put_up(api, as_guest, title="Pythonistas", max_attendees=1, date=_SOON)
    await api.post(f"{EVENTS}/{full['id']}/register/", headers=as_guest)
    answer = await api.get(seed.QUERIES[0])
    assert [event["id"] for event in answer.json()["results"]] == [found["id"]]
    without = seed.QUERIES[0].replace("&has_spots=true", "")
    assert [event["id"] for event in (await api.get(without)).json()["results"]] == [
        found["id"],
        full["id"],
    ]


async def test_events_of_a_year(api: httpx.AsyncClient, uow: Units) -> None:
    """The second example query, verbatim: both days count as a whole."""
    await at(uow, "Before", "2023-12-31T23:59:59")
    await at(uow, "First", "2024-01-01T00:00:00")
    await at(uow, "Last", "2024-12-31T23:59:59")
    await at(uow, "After", "2025-01-01T00:00:00")
    answer = (await api.get(seed.QUERIES[1])).json()
    assert [event["title"] for event in answer["results"]] == ["First", "Last"]


async def test_events_of_an_organizer(api: httpx.AsyncClient, uow: Units, organizer: User) -> None:
    """The third example query; the organizer's id is that of this test."""
    query = seed.QUERIES[2].replace("organizer=1&", f"organizer={organizer.id}&")
    assert (await api.get(seed.QUERIES[2])).status_code == 200
    await at(uow, "Early", "2031-01-01T00:00:00", organizer=organizer)
    await at(uow, "Late", "2032-01-01T00:00:00", organizer=organizer)
    await at(uow, "Somebody else's", "2031-06-01T00:00:00")
    answer = (await api.get(query)).json()
    assert [event["title"] for event in answer["results"]] == ["Late", "Early"]


async def test_search_looks_for_beginnings_of_words_in_all_three_texts(
    api: httpx.AsyncClient, as_guest: Headers
) -> None:
    await put_up(api, as_guest, title="Alpha", description="about gardens", location="Rome")
    await put_up(api, as_guest, title="Garden Show", description="", location="Paris")
    await put_up(api, as_guest, title="Gamma", description="", location="Gardenia")
    await put_up(api, as_guest, title="Delta", description="", location="Oslo")
    found = await titles(api, "search=GARD&ordering=title")
    assert found == ["Alpha", "Gamma", "Garden Show"]
    assert await titles(api, "search=gard rome") == ["Alpha"]
    assert await titles(api, "search=%27%26!") == []


async def test_titles_are_whole_and_places_are_parts(
    api: httpx.AsyncClient, as_guest: Headers
) -> None:
    await put_up(api, as_guest, title="PyCon", location="New York")
    await put_up(api, as_guest, title="PyCon Italia", location="Florence")
    assert await titles(api, "title=pycon") == ["PyCon"]
    assert await titles(api, "title=PYCON ITALIA") == ["PyCon Italia"]
    assert await titles(api, "title=py") == []
    assert await titles(api, "location=YORK") == ["PyCon"]
    assert await titles(api, "location=%25") == []


async def test_seats_past_and_active(api: httpx.AsyncClient, uow: Units) -> None:
    now = utc_now()
    over = await a_conference(uow, name="Over", starts_at=now - timedelta(days=9), days=1)
    going = await a_conference(uow, name="Going on", starts_at=now - timedelta(hours=9))
    full = await a_conference(uow, name="Full", starts_at=now + timedelta(days=1), capacity=1)
    await a_conference(uow, name="Open", starts_at=now + timedelta(days=2), capacity=1)
    await a_registration(uow, full)
    assert over.id < going.id
    for query, found in {
        "has_spots=false": ["Full"],
        "has_spots=true": ["Over", "Going on", "Open"],
        "is_past=true": ["Over", "Going on"],
        "is_past=false": ["Full", "Open"],
        "is_active=true": ["Going on", "Full", "Open"],
        "is_active=false": ["Over"],
        "is_active=True&is_past=False&has_spots=1": ["Open"],
        "is_active=true&is_past=true&has_spots=true": ["Going on"],
    }.items():
        assert await titles(api, query) == found, query
    upcoming = await listed(api, path=f"{EVENTS}/upcoming/")
    assert [event["title"] for event in upcoming["results"]] == ["Full", "Open"]
    narrowed = await listed(api, "has_spots=true", f"{EVENTS}/upcoming/")
    assert [event["title"] for event in narrowed["results"]] == ["Open"]


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("date", "BCA"),
        ("-date", "ACB"),
        ("created_at", "ABC"),
        ("-created_at", "CBA"),
        ("title", "ABC"),
        ("-title", "CBA"),
        ("-date,title", "ACB"),
    ],
)
async def test_orders(api: httpx.AsyncClient, uow: Units, ordering: str, expected: str) -> None:
    for name, month in (("A", 9), ("B", 1), ("C", 5)):
        await at(uow, name, f"2031-0{month}-01T00:00:00")
    assert await titles(api, f"ordering={ordering}") == list(expected)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("organizer", "x"),
        ("organizer", "0"),
        ("date_after", "yesterday"),
        ("date_after", "2024-13-01"),
        ("date_before", "2024-02-30"),
        ("date_before", "2024-01-01T00:00:00Z"),
        ("has_spots", "maybe"),
        ("is_past", "2"),
        ("is_active", "tru"),
        ("ordering", "location"),
        ("ordering", "date,"),
        ("page", "x"),
        ("page_size", "0"),
        ("page_size", "x"),
        ("search", "x%00"),
    ],
)
async def test_a_malformed_filter_is_named(
    api: httpx.AsyncClient, as_guest: Headers, name: str, wrong: str
) -> None:
    for path in ("", "upcoming/", "my_events/"):
        query = f"{name}={wrong}&title=x"
        answer = await api.get(f"{EVENTS}/{path}?{query}", headers=as_guest)
        assert (answer.status_code, list(answer.json())) == (400, [name])


async def test_what_is_unknown_or_empty_is_ignored(api: httpx.AsyncClient, uow: Units) -> None:
    await a_conference(uow, name="One")
    document = (await api.get("/openapi.json")).json()
    asked = document["paths"]["/api/events/"]["get"]["parameters"]
    assert {"search", "has_spots", "page"} < {one["name"] for one in asked}
    assert all(one["allowEmptyValue"] for one in asked)
    empty = "&".join(f"{one['name']}=" for one in asked)
    assert await titles(api, f"{empty}&colour=red") == ["One"]


async def test_next_leads_to_the_end_and_previous_back(
    api: httpx.AsyncClient, uow: Units, organizer: User
) -> None:
    for number in range(7):
        await a_conference(uow, organizer=organizer, name=f"Meet & Greet {number}")
    first = f"{HERE}/api/events/?search=meet %26 greet&page_size=3&ordering=-title"
    address: str | None = first
    seen, pages = [], []
    while address:
        page = (await api.get(address)).json()
        pages.append(page)
        seen += [event["title"] for event in page["results"]]
        address = page["next"]
    assert seen == [f"Meet & Greet {number}" for number in reversed(range(7))]
    assert [page["count"] for page in pages] == [7, 7, 7]
    assert pages[0]["previous"] is None
    assert pages[0]["next"] == (
        f"{HERE}/api/events/?search=meet+%26+greet&page_size=3&ordering=-title&page=2"
    )
    assert "page=" not in pages[1]["previous"].replace("page_size=", "")
    assert (await api.get(pages[1]["previous"])).json() == pages[0]
    assert (await api.get(pages[2]["previous"])).json() == pages[1]


async def test_twenty_are_a_page_and_a_hundred_at_most(
    api: httpx.AsyncClient, uow: Units, organizer: User
) -> None:
    for _ in range(101):
        await a_conference(uow, organizer=organizer)
    usual = await listed(api)
    assert (usual["count"], len(usual["results"])) == (101, 20)
    most = await listed(api, "page_size=100000")
    assert len(most["results"]) == 100
    assert len((await api.get(most["next"])).json()["results"]) == 1


@pytest.mark.parametrize("path", ["events/", "events/upcoming/", "events/my_events/"])
async def test_a_page_that_is_not_there(
    api: httpx.AsyncClient, uow: Units, as_guest: Headers, path: str
) -> None:
    await a_conference(uow)
    for page in ("2", "0", "-1", "99999999999999999999"):
        answer = await api.get(f"/api/{path}?page={page}", headers=as_guest)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})
    # The first page is there, also of an empty list.
    for query in ("page=1", "page=1&title=nothing"):
        assert (await api.get(f"/api/{path}?{query}", headers=as_guest)).status_code == 200


async def test_addresses_are_those_that_people_use(app: Served, uow: Units) -> None:
    for _ in range(2):
        await a_conference(uow)
    public = app.runtime.settings.model_copy(update={"public_url": "https://events.example/x/"})
    async with served(create_app(public)) as running, running.client() as client:
        answer = await client.get("/compat/jointoit/api/events?page_size=1")
    expected = "https://events.example/x/compat/jointoit/api/events/?page_size=1&page=2"
    assert answer.json()["next"] == expected


async def test_ones_own_events_are_listed_whatever_they_are(
    api: httpx.AsyncClient, client: httpx.AsyncClient, uow: Units, organizer: User, slash: str
) -> None:
    await a_conference(uow, organizer=organizer, name="Draft", status=ConferenceStatus.DRAFT)
    await a_conference(uow, organizer=organizer, name="Shown")
    other = await a_conference(uow)
    headers = await login(client, organizer)
    path = f"{EVENTS}/my_events{slash}"
    mine = (await api.get(f"{path}?organizer={other.organizer_id}", headers=headers)).json()
    assert {event["title"] for event in mine["results"]} == {"Draft", "Shown"}
    assert (await api.get(path)).status_code == 401


@pytest.mark.parametrize("path", ["", "upcoming/", "my_events/"])
async def test_a_list_costs_as_many_statements_however_long_it_is(
    api: httpx.AsyncClient,
    client: httpx.AsyncClient,
    uow: Units,
    organizer: User,
    statements: list[str],
    path: str,
) -> None:
    headers = await login(client, organizer)

    async def cost() -> int:
        await api.get(f"{EVENTS}/{path}", headers=headers)
        statements.clear()
        answer = await api.get(f"{EVENTS}/{path}", headers=headers)
        assert answer.status_code == 200
        return len(statements)

    await a_conference(uow, organizer=organizer)
    one = await cost()
    for _ in range(2):
        await a_conference(uow, organizer=organizer)
    assert await cost() == one <= 4


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            "ordering=bogus",
            "Choose from date, created_at, title; - before one for descending.",
        ),
        ("date_after=2024-13-01", "This is no day of the calendar."),
        ("date_before=2027-02-30", "This is no day of the calendar."),
    ],
)
async def test_what_cannot_be_asked_is_answered_in_words(
    api: httpx.AsyncClient, asked: str, message: str
) -> None:
    answer = await api.get(f"/api/events/?{asked}")
    assert (answer.status_code, answer.json()) == (400, {asked.partition("=")[0]: [message]})
