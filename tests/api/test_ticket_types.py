from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from app.domain.conferences import Conference, ConferenceStatus, Visibility
from app.domain.ticket_types import MOST_TYPES
from tests.api.conftest import Headers
from tests.factories import Units, a_conference, a_registration, a_ticket_type, an_attendee

VIP = {"name": "VIP", "price": 150.0, "quantity": 20}
MISSING = ["0", "999", "abc", "9" * 30]


def path(conference: Conference, id: int | str | None = None) -> str:
    return f"/api/v1/conferences/{conference.id}/ticket-types/" + (f"{id}/" if id else "")


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def at_fault(answer: httpx.Response) -> list[str]:
    return sorted(answer.json()["errors"])


@pytest.fixture
async def organizing(client: httpx.AsyncClient, as_organizer: Headers) -> httpx.AsyncClient:
    """The client of the organizer of `conference`."""
    client.headers.update(as_organizer)
    return client


async def made(
    client: httpx.AsyncClient, conference: Conference, **others: object
) -> dict[str, Any]:
    answer = await client.post(path(conference), json=VIP | others)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def test_an_organizer_offers_ticket_types(
    organizing: httpx.AsyncClient, conference: Conference
) -> None:
    data = await made(organizing, conference)
    assert data == data | VIP | {
        "conference": conference.id,
        "description": "",
        "currency": "USD",
        "seats_taken": 0,
        "remaining": 20,
        "waiting": 0,
        "sales_start": None,
        "sales_end": None,
    }
    assert (await organizing.get(path(conference, data["id"]))).json()["data"] == data
    general = await made(organizing, conference, name="General", quantity=None, price="0")
    assert (general["quantity"], general["remaining"], general["price"]) == (None, None, 0.0)
    body = (await organizing.get(path(conference))).json()
    assert body["data"] == [data, general]
    assert body["meta"]["count"] == 2
    answer = await organizing.get(path(conference), params={"ordering": "price", "page_size": 1})
    assert answer.json()["data"] == [general]


async def test_every_field_comes_back(
    organizing: httpx.AsyncClient, conference: Conference
) -> None:
    extras = {
        "description": "Front rows\nand dinner",
        "price": "149.90",
        "sales_start": "2026-05-01T12:00:00+02:00",
        "sales_end": "2026-07-01T00:00:00Z",
    }
    data = await made(organizing, conference, **extras)
    assert data == data | extras | {"price": 149.9, "sales_start": "2026-05-01T10:00:00Z"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", None),
        ("name", "x" * 201),
        ("price", -1),
        ("price", None),
        ("price", 1.005),
        ("price", "NaN"),
        ("quantity", 0),
        ("quantity", -1),
        ("quantity", 1.5),
        ("quantity", "20"),
        ("quantity", True),
        ("quantity", 2**31),
        ("description", None),
        ("sales_start", "2026-05-01"),
        ("sales_end", 5),
        ("currency", "EUR"),
        ("seats_taken", 3),
        ("conference", 1),
    ],
)
async def test_what_cannot_be_meant_is_named(
    organizing: httpx.AsyncClient, conference: Conference, field: str, value: object
) -> None:
    answer = await organizing.post(path(conference), json=VIP | {field: value})
    assert code(answer) == (400, "invalid")
    assert at_fault(answer) == [field]


async def test_every_missing_field_is_named(
    organizing: httpx.AsyncClient, conference: Conference
) -> None:
    answer = await organizing.post(path(conference), json={})
    assert code(answer) == (400, "invalid")
    assert at_fault(answer) == ["name", "price", "quantity"]


async def test_sales_start_before_they_end(
    organizing: httpx.AsyncClient, conference: Conference
) -> None:
    moment = "2026-05-01T12:00:00Z"
    window = {"sales_start": moment, "sales_end": moment}
    answer = await organizing.post(path(conference), json=VIP | window)
    assert code(answer) == (400, "invalid_period")
    assert at_fault(answer) == ["sales_end"]
    vip = await made(organizing, conference, sales_end=moment)
    answer = await organizing.patch(path(conference, vip["id"]), json={"sales_start": moment})
    assert code(answer) == (400, "invalid_period")
    answer = await organizing.patch(path(conference, vip["id"]), json=window | {"sales_end": None})
    assert (answer.json()["data"]["sales_start"], answer.json()["data"]["sales_end"]) == (
        moment,
        None,
    )


