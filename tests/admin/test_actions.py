from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import closing, conferences
from app.domain.accounts import User
from app.domain.conferences import Conference, ConferenceStatus
from app.domain.errors import Forbidden, NotFound
from app.domain.times import utc_now
from app.throttle import Throttle
from tests.admin.scene import Scene, a_scene
from tests.admin.site import Visitor
from tests.factories import Units, a_conference, a_registration, a_session, an_attendee, caller
from tests.serving import Served


@pytest.fixture
async def scene(uow: Units, engine: AsyncEngine, organizer: User) -> Scene:
    return await a_scene(uow, engine, organizer)


async def one(engine: AsyncEngine, statement: str, **values: object) -> object:
    async with engine.connect() as connection:
        return (await connection.execute(text(statement), values)).scalar_one()


async def status(engine: AsyncEngine, registration_id: int) -> object:
    return await one(engine, "SELECT status FROM registrations WHERE id = :id", id=registration_id)


async def test_a_draft_is_published_once(
    at_home: Visitor, uow: Units, engine: AsyncEngine, organizer: User
) -> None:
    draft = await a_conference(
        uow, organizer=organizer, name="Autumn <Days>", status=ConferenceStatus.DRAFT
    )
    done = await at_home.done("conferences", "publish", draft.id)
    assert done == "“Autumn &lt;Days&gt;” is published."
    assert await one(engine, "SELECT status FROM conferences") == "published"
    again = await at_home.refused("conferences", "publish", draft.id)
    assert again == "The conference is published already."


async def test_cancelling_a_conference_ends_what_hangs_on_it(
    at_home: Visitor, engine: AsyncEngine, scene: Scene
) -> None:
    done = await at_home.done("conferences", "cancel", scene.conference.id)
    assert done == f"“{scene.conference.name}” is cancelled."
    for registration in (scene.admitted, scene.waiting, scene.paid):
        assert await status(engine, registration.id) == "cancelled"
    assert await one(engine, "SELECT status FROM payments") == "refunded"
    again = await at_home.refused("conferences", "cancel", scene.conference.id)
    assert again == "The conference is cancelled."


@pytest.mark.parametrize("noun", ["registrations", "payments"])
async def test_cancelling_gives_the_money_back(
    at_home: Visitor, engine: AsyncEngine, scene: Scene, noun: str
) -> None:
    payment_id = int(str(await one(engine, "SELECT id FROM payments")))
    about = ("cancel", scene.paid.id) if noun == "registrations" else ("refund", payment_id)
    said = await at_home.done(noun, *about)
    assert said == f"Registration {scene.paid.id} is cancelled."
    assert await status(engine, scene.paid.id) == "cancelled"
    assert await one(engine, "SELECT status FROM payments") == "refunded"
    told = await one(engine, "SELECT count(*) FROM outbox WHERE kind = 'payment_refunded'")
    assert told == 1
    assert await at_home.refused(noun, *about) == "The registration is cancelled already."


async def test_a_seat_given_back_goes_to_the_next_in_line(
    at_home: Visitor, engine: AsyncEngine, scene: Scene
) -> None:
    await at_home.done("registrations", "cancel", scene.admitted.id)
    assert await status(engine, scene.waiting.id) == "confirmed"


@pytest.mark.parametrize("of_session", [True, False])
async def test_the_queue_is_served_at_the_organizers_word(
    at_home: Visitor, engine: AsyncEngine, scene: Scene, of_session: bool
) -> None:
    noun, id = (
        ("sessions", scene.session.id) if of_session else ("conferences", scene.conference.id)
    )
    assert await at_home.done(noun, "serve", id) == "There is no free seat for those who wait."
    async with engine.begin() as connection:
        # As if somebody had made room behind the back of the application.
        await connection.execute(text("UPDATE sessions SET capacity = 2 WHERE capacity = 1"))
    served = await at_home.done(noun, "serve", id)
    if of_session:
        assert served == "Registrations that have their seats now: 1."
        assert await status(engine, scene.waiting.id) == "confirmed"
    else:
        assert served == "There is no free seat for those who wait."
        assert await status(engine, scene.waiting.id) == "waitlisted"


async def test_an_attendee_is_checked_in_and_out_again(
    at_home: Visitor, engine: AsyncEngine, scene: Scene
) -> None:
    name = scene.guest.name
    taken_back = await at_home.done("registrations", "undo", scene.admitted.id)
    assert taken_back == f"{name} is not checked in any more."
    assert "is not checked in" in await at_home.refused("registrations", "undo", scene.admitted.id)
    came = await at_home.done("registrations", "check_in", scene.admitted.id)
    assert came == f"{name} is checked in."
    twice = await at_home.refused("registrations", "check_in", scene.admitted.id)
    assert twice == "This ticket is checked in already."
    [standing, undone] = await at_home.ids("check-ins")
    assert await at_home.done("check-ins", "undo", standing) == taken_back
    assert "is not checked in" in await at_home.refused("check-ins", "undo", undone)
    count = await one(engine, "SELECT count(*) FROM registrations WHERE checked_in_at IS NOT NULL")
    assert count == 0


async def test_the_door_says_why_somebody_does_not_come_in(
    at_home: Visitor, uow: Units, scene: Scene
) -> None:
    held = await a_registration(uow, scene.priced, await an_attendee(uow))
    await at_home.done("registrations", "cancel", scene.admitted.id)
    for registration, reason in (
        (held, "This registration is not paid yet."),
        (scene.admitted, "This registration was cancelled."),
    ):
        assert await at_home.refused("registrations", "check_in", registration.id) == reason


