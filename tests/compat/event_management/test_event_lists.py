"""Who sees which events of seed 001's contract, in which order, and at what cost."""

import httpx

from app.domain.access import Role
from app.domain.accounts import User
from app.domain.conferences import ConferenceStatus, Visibility
from tests.compat.conftest import Headers
from tests.compat.event_management.seed import CHANGE, EVENT_IN
from tests.factories import (
    FIRST_DAY,
    Units,
    a_conference,
    a_registration,
    a_session,
    a_ticket_type,
    a_user,
    an_attendee,
    login,
)


async def test_private_ones_are_seen_by_those_they_concern(
    api: httpx.AsyncClient, client: httpx.AsyncClient, uow: Units, organizer: User
) -> None:
    secret = await a_conference(uow, organizer=organizer, visibility=Visibility.PRIVATE)
    comes, stranger = await a_user(uow), await a_user(uow, role=Role.ORGANIZER)
    await a_registration(uow, secret, await an_attendee(uow, user=comes))
    place = f"/api/events/{secret.id}/"
    for user, sees in ((None, False), (stranger, False), (comes, True), (organizer, True)):
        headers = await login(client, user) if user else {}
        listed = (await api.get("/api/events/", headers=headers)).json()
        assert [event["id"] for event in listed] == ([secret.id] if sees else [])
        assert (await api.get(place, headers=headers)).status_code == (200 if sees else 404)
    strange = await login(client, stranger)
    put = await api.put(f"{place}update/", json=CHANGE, headers=strange)
    assert put.status_code == 404


async def test_drafts_and_cancelled_ones_are_in_no_list(
    api: httpx.AsyncClient,
    client: httpx.AsyncClient,
    uow: Units,
    organizer: User,
    as_organizer: Headers,
) -> None:
    draft = await a_conference(uow, organizer=organizer, status=ConferenceStatus.DRAFT)
    cancelled = await a_conference(uow, organizer=organizer)
    await client.post(f"/api/v1/conferences/{cancelled.id}/cancel/", headers=as_organizer)
    assert (await api.get("/api/events/", headers=as_organizer)).json() == []
    assert (await api.get(f"/api/events/{draft.id}/")).status_code == 404
    assert (await api.get(f"/api/events/{cancelled.id}/")).status_code == 200


async def test_a_token_that_is_no_good_is_refused_even_where_none_is_needed(
    api: httpx.AsyncClient,
) -> None:
    answer = await api.get("/api/events/", headers={"Authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


async def test_the_list_is_by_start_and_can_be_narrowed(
    api: httpx.AsyncClient, as_organizer: Headers, uow: Units
) -> None:
    late = await a_conference(uow, starts_at=FIRST_DAY.replace(month=6), capacity=5)
    made = await api.post("/api/events/create/", json=EVENT_IN, headers=as_organizer)
    first = made.json()

    async def ids(query: str) -> list[int]:
        answer = await api.get(f"/api/events/?{query}")
        assert answer.status_code == 200, answer.text
        return [event["id"] for event in answer.json()]

    assert await ids("") == [first["id"], late.id]
    assert await ids("ordering=-date_time&unknown=1") == [late.id, first["id"]]
    assert await ids("page=2&page_size=1") == [late.id]
    assert await ids("category=1") == await ids("location=york") == [first["id"]]
    assert await ids(f"organizer={late.organizer_id}") == [late.id]
    assert await ids("page=9") == []
    wrong = await api.get("/api/events/?page=0&category=x")
    assert (wrong.status_code, set(wrong.json())) == (400, {"page", "category"})


async def test_a_list_costs_as_many_statements_however_long_it_is(
    api: httpx.AsyncClient, uow: Units, statements: list[str]
) -> None:
    async def cost() -> int:
        statements.clear()
        assert (await api.get("/api/events/")).status_code == 200
        return len(statements)

    event = await a_conference(uow)
    await cost()
    # The page, the sessions, the ticket types.
    assert await cost() == 3
    for hour in range(4):
        await a_session(uow, event, hour=hour)
        await a_ticket_type(uow, event)
        await a_ticket_type(uow, await a_conference(uow))
    # What is seen for the first time is read in one statement more.
    assert await cost() == 4
    assert await cost() == 3


async def test_an_order_there_is_not_is_answered_with_those_there_are(
    api: httpx.AsyncClient,
) -> None:
    answer = await api.get("/api/events/?ordering=bogus")
    said = "Choose from date_time, created_at; - before one for descending."
    assert (answer.status_code, answer.json()) == (400, {"ordering": [said]})
