"""Refunds, invoices, reviews and certificates: looked at, found, and changed by nobody."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from tests.admin.scene import a_scene
from tests.admin.site import Visitor
from tests.factories import Units

NOUNS = ("refunds", "invoices", "reviews", "certificates")
SHOWN = {
    "refunds": ("2.50 USD", "A chair was missing.", "Ada Lovelace"),
    "invoices": ("INV-7-2026-00000", "12.50 USD", "Ada Lovelace"),
    "reviews": ("Wonderful", ">5<"),
    "certificates": ("-1-7KQ4MZ2XW9HTR3BD", "7.50", "Ada Lovelace"),
}
SOUGHT = {
    "refunds": "lovelace",
    "invoices": "inv-7-2026",
    "reviews": "wonder",
    "certificates": "7kq4mz2x",
}


@pytest.mark.parametrize("noun", NOUNS)
async def test_their_lists_and_pages_tell_what_there_is(
    at_home: Visitor, uow: Units, engine: AsyncEngine, organizer: User, noun: str
) -> None:
    await a_scene(uow, engine, organizer)
    listed = (await at_home.get(f"/{noun}/list")).text
    [id] = await at_home.ids(noun)
    page = (await at_home.get(f"/{noun}/detail", pk=id)).text
    for words in SHOWN[noun]:
        assert words in listed
        assert words.strip("<>") in page


@pytest.mark.parametrize("noun", NOUNS)
async def test_they_are_found_by_words(
    at_home: Visitor, rival: Visitor, uow: Units, engine: AsyncEngine, organizer: User, noun: str
) -> None:
    await a_scene(uow, engine, organizer)
    assert len(await at_home.ids(noun, q=SOUGHT[noun])) == 1
    assert await at_home.ids(noun, q="nothing like it") == []
    assert await rival.ids(noun, q=SOUGHT[noun]) == []


@pytest.mark.parametrize("noun", NOUNS)
async def test_they_are_for_reading(
    admin: Visitor, uow: Units, engine: AsyncEngine, organizer: User, noun: str
) -> None:
    await a_scene(uow, engine, organizer)
    [id] = await admin.ids(noun)
    for path in (f"/{noun}/create", f"/{noun}/edit?pk={id}"):
        assert (await admin.get(path)).status_code == 403
    assert (await admin.act(noun, "delete", id)).status_code == 400
    assert await admin.ids(noun) == [id]


async def test_what_hangs_together_leads_to_each_other(
    at_home: Visitor, uow: Units, engine: AsyncEngine, organizer: User
) -> None:
    scene = await a_scene(uow, engine, organizer)
    of_conference = (await at_home.get("/conferences/detail", pk=scene.conference.id)).text
    of_guest = (await at_home.get("/attendees/detail", pk=scene.guest.id)).text
    [payment] = await at_home.ids("payments")
    of_payment = (await at_home.get("/payments/detail", pk=payment)).text
    for noun in NOUNS:
        assert f"/admin/{noun}/list" in of_conference
    assert f"/admin/certificates/list?filter=attendee__id={scene.guest.id}" in (
        of_guest.replace("%3D", "=")
    )
    for noun in ("refunds", "invoices"):
        assert len(await at_home.ids(noun, filter=f"payment__id={payment}")) == 1
        assert f"/admin/{noun}/list?filter=" in of_payment


async def test_a_review_taken_away_is_listed_no_more(
    at_home: Visitor, uow: Units, engine: AsyncEngine, organizer: User
) -> None:
    await a_scene(uow, engine, organizer)
    [id] = await at_home.ids("reviews")
    async with uow() as tx:
        review = await tx.reviews.lock(id)
        assert review is not None
        await tx.reviews.delete(id, review.created_at)
    assert await at_home.ids("reviews") == []
    assert "Wonderful" in (await at_home.get("/reviews/detail", pk=id)).text
