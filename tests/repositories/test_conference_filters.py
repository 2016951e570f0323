"""Tags, words, prices, and where to meet online: as lists ask for them and show them."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import conferences, endings, opening, search
from app.domain.access import Caller, Role
from app.domain.conferences import Conference, ConferenceDraft, ConferenceFilter
from app.domain.pages import PageRequest
from app.domain.showing import shows_online_url
from app.domain.times import TimeRange, utc_now
from tests.factories import (
    FIRST_DAY,
    Units,
    a_conference,
    a_registration,
    a_session,
    a_user,
    an_attendee,
    caller,
)
from tests.repositories.counting import counted

URL = "https://meet.example/1"


async def an_event(uow: Units, name: str, **others: object) -> Conference:
    owner = caller(await a_user(uow, role=Role.ORGANIZER))
    whole_day = TimeRange(start=FIRST_DAY, end=FIRST_DAY.replace(day=2))
    draft = ConferenceDraft(name=name, period=whole_day, **others)  # type: ignore[arg-type]
    return await opening.create(uow(), owner, draft, utc_now())


async def names(uow: Units, filter: ConferenceFilter, *ordering: str) -> list[str]:
    page = PageRequest(size=100, ordering=ordering)
    found = await conferences.listed(uow(), None, filter, page, utc_now())
    return [item.name for item in found.items]


async def test_a_tag_is_found_whole_whatever_its_case(uow: Units) -> None:
    await an_event(uow, "one", tags="python, Open  Source")
    await an_event(uow, "two", tags="pythonic,C%")
    await an_event(uow, "three")
    assert await names(uow, ConferenceFilter(tag="Python")) == ["one"]
    assert await names(uow, ConferenceFilter(tag=" open source")) == ["one"]
    assert await names(uow, ConferenceFilter(tag="c%")) == ["two"]
    assert await names(uow, ConferenceFilter(tag="source")) == []


async def test_words_are_looked_for_in_name_description_and_tags(uow: Units) -> None:
    await an_event(uow, "Compilers", description="by hand", tags="parsing")
    await an_event(uow, "Other")
    for words in ("comp", "HAND", "pars", "compilers hand parsing"):
        assert await names(uow, ConferenceFilter(search=words)) == ["Compilers"]
    for words in ("compilers other", "'", "&", "\\"):
        assert await names(uow, ConferenceFilter(search=words)) == []


async def test_what_is_online_is_filtered(uow: Units) -> None:
    await an_event(uow, "here")
    await an_event(uow, "there", is_online=True)
    assert await names(uow, ConferenceFilter(is_online=True)) == ["there"]
    assert await names(uow, ConferenceFilter(is_online=False)) == ["here"]


async def test_prices_are_ordered_as_numbers_whatever_their_currency(uow: Units) -> None:
    await an_event(uow, "9.5", price=Decimal("9.50"))
    await an_event(uow, "10", price=Decimal(10), currency="JPY")
    await an_event(uow, "9.999", price=Decimal("9.999"), currency="KWD")
    await an_event(uow, "100", price=Decimal(100))
    await an_event(uow, "0")
    expected = ["0", "9.5", "9.999", "10", "100"]
    assert await names(uow, ConferenceFilter(), "price") == expected
    assert await names(uow, ConferenceFilter(), "-price") == expected[::-1]


async def test_where_to_meet_is_shown_in_sql_as_in_the_domain(uow: Units) -> None:
    """`SHOWS_ONLINE_URL` and `shows_online_url`, alone, in lists and in search."""
    event = await an_event(uow, "Meetup", is_online=True, online_url=URL)
    session = await a_session(uow, event)
    people = [await a_user(uow) for _ in range(4)]
    admitted, in_session, left, waiting = [await an_attendee(uow, user=one) for one in people]
    await a_registration(uow, event, admitted)
    await a_registration(uow, session, in_session)
    gone = await a_registration(uow, event, left)
    admin = caller(await a_user(uow, role=Role.ADMIN))
    await endings.cancel(uow(), admin, gone.id, utc_now())
    waits = await a_registration(uow, event, waiting)
    async with uow() as tx:
        await tx.registrations._do(text(WAITS), {"id": waits.id})
    viewers = [*(caller(one) for one in people), admin, None]
    viewers += [caller(await a_user(uow, role=Role.ORGANIZER))]
    seats = {people[0].id, people[1].id}
    for viewer in viewers:
        seated = viewer is not None and viewer.user_id in seats
        expected = URL if shows_online_url(viewer, event, seated=seated) else ""
        assert await shown(uow, viewer, event) == expected


WAITS = "UPDATE registrations SET status = 'waitlisted' WHERE id = :id"


async def shown(uow: Units, viewer: Caller | None, event: Conference) -> str:
    alone = await conferences.find(uow(), viewer, event.id)
    page = await conferences.listed(uow(), viewer, ConferenceFilter(), PageRequest(), utc_now())
    seen = {alone.online_url, *(item.online_url for item in page.items)}
    if viewer is not None:
        hits = await search.search(uow(), viewer, "Meetup")
        seen |= {item.online_url for item in hits.conferences}
    assert len(seen) == 1
    return seen.pop()


async def test_hiding_the_address_costs_no_statement(uow: Units, engine: AsyncEngine) -> None:
    await an_event(uow, "Meetup", is_online=True, online_url=URL)
    viewer = caller(await a_user(uow))
    sent = []
    for _ in range(2):
        with counted(engine) as statements:
            assert await names_and_urls(uow, viewer) == [("Meetup", "")]
        sent.append(len(statements))
    assert sent == [2, 1]


async def names_and_urls(uow: Units, viewer: Caller) -> list[tuple[str, str]]:
    page = await conferences.listed(uow(), viewer, ConferenceFilter(), PageRequest(), utc_now())
    return [(item.name, item.online_url) for item in page.items]


@pytest.mark.parametrize("ordering", ["price", "-price"])
async def test_an_empty_list_is_ordered_by_price_too(uow: Units, ordering: str) -> None:
    assert await names(uow, ConferenceFilter(), ordering) == []
    await a_conference(uow, name="one")
    assert await names(uow, ConferenceFilter(), ordering) == ["one"]