@pytest.mark.parametrize(
    ("noun", "action"),
    [
        ("conferences", "publish"),
        ("conferences", "cancel"),
        ("conferences", "serve"),
        ("sessions", "serve"),
        ("registrations", "cancel"),
        ("registrations", "check_in"),
        ("registrations", "undo"),
        ("check-ins", "undo"),
        ("payments", "refund"),
    ],
)
async def test_nobody_lays_hands_on_what_is_anothers(
    rival: Visitor, at_home: Visitor, engine: AsyncEngine, scene: Scene, noun: str, action: str
) -> None:
    assert scene.conference.id in await at_home.ids("conferences")

    async def everything() -> list[object]:
        return [
            await one(engine, f"SELECT string_agg(t::text, '|' ORDER BY t::text) FROM {table} t")
            for table in ("conferences", "sessions", "registrations", "payments", "check_ins")
        ]

    before = await everything()
    for id in await at_home.ids(noun):
        said = await rival.refused(noun, action, id)
        assert said in (NotFound.message, Forbidden.message)
    assert await everything() == before


async def test_actions_are_shown_where_they_make_sense(
    at_home: Visitor, uow: Units, organizer: User, scene: Scene
) -> None:
    draft = await a_conference(uow, organizer=organizer, status=ConferenceStatus.DRAFT)
    for noun, id, offered in (
        ("conferences", draft.id, ["publish", "cancel"]),
        ("conferences", scene.conference.id, ["cancel"]),
        ("sessions", scene.session.id, ["serve"]),
        ("sessions", scene.priced.id, []),
        ("registrations", scene.admitted.id, ["undo", "cancel"]),
        ("registrations", scene.waiting.id, ["cancel"]),
        ("registrations", scene.paid.id, ["check_in", "cancel"]),
        ("ticket-types", 1, []),
    ):
        page = (await at_home.get(f"/{noun}/detail", pk=id)).text
        shown = [part.partition('"')[0] for part in page.split('data-sa-name="')[1:]]
        assert [name for name in shown if name != "view"] == offered, (noun, id)


async def test_dead_messages_are_sent_again(
    admin: Visitor, engine: AsyncEngine, scene: Scene
) -> None:
    # The worker beside the site delivers these at once: none of them dies again.
    dead = [await a_dead_message(engine, scene.admitted.id) for _ in range(4)]
    assert await admin.done("outbox", "redrive", dead[0]) == "Messages that are tried anew: 1."
    nothing = "None of them was dead; nothing was to be done."
    assert await admin.done("outbox", "redrive", dead[0]) == nothing
    selected: dict[str, str | list[str]] = {
        "name": "redrive_selected",
        "pks": [str(id) for id in dead[:3]],
    }
    assert await batch(admin, selected) == "Messages that are tried anew: 2."
    assert await batch(admin, {"name": "redrive_all"}) == "Messages that are tried anew: 1."
    left = await one(engine, "SELECT count(*) FROM outbox WHERE state = 'dead'")
    assert left == 0


async def test_only_admins_send_dead_messages_again(at_home: Visitor, engine: AsyncEngine) -> None:
    dead = await a_dead_message(engine)
    assert await at_home.refused("outbox", "redrive", dead) == "Forbidden"
    headers = {"X-CSRFToken": await at_home.token()}
    for name in ("redrive_all", "redrive_selected"):
        answer = await at_home.client.post(
            "/admin/_api/outbox/action", params={"name": name, "pks": dead}, headers=headers
        )
        assert answer.status_code == 400
    assert await one(engine, "SELECT state FROM outbox WHERE id = :id", id=dead) == "dead"


async def test_actions_count_as_writes(
    at_home: Visitor, app: Served, conference: Conference, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = Throttle(writes=1, logins_of_account=0, logins_of_address=0)
    monkeypatch.setattr(app.runtime, "throttle", strict)
    await at_home.refused("conferences", "publish", conference.id)
    said = await at_home.refused("conferences", "cancel", conference.id)
    assert said == "Too many requests; slow down."


async def test_an_action_that_is_not_there_is_refused(
    at_home: Visitor, conference: Conference
) -> None:
    assert "Invalid" in await at_home.refused("conferences", "make_coffee", conference.id)
    assert "Invalid" in await at_home.refused("ticket-types", "cancel", 1)


async def test_the_sight_of_an_action_is_not_its_rule(
    at_home: Visitor, uow: Units, organizer: User, conference: Conference
) -> None:
    """What became impossible since the page was made is refused by the domain, in its words."""
    within = await a_session(uow, conference)
    registration = await a_registration(uow, within)
    await closing.cancel_conference(uow(), caller(organizer), conference.id, utc_now())
    said = await at_home.refused("registrations", "cancel", registration.id)
    assert said == "The registration is cancelled already."
    found = await conferences.find(uow(), caller(organizer), conference.id)
    assert found.status is ConferenceStatus.CANCELLED


async def a_dead_message(engine: AsyncEngine, registration_id: int = 404) -> int:
    async with engine.begin() as connection:
        added = await connection.execute(
            text(
                "INSERT INTO outbox (kind, subject, dedupe_key, state, attempts, due_at,"
                " created_at, last_error) VALUES ('registered', :about, :key, 'dead', 12,"
                " now() + '1 day', now(), 'SMTP 451') RETURNING id"
            ),
            {"key": str(uuid4()), "about": registration_id},
        )
        return int(added.scalar_one())


async def batch(visitor: Visitor, params: dict[str, str | list[str]]) -> str:
    headers = {"X-CSRFToken": await visitor.token()}
    answer = await visitor.client.post("/admin/_api/outbox/action", params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return await visitor.told()
