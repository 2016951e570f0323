from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import endings
from app.domain.access import Caller, Role
from app.domain.conferences import (
    Conference,
    ConferenceDraft,
    ConferenceFilter,
    ConferenceStatus,
    Phase,
    Visibility,
    can_see,
    phase,
)
from app.domain.errors import ConferenceFull, Invalid, InvalidPeriod, SessionOverlap
from app.domain.money import Money
from app.domain.pages import Page, PageRequest
from app.domain.times import TimeRange, days, utc_now
from tests import factories
from tests.factories import (
    Units,
    a_category,
    a_conference,
    a_registration,
    a_session,
    a_user,
    an_attendee,
    caller,
)
from tests.repositories.counting import counted

NOW = datetime(2031, 3, 2, 12, tzinfo=UTC)
FREE = Money(minor=0, currency="USD")


async def an_admin(uow: Units) -> Caller:
    return caller(await a_user(uow, role=Role.ADMIN))


async def listed(
    uow: Units,
    viewer: Caller | None,
    filter: ConferenceFilter | None = None,
    page: PageRequest | None = None,
    now: datetime = NOW,
) -> Page[Conference]:
    async with uow().reading() as tx:
        return await tx.conferences.page(
            viewer, filter or ConferenceFilter(), page or PageRequest(), now
        )


async def names(
    uow: Units, filter: ConferenceFilter, *ordering: str, now: datetime = NOW
) -> list[str]:
    page = PageRequest(size=100, ordering=ordering)
    return [
        found.name for found in (await listed(uow, await an_admin(uow), filter, page, now)).items
    ]


async def test_what_is_added_is_found_again(uow: Units) -> None:
    organizer = await a_user(uow, role=Role.ORGANIZER)
    draft = ConferenceDraft(
        name="Résumé",
        description="Two\nlines",
        location="Zürich",
        timezone="Europe/Zurich",
        period=days(date(2031, 3, 1), date(2031, 3, 2), "Europe/Zurich"),
        capacity=10,
        price=Decimal("9.50"),
        currency="CHF",
        multi_track=True,
        status=ConferenceStatus.DRAFT,
        visibility=Visibility.PRIVATE,
        registration_deadline=NOW,
        category_id=2,
        cover_image="cover.jpg",
    )
    async with uow() as tx:
        price = Money(minor=950, currency="CHF")
        added = await tx.conferences.add(draft, price, organizer.id, NOW)
    async with uow().reading() as tx:
        found = await tx.conferences.find(added.id, caller(organizer))
    assert found == added
    assert added == Conference(
        id=added.id,
        name=draft.name,
        description=draft.description,
        location=draft.location,
        timezone=draft.timezone,
        period=draft.period,
        capacity=10,
        seats_taken=0,
        price=Money(minor=950, currency="CHF"),
        multi_track=True,
        status=ConferenceStatus.DRAFT,
        visibility=Visibility.PRIVATE,
        registration_deadline=NOW,
        organizer_id=organizer.id,
        created_at=NOW,
        updated_at=NOW,
        category_id=2,
        cover_image="cover.jpg",
        waiting=0,
    )


async def test_what_is_saved_is_found_and_seats_are_left_alone(uow: Units) -> None:
    conference = await a_conference(uow)
    await a_registration(uow, conference)
    changed = replace(
        conference,
        name="Other",
        capacity=7,
        seats_taken=5,
        waiting=3,
        category_id=3,
        cover_image="cover.png",
        updated_at=NOW,
    )
    async with uow() as tx:
        await tx.conferences.save(changed)
        found = await tx.conferences.lock(conference.id)
    assert found == replace(changed, seats_taken=1, waiting=0)


async def test_a_zone_the_database_does_not_know_is_refused(uow: Units) -> None:
    draft = ConferenceDraft(
        name="Nowhere",
        timezone="Mars/Olympus",
        period=days(date(2031, 3, 1), date(2031, 3, 2), "UTC"),
    )
    with pytest.raises(Invalid):
        async with uow() as tx:
            await tx.conferences.add(draft, FREE, None, NOW)


@pytest.mark.parametrize(
    ("column", "value", "refusal"),
    [
        ("ends_at", "starts_at", InvalidPeriod),
        ("seats_taken", "3", ConferenceFull),
    ],
)
async def test_constraints_bite(
    uow: Units, engine: AsyncEngine, column: str, value: str, refusal: type[Exception]
) -> None:
    conference = await a_conference(uow, capacity=2)
    with pytest.raises(refusal):
        async with uow() as tx:
            await tx.conferences._do(
                text(f"UPDATE conferences SET {column} = {value} WHERE id = {conference.id}")
            )
    async with engine.connect() as connection:
        stored = await connection.execute(text("SELECT seats_taken, ends_at FROM conferences"))
        assert stored.one() == (0, conference.period.end)


