"""Who changed what, when, from what to what, as admins read it."""

import html
import re

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from app.domain.conferences import Conference
from tests.admin.scene import Scene, a_scene
from tests.admin.site import Visitor
from tests.factories import Units, a_user

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
OF_THE_SCENE = ("conference", "session", "registration", "payment", "attendee")
_PAGES = {
    "conference": "conferences",
    "session": "sessions",
    "registration": "registrations",
    "payment": "payments",
    "attendee": "attendees",
    "user": "users",
}


async def run(
    engine: AsyncEngine, statement: str, actor: str = "command", **values: object
) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text("SELECT set_config('plenary.actor', :said, true)"), {"said": actor}
        )
        await connection.execute(text(statement), values)


async def told(admin: Visitor, kind: str, id: int) -> list[str]:
    """The rows of one thing's history, the newest first, as one reads them."""
    return rows(await narrowed(admin, kind, id))


async def narrowed(admin: Visitor, kind: str, id: int) -> str:
    answer = await admin.get("/history/list", filter=f"kind__in={kind} AND object_id__eq={id}")
    assert answer.status_code == 200
    return answer.text


def rows(page: str) -> list[str]:
    """What one reads in each row of a list."""
    return [read(row) for row in re.findall(r"<tr data-sa-pk.+?</tr>", page, re.DOTALL)]


