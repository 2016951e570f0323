"""Conferences that are put up, and looked at, without a login."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain import conferences, opening
from app.domain.access import Role
from app.domain.conferences import (
    ConferenceDraft,
    ConferenceFilter,
    ConferenceStatus,
    Visibility,
    lock_managed,
)
from app.domain.errors import Forbidden, InvalidPeriod, NotFound, StartsInPast, UnknownReference
from app.domain.pages import PageRequest
from app.domain.times import TimeRange
from tests.factories import Units, a_conference, a_user, caller

NOW = datetime(2031, 3, 2, 12, tzinfo=UTC)
SOON = TimeRange(start=NOW + timedelta(seconds=1), end=NOW + timedelta(hours=2))
DRAFT = ConferenceDraft(name="Meetup", period=SOON, location="Oslo", capacity=3, category_id=6)


async def test_it_is_nobodys_and_everybodys(uow: Units) -> None:
    hidden = replace(DRAFT, status=ConferenceStatus.DRAFT, visibility=Visibility.PRIVATE)
    made = await opening.create_open(uow(), hidden, NOW)
    assert made.organizer_id is None
    assert made.status is ConferenceStatus.PUBLISHED
    assert made.visibility is Visibility.PUBLIC
    assert (made.name, made.period, made.capacity, made.category_id) == ("Meetup", SOON, 3, 6)
    assert await conferences.find(uow(), None, made.id) == made


async def test_admins_alone_manage_it(uow: Units) -> None:
    made = await opening.create_open(uow(), DRAFT, NOW)
    admin = caller(await a_user(uow, role=Role.ADMIN))
    async with uow() as tx:
        assert await lock_managed(tx, admin, made.id) == made
    stranger = caller(await a_user(uow, role=Role.ORGANIZER))
    with pytest.raises(Forbidden):
        async with uow() as tx:
            await lock_managed(tx, stranger, made.id)


@pytest.mark.parametrize("start", [NOW, NOW - timedelta(days=1)])
async def test_it_is_still_to_come(uow: Units, start: datetime) -> None:
    late = replace(DRAFT, period=TimeRange(start=start, end=SOON.end))
    with pytest.raises(StartsInPast):
        await opening.create_open(uow(), late, NOW)


async def test_it_keeps_the_rules_of_all(uow: Units) -> None:
    backwards = replace(DRAFT, period=TimeRange(start=SOON.end, end=SOON.start))
    with pytest.raises(InvalidPeriod):
        await opening.create_open(uow(), backwards, NOW)
    with pytest.raises(UnknownReference) as refusal:
        await opening.create_open(uow(), replace(DRAFT, category_id=99), NOW)
    assert refusal.value.field == "category"


async def test_without_a_login_one_sees_what_is_public(uow: Units) -> None:
    public = await a_conference(uow)
    private = await a_conference(uow, visibility=Visibility.PRIVATE)
    draft = await a_conference(uow, status=ConferenceStatus.DRAFT)
    page = await conferences.listed(uow(), None, ConferenceFilter(), PageRequest(), NOW)
    assert list(page.items) == [public]
    assert page.count == 1
    for hidden in (private, draft):
        with pytest.raises(NotFound):
            await conferences.find(uow(), None, hidden.id)
