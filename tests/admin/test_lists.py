from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.admin import reading
from app.domain.accounts import User
from app.domain.conferences import ConferenceStatus
from tests.admin.scene import a_scene
from tests.admin.site import ALL, FOR_ADMINS, Visitor
from tests.factories import FIRST_DAY, Units, a_conference, a_session, an_attendee

# Who asks, the page, and how many there are.
MOST_STATEMENTS = 3


async def test_words_are_searched_for_in_any_case_and_literally(
    admin: Visitor, uow: Units, organizer: User
) -> None:
    named = {
        name: (await a_conference(uow, organizer=organizer, name=name)).id
        for name in ("PyData Berlin", "100 % Rust", "Ünïcode Days", "under_score")
    }
    for sought, found in (
        ("pydata", ["PyData Berlin"]),
        ("%", ["100 % Rust"]),
        ("ünïCODE", ["Ünïcode Days"]),
        ("r_s", ["under_score"]),
        ("san francisco", [*reversed(named)]),
        ("nothing like it", []),
        (str(named["100 % Rust"]), ["100 % Rust"] if named["100 % Rust"] != 100 else []),
    ):
        expected = [named[name] for name in found]
        assert set(expected) <= set(await admin.ids("conferences", q=sought)), sought
        if not sought.isdigit():
            assert await admin.ids("conferences", q=sought) == expected, sought


async def test_a_registration_is_found_by_its_ticket_code(
    at_home: Visitor, rival: Visitor, uow: Units, engine: AsyncEngine, organizer: User
) -> None:
    scene = await a_scene(uow, engine, organizer)
    code = scene.admitted.ticket_code
    assert await at_home.ids("registrations", q=f" {code.upper()} ") == [scene.admitted.id]
    assert await rival.ids("registrations", q=code) == []


async def test_lists_are_narrowed_by_what_they_show(
    admin: Visitor, uow: Units, engine: AsyncEngine, organizer: User
) -> None:
    scene = await a_scene(uow, engine, organizer)
    draft = await a_conference(
        uow,
        organizer=organizer,
        name="A draft, of sorts",
        status=ConferenceStatus.DRAFT,
        starts_at=FIRST_DAY + timedelta(days=40),
    )
    first, second = scene.conference.id, draft.id
    for narrowed, found in (
        ("status__in=draft", [second]),
        ("status__in=draft,published", [second, first]),
        ('name__contains="draft, of"', [second]),
        (f"id__eq={first}", [first]),
        (f"id__gte={second}", [second]),
        (f"id__lte={first}", [first]),
        (f"organizer__id={organizer.id}", [second, first]),
        ("organizer__contains=nobody", []),
        ("starts_at__gte=2031-04-01T00:00", [second]),
        ("starts_at__lt=2031-04-01T00:00+02:00", [first]),
        ('name__contains="a,b" OR name__eq="A draft, of sorts"', [second]),
        ("capacity__gte=5 AND status__in=published", [first]),
        ("status__in=draft OR capacity__eq=5", [second, first]),
        ("(status__in=draft AND capacity__eq=5) OR id__eq=0", []),
    ):
        assert await admin.ids("conferences", filter=narrowed) == found, narrowed
    came, did_not = "checked_in_at__is_not_null", "checked_in_at__is_null"
    assert await admin.ids("registrations", filter=came) == [scene.admitted.id]
    assert scene.admitted.id not in await admin.ids("registrations", filter=did_not)
    assert organizer.id in await admin.ids("users", filter="is_active__is_true")
    assert await admin.ids("users", filter="is_active__is_false") == []


@pytest.mark.parametrize(
    "narrowed",
    [
        "unknown__eq=1",
        "id__contains=1",
        "id__eq=x",
        "id__eq=1.5",
        "id__eq=99999999999999999999999",
        "id__eq",
        "starts_at__gte=yesterday",
        "starts_at__gte=0001-01-01T00:00+23:00",
        "status__eq=draft",
        "lease__eq=x",
    ],
)
async def test_a_filter_that_cannot_be_meant_is_refused(admin: Visitor, narrowed: str) -> None:
    assert (await admin.get("/conferences/list", filter=narrowed)).status_code == 400


async def test_strange_words_find_nothing_and_harm_nothing(admin: Visitor) -> None:
    assert await admin.ids("conferences", q="'; DROP TABLE users; --") == []
    assert (await admin.get("/conferences/list", q="a\0b")).status_code == 400
    assert await admin.ids("users")


async def test_lists_are_ordered_and_paged(admin: Visitor, uow: Units) -> None:
    within = await a_conference(uow, multi_track=True)
    names = [f"Item {number:02}" for number in range(30)]
    ids = [(await a_session(uow, within, name=name)).id for name in names]
    assert await admin.ids("sessions", sort="name__asc") == ids[:25]
    assert await admin.ids("sessions", sort="name__asc", page=2) == ids[25:]
    assert await admin.ids("sessions", page_size=50) == ids[::-1]
    assert await admin.ids("sessions", page=3) == []
    assert await admin.ids("sessions", page=10**30) == []
    first = (await admin.get("/sessions/list")).text
    assert "1 to 25 of 30" in first
    assert "26 to 30 of 30" in (await admin.get("/sessions/list", page=2)).text
    assert (await admin.get("/sessions/list", page_size=10**6)).status_code == 400


@pytest.mark.parametrize("noun", [*ALL, *FOR_ADMINS])
async def test_every_column_can_be_ordered_by(
    admin: Visitor, uow: Units, engine: AsyncEngine, organizer: User, noun: str
) -> None:
    await a_scene(uow, engine, organizer)
    page = (await admin.get(f"/{noun}/list")).text
    columns = page.count('data-sa-hook="sort-link"')
    assert columns >= 4
    ways = {way for way in _between(page, "?sort=", '"') if "&" not in way}
    assert len(ways) >= columns
    expected = sorted(await admin.ids(noun))
    newest = max(expected, default=0)
    for way in ways:
        # Each of these requests is noted in the log of requests, sooner or later.
        found = sorted(id for id in await admin.ids(noun, sort=way) if id <= newest)
        assert found == expected, way


async def test_counting_ends_somewhere(
    admin: Visitor, uow: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await an_attendee(uow)
    monkeypatch.setattr(reading, "MOST_COUNTED", 1)
    monkeypatch.setattr("app.admin.listing.Listing.most_counted", 1)
    monkeypatch.setattr("app.admin.listing.Listing.page_size", 1)
    page = (await admin.get("/attendees/list")).text
    assert "1 to 1 of more than 1; narrow the list" in page


@pytest.mark.parametrize("noun", [*ALL, *FOR_ADMINS])
async def test_a_list_takes_as_many_statements_however_long_it_is(
    admin: Visitor,
    uow: Units,
    engine: AsyncEngine,
    organizer: User,
    statements: list[str],
    noun: str,
) -> None:
    async def asked() -> list[str]:
        statements.clear()
        await admin.ids(noun)
        # What is swept, and told to whom, meanwhile is none of the list's business.
        return [
            statement
            for statement in statements
            if statement.startswith("SELECT") and "asked.attendee_id" not in statement
        ]

    assert len(await asked()) <= MOST_STATEMENTS
    for _ in range(9):
        await a_scene(uow, engine, organizer)
    assert len(await asked()) <= MOST_STATEMENTS


def _between(text: str, start: str, end: str) -> list[str]:
    return [part.partition(end)[0] for part in text.split(start)[1:]]