async def test_a_name_is_given_once_whatever_its_case(
    organizing: httpx.AsyncClient, conference: Conference
) -> None:
    vip = await made(organizing, conference)
    answer = await organizing.post(path(conference), json=VIP | {"name": "vip"})
    assert code(answer) == (409, "name_taken")
    assert at_fault(answer) == ["name"]
    assert answer.json()["conflicts_with"] == {
        "kind": "ticket_type",
        "id": vip["id"],
        "name": "VIP",
    }
    other = await made(organizing, conference, name="General")
    answer = await organizing.put(path(conference, other["id"]), json={"name": "vIp"})
    assert code(answer) == (409, "name_taken")
    answer = await organizing.put(path(conference, vip["id"]), json={"name": "vip"})
    assert answer.json()["data"]["name"] == "vip"


async def test_who_may(
    client: httpx.AsyncClient,
    rival_client: httpx.AsyncClient,
    visitor_client: httpx.AsyncClient,
    admin_client: httpx.AsyncClient,
    conference: Conference,
    uow: Units,
) -> None:
    vip = await a_ticket_type(uow, conference, name="VIP")
    one = path(conference, vip.id)
    for anonymous in (await client.get(one), await client.get(path(conference))):
        assert anonymous.status_code == 401
    for stranger in (rival_client, visitor_client):
        assert (await stranger.get(one)).status_code == 200
        assert (await stranger.get(path(conference))).status_code == 200
        for refused in (
            await stranger.post(path(conference), json=VIP | {"name": "Mine"}),
            await stranger.put(one, json={"price": 0}),
            await stranger.delete(one),
        ):
            assert code(refused) == (403, "forbidden")
    assert (await admin_client.put(one, json={"price": 5})).json()["data"]["price"] == 5.0
    assert (await admin_client.delete(one)).status_code == 200


@pytest.mark.parametrize(
    "hidden",
    [{"status": ConferenceStatus.DRAFT}, {"visibility": Visibility.PRIVATE}],
)
async def test_those_of_what_is_hidden_do_not_exist_for_strangers(
    rival_client: httpx.AsyncClient, uow: Units, organizer: User, hidden: dict[str, Any]
) -> None:
    conference = await a_conference(uow, organizer=organizer, **hidden)
    vip = await a_ticket_type(uow, conference)
    for answer in (
        await rival_client.get(path(conference)),
        await rival_client.get(path(conference, vip.id)),
        await rival_client.post(path(conference), json=VIP),
        await rival_client.put(path(conference, vip.id), json={}),
        await rival_client.delete(path(conference, vip.id)),
    ):
        assert code(answer) == (404, "not_found")


