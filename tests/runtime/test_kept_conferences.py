"""What is kept of conferences answers as the database would, whoever asks and whatever changes."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import closing, conferences, endings, glances, revising
from app.domain.access import Caller, Role
from app.domain.conferences import (
    Conference,
    ConferenceChanges,
    ConferenceFilter,
    ConferenceStatus,
    Visibility,
)
from app.domain.errors import NotFound, Refused, UnknownReference
from app.domain.pages import PageRequest
from app.domain.times import utc_now
from app.kept_conferences import KeptConferences
from tests.factories import (
    FIRST_DAY,
    Units,
    a_conference,
    a_registration,
    a_user,
    an_attendee,
    caller,
)

EVERYTHING = ConferenceFilter()
FIRST = PageRequest(size=5)
ASKED = (
    (EVERYTHING, FIRST),
    (EVERYTHING, PageRequest(size=5, number=2, ordering=("-price", "conference_name"))),
    (ConferenceFilter(visibility=Visibility.PRIVATE), FIRST),
    (ConferenceFilter(search="conference", is_online=True), FIRST),
    (ConferenceFilter(has_spots=True), FIRST),
    (ConferenceFilter(upcoming=True), FIRST),
    (ConferenceFilter(category_slug="conference"), FIRST),
)


@pytest.fixture
def kept(uow: Units) -> KeptConferences:
    return KeptConferences(
        lambda sights, known, mark: glances.take(uow(), sights, known, mark=mark)
    )


async def settled(kept: KeptConferences, uow: Units, viewer: Caller) -> None:
    """Ask until nobody writes any more: other tests write to other databases of this server."""
    async with asyncio.timeout(30):
        before = await kept.listed(uow(), viewer, EVERYTHING, FIRST, utc_now())
        while before is not (
            page := await kept.listed(uow(), viewer, EVERYTHING, FIRST, utc_now())
        ):
            before = page


class Town:
    """People of every kind, and conferences that change."""

    def __init__(self, uow: Units, engine: AsyncEngine, dice: random.Random) -> None:
        self._uow = uow
        self._engine = engine
        self._dice = dice
        self.viewers: list[Caller] = []
        self.made: list[Conference] = []
        self._seats: list[int] = []

    async def settle(self) -> None:
        roles = (Role.ADMIN, Role.ORGANIZER, Role.ORGANIZER, Role.ATTENDEE, Role.ATTENDEE)
        self._users = [await a_user(self._uow, role=role) for role in roles]
        self.viewers = [caller(user) for user in self._users]
        for _ in range(8):
            await self.put_up()
        for _ in range(8):
            await self.revise()
            await self.join()

    async def put_up(self) -> None:
        dice = self._dice
        made = await a_conference(
            self._uow,
            organizer=dice.choice(self._users[1:3]),
            starts_at=FIRST_DAY + timedelta(days=dice.randrange(50)),
            capacity=dice.choice((None, 2)),
            price=Decimal(0),
            status=dice.choice((ConferenceStatus.DRAFT, *[ConferenceStatus.PUBLISHED] * 3)),
            visibility=dice.choice((Visibility.PRIVATE, *[Visibility.PUBLIC] * 3)),
        )
        self.made.append(made)

    async def happen(self) -> None:
        """Something or other; what is refused has not happened."""
        what = (self.put_up, self.revise, self.hide, self.join, self.join, self.leave, self.delete)
        await self._dice.choice(what)()

    async def revise(self) -> None:
        address = self._dice.choice(("", "https://meet.example/room"))
        changes = {"name": f"Conference {self._dice.random()}", "online_url": address}
        await self._change(changes | {"is_online": bool(address)})

    async def hide(self) -> None:
        await self._change({"visibility": self._dice.choice(list(Visibility))})

    async def join(self) -> None:
        """Whoever is invited joins a private one too."""
        place = self._dice.choice(self.made)
        person = await an_attendee(self._uow, user=self._dice.choice(self._users[2:]))
        # A draft takes nobody, a full one no more, and nobody comes twice.
        with suppress(Refused, UnknownReference):
            self._seats.append((await a_registration(self._uow, place, person)).id)

    async def leave(self) -> None:
        if self._seats:
            seat = self._seats.pop(self._dice.randrange(len(self._seats)))
            # What was deleted has ended its registrations already.
            with suppress(Refused):
                await endings.cancel(self._uow(), self.viewers[0], seat, utc_now())

    async def delete(self) -> None:
        gone = self.made.pop(self._dice.randrange(len(self.made)))
        await closing.delete_conference(self._uow(), self.viewers[0], gone.id, utc_now())
        await self.put_up()

    async def _change(self, changes: dict[str, object]) -> None:
        one = self._dice.choice(self.made)
        await revising.update_conference(
            self._uow(),
            self.viewers[0],
            one.id,
            changes,  # type: ignore[arg-type]
            utc_now(),
        )


async def found(find: Callable[[], Awaitable[Conference]]) -> Conference | None:
    try:
        return await find()
    except NotFound:
        return None


async def differences(
    kept: KeptConferences, uow: Units, viewers: Sequence[Caller], ids: Sequence[int]
) -> list[str]:
    """Where what is kept answers another than the database."""
    now, wrong = utc_now(), []
    for viewer in viewers:
        for filter, page in ASKED:
            told = await kept.listed(uow(), viewer, filter, page, now)
            if told != await conferences.listed(uow(), viewer, filter, page, now):
                wrong.append(f"{viewer.role} {filter} {page}")
        for id in ids:
            told_of = await found(lambda v=viewer, i=id: kept.find(uow(), v, i))  # type: ignore[misc]
            there = await found(lambda v=viewer, i=id: conferences.find(uow(), v, i))  # type: ignore[misc]
            if told_of != there:
                wrong.append(f"{viewer.role} conference {id}")
    return wrong


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_everybody_sees_what_is_so(
    kept: KeptConferences, uow: Units, engine: AsyncEngine, seed: int
) -> None:
    town = Town(uow, engine, random.Random(seed))
    await town.settle()
    for _ in range(12):
        await town.happen()
        ids = [one.id for one in town.made]
        # Often enough that what is to be kept is kept, and asked for again.
        for _ in range(4):
            assert await differences(kept, uow, town.viewers, [*ids[-3:], ids[0], 0]) == []


async def test_a_page_that_is_kept_is_the_same_object_for_all_who_see_as_much(
    kept: KeptConferences, uow: Units
) -> None:
    await a_conference(uow)
    one, other, admin = [
        caller(await a_user(uow, role=role)) for role in (Role.ATTENDEE, Role.ATTENDEE, Role.ADMIN)
    ]
    await settled(kept, uow, one)
    first = await kept.listed(uow(), one, EVERYTHING, FIRST, utc_now())
    assert await kept.listed(uow(), other, EVERYTHING, FIRST, utc_now()) is first
    assert await kept.listed(uow(), admin, EVERYTHING, FIRST, utc_now()) is not first


async def test_where_to_meet_online_is_told_to_those_with_a_seat_also_from_what_is_kept(
    kept: KeptConferences, uow: Units
) -> None:
    host, admin = await a_user(uow, role=Role.ORGANIZER), await a_user(uow, role=Role.ADMIN)
    online = await a_conference(uow, organizer=host)
    where: ConferenceChanges = {"is_online": True, "online_url": "https://meet.example/room"}
    await revising.update_conference(uow(), caller(host), online.id, where, utc_now())
    guest, stranger = await a_user(uow), await a_user(uow)
    await a_registration(uow, online, await an_attendee(uow, user=guest))
    await settled(kept, uow, caller(stranger))
    for viewer, told in ((guest, True), (host, True), (admin, True), (stranger, False)):
        page = await kept.listed(uow(), caller(viewer), EVERYTHING, FIRST, utc_now())
        found = await kept.find(uow(), caller(viewer), online.id)
        addresses = {found.online_url, *(one.online_url for one in page.items)}
        assert addresses == {where["online_url"] if told else ""}


async def test_a_private_one_that_somebody_joined_is_kept_for_nobody_else(
    kept: KeptConferences, uow: Units
) -> None:
    hidden = await a_conference(uow)
    guest = await a_user(uow)
    stranger = caller(await a_user(uow))
    await a_registration(uow, hidden, await an_attendee(uow, user=guest))
    async with uow() as tx:
        await tx.conferences.save(_private(hidden))
    for _ in range(5):
        mine = await kept.listed(uow(), caller(guest), EVERYTHING, FIRST, utc_now())
        theirs = await kept.listed(uow(), stranger, EVERYTHING, FIRST, utc_now())
        assert ([one.id for one in mine.items], mine.count) == ([hidden.id], 1)
        assert (theirs.items, theirs.count) == ([], 0)


async def test_what_becomes_private_between_two_looks_is_shown_to_nobody(
    kept: KeptConferences, uow: Units, engine: AsyncEngine
) -> None:
    """The counter is raised before the commit: a page of the version before may not be used."""
    await a_conference(uow)
    viewer = caller(await a_user(uow))
    await settled(kept, uow, viewer)
    async with engine.connect() as writing:
        await writing.execute(text("UPDATE conferences SET visibility = 'private'"))
        for _ in range(5):
            page = await kept.listed(uow(), viewer, EVERYTHING, FIRST, utc_now())
            assert page.count == 1
        await writing.commit()
    page = await kept.listed(uow(), viewer, EVERYTHING, FIRST, utc_now())
    assert (page.items, page.count) == ([], 0)


async def test_pages_without_end_take_no_memory_without_end(
    kept: KeptConferences, uow: Units
) -> None:
    await a_conference(uow)
    viewer = caller(await a_user(uow))
    await settled(kept, uow, viewer)
    for number in range(1, 1_100):
        page = PageRequest(size=1, number=number)
        await kept.listed(uow(), viewer, EVERYTHING, page, utc_now())
    assert len(kept._pages) <= 1_000


def _private(conference: Conference) -> Conference:
    return replace(conference, visibility=Visibility.PRIVATE)
