"""The same story through each contract leaves the same behind; and all tell of the same event."""

from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.repositories.uow import UnitOfWork
from tests.compat.conftest import Headers
from tests.compat.story import (
    SEATS,
    TELLERS,
    EventManagement,
    MiniEvent,
    Native,
    Person,
    Teller,
)
from tests.factories import a_user, login
from tests.races.scene import broken_promises

Uow = Callable[[], UnitOfWork]
Tell = Callable[[type[Teller]], Teller]

_LEFT_BEHIND = text(
    "SELECT a.email, r.status, r.quantity, r.price_minor, r.session_id, r.ticket_type_id"
    " FROM registrations r JOIN attendees a ON a.id = r.attendee_id"
    " WHERE r.conference_id = :event ORDER BY r.id"
)
_COUNTED = text(
    "SELECT capacity, seats_taken, waiting, status, visibility FROM conferences WHERE id = :event"
)


@pytest.fixture
def tell(client: httpx.AsyncClient, as_organizer: Headers, as_admin: Headers) -> Tell:
    return lambda contract: contract(client=client, organizer=as_organizer, admin=as_admin)


async def people(client: httpx.AsyncClient, uow: Uow, many: int) -> list[Person]:
    users = [await a_user(uow, username=f"guest{number}") for number in range(many)]
    return [
        Person(name=user.username, email=user.email, headers=await login(client, user))
        for user in users
    ]


@pytest.mark.parametrize("contract", TELLERS, ids=lambda one: one.__name__)
async def test_an_event_is_filled_refuses_and_gives_a_seat_on(
    tell: Tell,
    client: httpx.AsyncClient,
    uow: Uow,
    engine: AsyncEngine,
    contract: type[Teller],
) -> None:
    teller = tell(contract)
    first, second, third, fourth = await people(client, uow, 4)
    event = await teller.create()
    assert [await teller.register(event, who) for who in (first, second)] == ["seated"] * 2
    assert await teller.register(event, first) == "refused"
    late = [await teller.register(event, who) for who in (third, fourth)]
    assert late == (["waits"] * 2 if teller.waits else ["refused"] * 2)
    await teller.cancel(first)
    if not teller.waits:
        assert await teller.register(event, third) == "seated"
    async with engine.connect() as connection:
        rows = [tuple(row) for row in await connection.execute(_LEFT_BEHIND, {"event": event})]
        counted = (await connection.execute(_COUNTED, {"event": event})).one()
    left = [
        (first.email, "cancelled", 1, 0, None, None),
        (second.email, "confirmed", 1, 0, None, None),
        (third.email, "confirmed", 1, 0, None, None),
    ]
    waiting = [(fourth.email, "waitlisted", 1, 0, None, None)] if teller.waits else []
    assert rows == left + waiting
    assert tuple(counted) == (SEATS, SEATS, len(waiting), "published", "public")
    assert await broken_promises(engine) == []


@pytest.mark.parametrize("made_by", TELLERS, ids=lambda one: one.__name__)
async def test_an_event_made_through_one_contract_is_the_same_in_all(
    tell: Tell, client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine, made_by: type[Teller]
) -> None:
    tellers = [tell(contract) for contract in TELLERS]
    maker = next(teller for teller in tellers if isinstance(teller, made_by))
    event = await maker.create()
    assert [await teller.seen(event) for teller in tellers] == [(event, SEATS)] * len(tellers)
    first, second, third = await people(client, uow, 3)
    native, management, mini, hub, join = tellers
    assert await mini.register(event, first) == "seated"
    assert await management.register(event, second) == "seated"
    # The house is full for all, whoever took its seats.
    for teller in (mini, hub, join):
        assert await teller.register(event, third) == "refused"
    assert await native.register(event, third) == "waits"
    conference = await client.get(f"/api/v1/conferences/{event}/", headers=native.admin)
    data = conference.json()["data"]
    assert (data["seats_taken"], data["waiting"]) == (2, 1)
    shown = await client.get(f"/compat/mini-event/api/events/{event}/attendees/")
    assert [one["name"] for one in shown.json()] == [first.name, "Ada Lovelace"]
    assert await broken_promises(engine) == []


@pytest.mark.parametrize(
    ("earlier", "later"),
    [(one, other) for one in TELLERS for other in TELLERS if one is not other],
    ids=lambda one: one.__name__,
)
async def test_a_guest_and_an_account_of_one_address_are_one_person(
    tell: Tell,
    client: httpx.AsyncClient,
    uow: Uow,
    engine: AsyncEngine,
    earlier: type[Teller],
    later: type[Teller],
) -> None:
    event = await tell(Native).create()
    [who] = await people(client, uow, 1)
    shouting = Person(name="Somebody Else", email=who.email.upper(), headers=who.headers)
    assert await tell(earlier).register(event, who) == "seated"
    assert await tell(later).register(event, shouting) == "refused"
    async with engine.connect() as connection:
        counted = await connection.execute(text("SELECT count(*) FROM attendees"))
        assert counted.scalar_one() == 1


async def test_a_guest_gains_no_sight_of_the_account_behind_the_address(
    tell: Tell, client: httpx.AsyncClient, uow: Uow
) -> None:
    """Registering by an address shows nothing of whose it is, and changes nothing about them."""
    mini, management = tell(MiniEvent), tell(EventManagement)
    event = await management.create()
    [who] = await people(client, uow, 1)
    await management.register(event, who)
    other = await mini.create()
    answer = await client.post(
        f"/compat/mini-event/api/events/{other}/register/",
        json={"name": "Mallory", "email": who.email},
    )
    assert answer.status_code == 201
    assert set(answer.json()) >= {"id", "event", "name", "email", "registered_at"}
    assert answer.json()["name"] == "Mallory"
    me = await client.get("/api/v1/users/me/", headers=who.headers)
    assert (me.json()["data"]["first_name"], me.json()["data"]["last_name"]) == ("Ada", "Lovelace")


async def test_an_organizer_gets_to_know_nobody_by_writing_down_an_address(
    tell: Tell, client: httpx.AsyncClient, uow: Uow
) -> None:
    """A guest's registration shows the name that was given, and nothing of who has the address."""
    mini, native = tell(MiniEvent), tell(Native)
    event = await native.create()
    [victim] = await people(client, uow, 1)
    own = {"attendee_name": "Ada", "email": victim.email, "phone_number": "+32 9 555 01 01"}
    entered = await client.post("/api/v1/attendees/", json=own, headers=victim.headers)
    assert entered.status_code == 201, entered.text
    known = entered.json()["data"]["id"]
    named = Person(name="Whoever", email=victim.email, headers={})
    assert await mini.register(event, named) == "seated"
    for path in (f"attendees/{known}/", f"attendees/{known}/recommendations/"):
        hidden = await client.get(f"/api/v1/{path}", headers=native.organizer)
        assert hidden.status_code == 404
    listed = await client.get(f"/api/v1/attendees/?conference={event}", headers=native.organizer)
    assert listed.json()["data"] == []
    another = await native.create()
    drawn = await client.post(
        "/api/v1/registrations/",
        json={"conference": another, "attendee": known},
        headers=native.organizer,
    )
    assert drawn.status_code == 403