async def test_a_ticket_type_is_found_under_its_own_conference_alone(
    admin_client: httpx.AsyncClient, conference: Conference, uow: Units
) -> None:
    vip = await a_ticket_type(uow)
    for id in (*MISSING, str(vip.id)):
        one = path(conference, id)
        assert code(await admin_client.get(one)) == (404, "not_found")
        assert code(await admin_client.put(one, json={})) == (404, "not_found")
        assert code(await admin_client.delete(one)) == (404, "not_found")
    for id in MISSING:
        types = f"/api/v1/conferences/{id}/ticket-types/"
        assert code(await admin_client.get(types)) == (404, "not_found")
        assert code(await admin_client.post(types, json=VIP)) == (404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_part_of_the_fields_is_updated(
    organizing: httpx.AsyncClient, conference: Conference, method: str
) -> None:
    before = await made(organizing, conference)
    changes = {"price": 120.5, "quantity": None, "description": "Less"}
    answer = await organizing.request(method, path(conference, before["id"]), json=changes)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert data == before | changes | {"remaining": None, "updated_at": data["updated_at"]}
    assert (await organizing.get(path(conference, before["id"]))).json()["data"] == data
    for wrong in ({"name": None}, {"price": None}, {"quantity": 0}, {"waiting": 1}):
        answer = await organizing.request(method, path(conference, before["id"]), json=wrong)
        assert code(answer) == (400, "invalid")
        assert at_fault(answer) == list(wrong)


async def test_a_quantity_is_not_lowered_below_what_is_taken(
    admin_client: httpx.AsyncClient, conference: Conference, uow: Units
) -> None:
    vip = await a_ticket_type(uow, conference, quantity=5)
    for _ in range(2):
        await a_registration(uow, vip)
    one = path(conference, vip.id)
    answer = await admin_client.put(one, json={"quantity": 1})
    assert code(answer) == (409, "capacity_below_taken")
    assert at_fault(answer) == ["quantity"]
    data = (await admin_client.put(one, json={"quantity": 2})).json()["data"]
    assert (data["seats_taken"], data["remaining"]) == (2, 0)


async def test_what_somebody_holds_is_not_deleted(
    admin_client: httpx.AsyncClient, conference: Conference, uow: Units
) -> None:
    vip = await a_ticket_type(uow, conference, name="VIP", quantity=5)
    registration = await a_registration(uow, vip)
    one = path(conference, vip.id)
    assert code(await admin_client.delete(one)) == (409, "ticket_type_in_use")
    assert (await admin_client.get(one)).status_code == 200
    await admin_client.delete(f"/api/v1/registrations/{registration.id}/")
    answer = await admin_client.delete(one)
    assert answer.status_code == 200
    assert answer.json()["data"] is None
    assert code(await admin_client.get(one)) == (404, "not_found")
    assert code(await admin_client.delete(one)) == (404, "not_found")
    assert (await admin_client.get(path(conference))).json()["data"] == []
    assert (await made(admin_client, conference))["id"] != vip.id


async def test_what_somebody_waits_for_is_not_deleted(
    admin_client: httpx.AsyncClient, conference: Conference, uow: Units
) -> None:
    vip = await a_ticket_type(uow, conference, quantity=1)
    await a_registration(uow, vip)
    waiting = {
        "conference": conference.id,
        "ticket_type": vip.id,
        "attendee": (await an_attendee(uow)).id,
        "waitlist": True,
    }
    answer = await admin_client.post("/api/v1/registrations/", json=waiting)
    assert answer.json()["data"]["status"] == "waitlisted", answer.text
    one = path(conference, vip.id)
    assert (await admin_client.get(one)).json()["data"]["waiting"] == 1
    assert code(await admin_client.delete(one)) == (409, "ticket_type_in_use")


async def test_a_cancelled_conference_gets_none(
    admin_client: httpx.AsyncClient, conference: Conference
) -> None:
    await admin_client.post(f"/api/v1/conferences/{conference.id}/cancel/")
    answer = await admin_client.post(path(conference), json=VIP)
    assert code(answer) == (409, "conference_state")


async def test_those_of_a_deleted_conference_are_gone(
    admin_client: httpx.AsyncClient, conference: Conference, uow: Units
) -> None:
    vip = await a_ticket_type(uow, conference)
    await admin_client.delete(f"/api/v1/conferences/{conference.id}/")
    assert code(await admin_client.get(path(conference))) == (404, "not_found")
    assert code(await admin_client.get(path(conference, vip.id))) == (404, "not_found")


async def test_there_are_at_most_a_hundred(
    admin_client: httpx.AsyncClient, conference: Conference, engine: AsyncEngine
) -> None:
    fill = text(
        "INSERT INTO ticket_types (conference_id, name, name_folded, created_at, updated_at)"
        " SELECT :id, n, n, now(), now() FROM generate_series(2, :most) AS n"
    )
    async with engine.begin() as connection:
        await connection.execute(fill, {"id": conference.id, "most": MOST_TYPES})
    await made(admin_client, conference)
    answer = await admin_client.post(path(conference), json=VIP | {"name": "One more"})
    assert code(answer) == (409, "conference_state")


async def test_the_currency_is_settled_once_there_are_ticket_types(
    admin_client: httpx.AsyncClient, conference: Conference
) -> None:
    one = f"/api/v1/conferences/{conference.id}/"
    assert (await admin_client.put(one, json={"currency": "JPY"})).status_code == 200
    answer = await admin_client.post(path(conference), json=VIP | {"price": 9.5})
    assert code(answer) == (400, "invalid")
    assert at_fault(answer) == ["price"]
    assert (await made(admin_client, conference))["currency"] == "JPY"
    answer = await admin_client.put(one, json={"currency": "USD"})
    assert code(answer) == (409, "conference_state")
    assert at_fault(answer) == ["currency"]


async def test_a_repeated_request_makes_one_ticket_type(
    organizing: httpx.AsyncClient, conference: Conference
) -> None:
    headers = {"Idempotency-Key": "once"}
    answers = [await organizing.post(path(conference), json=VIP, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert (await organizing.get(path(conference))).json()["meta"]["count"] == 1
