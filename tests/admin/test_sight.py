import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import closing
from app.domain.accounts import User
from app.domain.conferences import Conference
from app.domain.times import utc_now
from tests.admin.scene import a_scene
from tests.admin.site import ALL, FOR_ADMINS, Visitor
from tests.factories import (
    PASSWORD_HASH,
    Units,
    a_conference,
    a_registration,
    a_user,
    an_attendee,
    caller,
)

OF_A_CONFERENCE = [noun for noun in ALL if noun != "categories"]


@pytest.mark.parametrize("noun", OF_A_CONFERENCE)
async def test_organizers_see_what_hangs_on_their_own_conferences(
    at_home: Visitor,
    rival: Visitor,
    admin: Visitor,
    uow: Units,
    engine: AsyncEngine,
    organizer: User,
    noun: str,
) -> None:
    await a_scene(uow, engine, organizer)
    own, every = await at_home.ids(noun), await admin.ids(noun)
    assert own
    assert set(own) <= set(every)
    assert await rival.ids(noun) == []
    for id in own:
        assert (await at_home.get(f"/{noun}/detail", pk=id)).status_code == 200
        assert (await rival.get(f"/{noun}/detail", pk=id)).status_code == 404


async def test_organizers_see_nothing_of_others(
    at_home: Visitor, admin: Visitor, uow: Units, rival: Visitor
) -> None:
    stranger = await a_conference(uow)
    assert await at_home.ids("conferences") == []
    assert await admin.ids("conferences") == [stranger.id]
    for page in (await at_home.get("/"), await rival.get("/")):
        assert ">1<" not in page.text


async def test_organizers_see_those_whom_they_entered(
    at_home: Visitor, rival: Visitor, uow: Units, organizer: User
) -> None:
    entered = await an_attendee(uow, by=organizer)
    assert await at_home.ids("attendees") == [entered.id]
    assert await rival.ids("attendees") == []


async def test_an_address_that_anybody_wrote_down_shows_nobody_s_record(
    at_home: Visitor, uow: Units, engine: AsyncEngine, organizer: User
) -> None:
    known = await an_attendee(uow, user=await a_user(uow))
    await a_registration(uow, await a_conference(uow, organizer=organizer), known)
    assert await at_home.ids("attendees") == [known.id]
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE registrations SET guest_name = 'Somebody'"))
    assert await at_home.ids("attendees") == []


async def test_who_has_not_proven_the_address_does_not_see_the_record_of_it(
    at_home: Visitor, uow: Units, engine: AsyncEngine, organizer: User
) -> None:
    written_down = await an_attendee(uow, email=organizer.email)
    assert await at_home.ids("attendees") == [written_down.id]
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE users SET verified_at = NULL"))
    assert await at_home.ids("attendees") == []


@pytest.mark.parametrize("noun", FOR_ADMINS)
async def test_the_machinery_and_the_accounts_are_for_admins(
    at_home: Visitor, admin: Visitor, organizer: User, noun: str
) -> None:
    assert (await at_home.get(f"/{noun}/list")).status_code == 403
    assert (await at_home.get(f"/{noun}/detail", pk=organizer.id)).status_code == 403
    assert (await at_home.get(f"/_api/{noun}/relation-lookup")).status_code == 403
    assert f"/admin/{noun}/list" not in (await at_home.get("/")).text
    assert (await admin.get(f"/{noun}/list")).status_code == 200
    assert f"/admin/{noun}/list" in (await admin.get("/")).text


async def test_everybody_sees_the_categories(at_home: Visitor) -> None:
    assert sorted(await at_home.ids("categories")) == [1, 2, 3, 4, 5, 6, 7]


async def test_no_page_shows_the_hash_of_a_password(
    admin: Visitor, uow: Units, engine: AsyncEngine, organizer: User
) -> None:
    await a_scene(uow, engine, organizer)
    for noun in (*ALL, *FOR_ADMINS):
        pages = [await admin.get(f"/{noun}/list"), await admin.get(f"/{noun}/list", q="argon2")]
        pages += [await admin.get(f"/{noun}/detail", pk=id) for id in await admin.ids(noun)]
        pages.append(await admin.get(f"/_api/{noun}/relation-lookup"))
        for page in pages:
            assert PASSWORD_HASH not in page.text
            assert "$argon2id$" not in page.text
            assert "password_hash" not in page.text
    assert (await admin.get("/users/list", filter="password_hash__contains=a")).status_code == 400
    by_hash = await admin.get("/users/list", sort="password_hash__asc")
    by_default = await admin.get("/users/list")
    assert by_hash.text.count("<tr") == by_default.text.count("<tr")
    assert await admin.ids("users", q="argon2") == []


async def test_links_to_what_is_not_for_the_reader_are_words_only(
    at_home: Visitor, admin: Visitor, conference: Conference, organizer: User
) -> None:
    link = f"/admin/users/detail?pk={organizer.id}"
    path = "/conferences/detail"
    assert link in (await admin.get(path, pk=conference.id)).text
    page = (await at_home.get(path, pk=conference.id)).text
    assert link not in page
    assert organizer.username in page


async def test_what_is_deleted_is_listed_no_more_and_still_told_by_its_page(
    at_home: Visitor, uow: Units, organizer: User, conference: Conference
) -> None:
    await closing.delete_conference(uow(), caller(organizer), conference.id, utc_now())
    assert await at_home.ids("conferences") == []
    page = await at_home.get("/conferences/detail", pk=conference.id)
    assert "Deleted at" in page.text
    assert "data-sa-name" not in page.text


async def test_names_are_shown_as_they_are_and_never_run(
    at_home: Visitor, uow: Units, organizer: User, engine: AsyncEngine
) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 'q' * 9 }}"
    shown = await a_conference(uow, organizer=organizer, name=evil, description=evil)
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE conferences SET location = :evil, timezone = :evil"), {"evil": evil}
        )
    for page in (
        await at_home.get("/conferences/list"),
        await at_home.get("/conferences/list", q=evil),
        await at_home.get("/conferences/detail", pk=shown.id),
        await at_home.get("/sessions/list", filter=f'name__contains="{evil[:20]}"'),
    ):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "qqqqqqqqq" not in page.text


@pytest.mark.parametrize("pk", ["", "x", "0", "-1", "9" * 30, "1 OR 1=1", "\0", "1.5"])
async def test_what_is_no_number_of_anything_is_not_found(admin: Visitor, pk: str) -> None:
    assert (await admin.get("/conferences/detail", pk=pk)).status_code == 404
    assert await admin.refused("conferences", "cancel", pk) == "Not found."