def read(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


async def detail(admin: Visitor, kind: str, id: int) -> str:
    """The page of the newest note of one thing."""
    narrowed = f"kind__in={kind} AND object_id__eq={id}"
    newest, *_ = await admin.ids("history", filter=narrowed)
    return (await admin.get("/history/detail", pk=newest)).text


async def test_a_change_tells_from_what_to_what_in_the_words_of_the_page(
    admin: Visitor, uow: Units, engine: AsyncEngine, organizer: User
) -> None:
    session = (await a_scene(uow, engine, organizer)).priced
    await run(
        engine,
        "UPDATE sessions SET name = 'Keynote: Past of AI', price_minor = 5550, room = 'Hall 2',"
        " speaker = 'Grace Hopper', starts_at = '2031-03-10T12:30:00+00',"
        " ends_at = '2031-03-10T13:30:15+00' WHERE id = :id",
        id=session.id,
    )
    row, *_ = await told(admin, "session", session.id)
    whole = read(await detail(admin, "session", session.id))
    assert f"Name: {session.name} → Keynote: Past of AI" in row
    assert "Price: 12.50 USD → 55.50 USD" not in row
    assert "more" in row
    for said in (
        f"Name: {session.name} → Keynote: Past of AI",
        "Price: 12.50 USD → 55.50 USD",
        "→ Hall 2",
        "→ Grace Hopper",
        "→ 2031-03-10 12:30 ",
        "→ 2031-03-10 13:30:15",
    ):
        assert said in whole, said
    assert "price_minor" not in whole
    assert "[" not in re.findall(r"From → to(.+)", whole)[0][:200]


async def test_the_thing_and_who_changed_it_are_named_and_lead_to_their_pages(
    admin: Visitor, engine: AsyncEngine, conference: Conference, organizer: User
) -> None:
    await run(
        engine,
        "UPDATE conferences SET name = 'Renamed' WHERE id = :id",
        f"user {organizer.id} r-1",
        id=conference.id,
    )
    page = await narrowed(admin, "conference", conference.id)
    newest = rows(page)[0]
    assert f"User {organizer.id}: {organizer.username}" in newest
    assert f"{conference.id}: Renamed" in newest
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", newest)
    assert f"/admin/conferences/detail?pk={conference.id}" in page
    assert f"/admin/users/detail?pk={organizer.id}" in page


async def test_what_is_made_says_so_and_in_which_state(
    admin: Visitor, uow: Units, engine: AsyncEngine, organizer: User
) -> None:
    scene = await a_scene(uow, engine, organizer)
    assert "Made: Waitlisted" in (await told(admin, "registration", scene.waiting.id))[-1]
    row = (await told(admin, "attendee", scene.guest.id))[-1]
    assert f"{scene.guest.id}: {scene.guest.name}" in row
    assert "created Made" in row


async def test_what_is_not_kept_is_said_to_have_changed(
    admin: Visitor, engine: AsyncEngine, organizer: User
) -> None:
    await run(
        engine,
        "UPDATE users SET password_hash = 'other', is_active = false WHERE id = :id",
        id=organizer.id,
    )
    row, *_ = await told(admin, "user", organizer.id)
    assert "Password: (not kept) → (not kept)" in row
    assert "Active: Yes → No" in row


async def test_names_in_the_history_are_shown_as_they_are_and_never_run(
    admin: Visitor, uow: Units, engine: AsyncEngine, conference: Conference
) -> None:
    evil = {"evil": EVIL, "id": conference.id}
    mallory = await a_user(uow)
    await run(engine, "UPDATE users SET username = :evil WHERE id = :id", evil=EVIL, id=mallory.id)
    await run(
        engine,
        "UPDATE conferences SET name = :evil, location = :evil, tags = ARRAY[:evil] WHERE id = :id",
        f"user {mallory.id}",
        **evil,
    )
    listed = await narrowed(admin, "conference", conference.id)
    whole = await detail(admin, "conference", conference.id)
    for page in (listed, whole):
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert f"→ {' '.join(EVIL.split())}" in read(whole)


async def test_a_long_text_is_cut_in_the_list_and_whole_on_the_page(
    admin: Visitor, engine: AsyncEngine, conference: Conference
) -> None:
    long = "word " * 200 + "end."
    await run(
        engine, "UPDATE conferences SET description = :l WHERE id = :id", l=long, id=conference.id
    )
    assert "end." not in (await told(admin, "conference", conference.id))[0]
    assert "word end." in read(await detail(admin, "conference", conference.id))


@pytest.mark.parametrize("kind", OF_THE_SCENE)
async def test_the_page_of_a_thing_leads_an_admin_to_its_history(
    admin: Visitor,
    at_home: Visitor,
    uow: Units,
    engine: AsyncEngine,
    organizer: User,
    kind: str,
) -> None:
    id = await _one(await a_scene(uow, engine, organizer), admin, kind)
    path = f"/{_PAGES[kind]}/detail"
    page = (await admin.get(path, pk=id)).text
    [link] = re.findall(r'href="[^"]*?/admin(/history/list\?filter=[^"]+)"', page)
    found = (await admin.get(html.unescape(link))).text
    assert rows(found) == await told(admin, kind, id) != []
    assert "/history/list" not in (await at_home.get(path, pk=id)).text


async def test_the_page_of_an_account_leads_to_its_history(admin: Visitor, organizer: User) -> None:
    page = (await admin.get("/users/detail", pk=organizer.id)).text
    assert f"object_id__eq%3D{organizer.id}" in page


async def test_history_is_found_by_kind_by_number_and_by_who_acted(
    admin: Visitor, engine: AsyncEngine, uow: Units, organizer: User
) -> None:
    scene = await a_scene(uow, engine, organizer)
    await run(
        engine,
        "UPDATE categories SET name = 'Data', name_folded = 'data' WHERE id = 3",
        f"user {organizer.id}",
    )
    [renamed] = await admin.ids("history", q="categories")
    assert await admin.ids("history", q="Category") == [renamed]
    assert await admin.ids("history", q="category 3") == [renamed]
    assert await admin.ids("history", q="category #3") == [renamed]
    assert renamed in await admin.ids("history", q="3")
    assert renamed in await admin.ids("history", q=str(renamed))
    assert await admin.ids("history", q=organizer.username.upper()) == [renamed]
    one = f"ticket type {scene.session.id + 10**6}"
    assert await admin.ids("history", q=one) == []
    assert len(await admin.ids("history", q="check-in")) == 1
    assert await admin.ids("history", filter=f"who__id={organizer.id}") == [renamed]
    assert await admin.ids("history", filter="who__eq=User") == [renamed]
    for nothing in ("nobody", "nothing 3", "category x", "9" * 30, "#", "'; --"):
        assert await admin.ids("history", q=nothing) == [], nothing


async def _one(scene: Scene, admin: Visitor, kind: str) -> int:
    if kind == "payment":
        return (await admin.ids("payments"))[0]
    ids = {
        "conference": scene.conference.id,
        "session": scene.session.id,
        "registration": scene.paid.id,
        "attendee": scene.guest.id,
    }
    return ids[kind]