async def test_one_track_is_not_laid_over_sessions_that_overlap(uow: Units) -> None:
    conference = await a_conference(uow, multi_track=True)
    await a_session(uow, conference)
    await a_session(uow, conference)
    with pytest.raises(SessionOverlap):
        async with uow() as tx:
            await tx.conferences.save(replace(conference, multi_track=False))


async def test_who_sees_what_is_the_same_in_sql_as_in_the_domain(uow: Units) -> None:
    """`VISIBLE` and `can_see`, over everything there is."""
    owner = await a_user(uow, role=Role.ORGANIZER)
    viewers = [
        caller(owner),
        await an_admin(uow),
        caller(await a_user(uow, role=Role.ORGANIZER)),
        caller(await a_user(uow)),
    ]
    guest = await a_user(uow)
    guest_attendee = await an_attendee(uow, user=guest)
    former = await a_user(uow)
    former_attendee = await an_attendee(uow, user=former)
    conferences: list[tuple[Conference, bool]] = []
    for visibility, through in product(Visibility, ("admission", "session", None)):
        conference = await a_conference(uow, organizer=owner, visibility=visibility)
        hour = len(conferences)
        target = await a_session(uow, conference, hour=hour) if through == "session" else conference
        if through:
            await a_registration(uow, target, guest_attendee)
            gone = await a_registration(uow, target, former_attendee)
            await endings.cancel(uow(), viewers[1], gone.id, NOW)
        conferences += [(conference, through is not None)]
    for status in ConferenceStatus:
        async with uow() as tx:
            for conference, _ in conferences:
                await tx.conferences.save(replace(conference, status=status))
        for viewer in [*viewers, caller(guest), caller(former), None]:
            seen = {item.id for item in (await listed(uow, viewer)).items}
            for conference, claimed in conferences:
                joined = claimed and viewer is not None and viewer.user_id == guest.id
                expected = can_see(viewer, replace(conference, status=status), joined=joined)
                assert (conference.id in seen) is expected
                async with uow().reading() as tx:
                    assert await tx.conferences.is_joined(conference.id, viewer) is joined
                    found = await tx.conferences.find(conference.id, viewer)
                    assert (found is not None) is expected


async def test_deleted_ones_are_gone_for_everybody(uow: Units) -> None:
    conference = await a_conference(uow)
    admin = await an_admin(uow)
    async with uow() as tx:
        await tx.conferences.delete(conference.id, NOW)
    async with uow() as tx:
        assert await tx.conferences.find(conference.id, admin) is None
        assert await tx.conferences.lock(conference.id) is None
    assert (await listed(uow, admin)).count == 0


async def test_pages_and_their_count_past_the_end_too(uow: Units) -> None:
    admin = await an_admin(uow)
    # All begin at the same moment: the id makes the order complete.
    made = [await a_conference(uow) for _ in range(5)]
    seen = []
    for number in (1, 2, 3):
        page = await listed(uow, admin, page=PageRequest(number=number, size=2))
        assert page.count == 5
        assert page.has_next is (number < 3)
        seen += [item.id for item in page.items]
    assert seen == [conference.id for conference in made]
    beyond = await listed(uow, admin, page=PageRequest(number=9, size=2))
    assert (beyond.count, list(beyond.items), beyond.has_next) == (5, [], False)


async def test_an_empty_list_counts_nothing(uow: Units) -> None:
    page = await listed(uow, await an_admin(uow))
    assert (page.count, list(page.items)) == (0, [])


async def test_orders(uow: Units) -> None:
    first = factories.FIRST_DAY
    await a_conference(uow, name="b", starts_at=first, days=9)
    await a_conference(uow, name="c", starts_at=first + timedelta(days=1), days=1)
    await a_conference(uow, name="a", starts_at=first + timedelta(days=2), days=2)
    every = ConferenceFilter()
    assert await names(uow, every) == ["b", "c", "a"]
    assert await names(uow, every, "-start_date") == ["a", "c", "b"]
    assert await names(uow, every, "end_date") == ["c", "a", "b"]
    assert await names(uow, every, "conference_name") == ["a", "b", "c"]
    assert await names(uow, every, "-created_at") == ["a", "c", "b"]


async def test_filters(uow: Units) -> None:
    owner = await a_user(uow, role=Role.ORGANIZER)
    first = factories.FIRST_DAY
    await a_conference(uow, name="one", organizer=owner, multi_track=True)
    await a_conference(uow, name="two", starts_at=first + timedelta(days=30))
    assert await names(uow, ConferenceFilter(organizer_id=owner.id)) == ["one"]
    assert await names(uow, ConferenceFilter(multi_track=True)) == ["one"]
    assert await names(uow, ConferenceFilter(multi_track=False)) == ["two"]
    assert await names(uow, ConferenceFilter(location="fRANcisco")) == ["one", "two"]
    assert await names(uow, ConferenceFilter(location="%")) == []
    assert await names(uow, ConferenceFilter(start_before=first.date())) == ["one"]
    assert await names(uow, ConferenceFilter(start_after=first.date())) == ["one", "two"]
    next_day = first.date() + timedelta(days=1)
    assert await names(uow, ConferenceFilter(start_after=next_day)) == ["two"]
    both = ConferenceFilter(start_after=next_day, multi_track=True)
    assert await names(uow, both) == []


async def test_filters_by_category_and_visibility(uow: Units) -> None:
    category = await a_category(uow, name="Open Air")
    await a_conference(uow, name="one", category=category)
    await a_conference(uow, name="two", visibility=Visibility.PRIVATE)
    assert await names(uow, ConferenceFilter(category_id=category.id)) == ["one"]
    assert await names(uow, ConferenceFilter(category_slug="open-air")) == ["one"]
    assert await names(uow, ConferenceFilter(category_slug="workshop")) == []
    assert await names(uow, ConferenceFilter(category_slug="nothing")) == []
    assert await names(uow, ConferenceFilter(visibility=Visibility.PRIVATE)) == ["two"]


async def test_the_phase_in_sql_is_that_of_the_domain(uow: Units) -> None:
    made = [await a_conference(uow, name=status, status=status) for status in ConferenceStatus]
    moments = [factories.FIRST_DAY + timedelta(days=day) for day in (-1, 0, 2, 3, 4)]
    for now, wanted in product(moments, Phase):
        expected = [conference.name for conference in made if phase(conference, now) is wanted]
        assert await names(uow, ConferenceFilter(phase=wanted), now=now) == expected


@pytest.mark.parametrize(
    ("timezone", "now", "upcoming"),
    [
        # 1 March there lasts from 8:00 UTC to 8:00 UTC of the next day.
        ("America/Los_Angeles", "2031-03-01T07:59:00+00:00", True),
        ("America/Los_Angeles", "2031-03-02T07:59:00+00:00", True),
        ("America/Los_Angeles", "2031-03-02T08:00:00+00:00", False),
        # And here from 11:00 UTC of the day before to 11:00 UTC.
        ("Pacific/Auckland", "2031-02-28T11:00:00+00:00", True),
        ("Pacific/Auckland", "2031-03-01T10:59:00+00:00", True),
        ("Pacific/Auckland", "2031-03-01T11:00:00+00:00", False),
    ],
)
async def test_upcoming_is_what_starts_today_where_it_takes_place(
    uow: Units, timezone: str, now: str, upcoming: bool
) -> None:
    draft = ConferenceDraft(
        name="it",
        timezone=timezone,
        period=days(date(2031, 3, 1), date(2031, 3, 3), timezone),
    )
    async with uow() as tx:
        await tx.conferences.add(draft, FREE, None, utc_now())
    found = await names(uow, ConferenceFilter(upcoming=True), now=datetime.fromisoformat(now))
    assert found == (["it"] if upcoming else [])


async def test_an_evening_is_upcoming_all_day(uow: Units) -> None:
    start = datetime(2031, 3, 1, 18, tzinfo=UTC)
    draft = ConferenceDraft(
        name="it", period=TimeRange(start=start, end=start + timedelta(hours=2))
    )
    async with uow() as tx:
        await tx.conferences.add(draft, FREE, None, utc_now())
    upcoming = ConferenceFilter(upcoming=True)
    assert await names(uow, upcoming, now=datetime(2031, 3, 1, 23, 59, tzinfo=UTC)) == ["it"]
    assert await names(uow, upcoming, now=datetime(2031, 3, 2, tzinfo=UTC)) == []


async def test_a_list_is_two_statements_however_long_and_one_when_nothing_changed(
    uow: Units, engine: AsyncEngine
) -> None:
    viewer = await an_admin(uow)
    sent = []
    for _ in range(3):
        await a_conference(uow)
        for _ in range(2):
            with counted(engine) as statements:
                await listed(uow, viewer)
            sent.append(len(statements))
    assert sent == [2, 1, 2, 1, 2, 1]


async def test_a_list_shows_what_was_changed_by_whatever_hand(
    uow: Units, engine: AsyncEngine
) -> None:
    viewer = await an_admin(uow)
    conference = await a_conference(uow, name="before")
    assert [item.name for item in (await listed(uow, viewer)).items] == ["before"]
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE conferences SET name = 'after' WHERE id = :id"), {"id": conference.id}
        )
    assert [item.name for item in (await listed(uow, viewer)).items] == ["after"]
