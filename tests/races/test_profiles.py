"""Accounts change addresses while others write to their people: none waits for another."""

import asyncio
from collections.abc import Awaitable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import accounts, attendees, profiles
from app.domain.access import Role
from app.domain.accounts import SignUp, User
from app.domain.attendees import AttendeeChange, AttendeeDraft
from app.domain.errors import EmailTaken
from app.domain.notifications import Notification, NotificationKind, tell
from app.domain.profiles import ProfileChange
from app.domain.times import utc_now
from tests.factories import Units, a_user, an_attendee, caller

ROUNDS = 30
_COMING = text(
    "SELECT u.id FROM users u JOIN attendees a ON a.user_id = u.id"
    " WHERE a.deleted_at IS NULL AND a.email_folded <> u.email_folded"
)


async def at_once(*doing: Awaitable[object], refused: type[Exception] = EmailTaken) -> list[object]:
    """What the rules refuse is an answer; a deadlock, or anything else, is not."""
    answers = await asyncio.gather(*doing, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, refused):
            raise answer
    return list(answers)


async def called_up(uow: Units, people: list[int]) -> None:
    """As a promotion does: people are held still, then told."""
    note = Notification(kind=NotificationKind.WAITLIST_PROMOTION, title="x", message="x")
    told = [
        Notification(kind=note.kind, title=note.title, message=note.message, attendee_id=id)
        for id in people
    ]
    async with uow() as tx:
        await tx.seats.lock_attendees(people)
        await asyncio.sleep(0.002)
        await tell(tx, told, utc_now())


async def moves(uow: Units, user: User, email: str) -> object:
    change = ProfileChange(email=email, username=email.partition("@")[0])
    return await profiles.change(uow(), caller(user), change, utc_now())


async def wrong(engine: AsyncEngine) -> list[int]:
    async with engine.connect() as connection:
        return list((await connection.execute(_COMING)).scalars())


async def test_a_change_of_address_and_a_promotion(engine: AsyncEngine, uow: Units) -> None:
    users = [await a_user(uow) for _ in range(3)]
    people = [(await an_attendee(uow, user=user)).id for user in users]
    for number in range(ROUNDS):
        await at_once(
            *(moves(uow, user, f"{user.id}.{number}@example.org") for user in users),
            called_up(uow, people),
            called_up(uow, people[::-1]),
        )
    assert await wrong(engine) == []


async def test_what_is_written_in_an_account_s_name_and_then_told_to_it(uow: Units) -> None:
    """A row that names the account holds its key; to be told takes more of the same row."""
    user = await a_user(uow)
    person = await an_attendee(uow, user=user)

    async def issued() -> None:
        async with uow() as tx:
            draft = AttendeeDraft(name="Guest", email=f"{utc_now().timestamp()}@example.com")
            await tx.attendees.add(draft, user.id, utc_now())
            await asyncio.sleep(0.002)
            note = Notification(
                kind=NotificationKind.CERTIFICATE, title="x", message="x", attendee_id=person.id
            )
            await tell(tx, [note], utc_now())

    for number in range(ROUNDS):
        await at_once(issued(), moves(uow, user, f"n{number}@example.org"), issued())


async def test_everybody_wants_the_same_address(engine: AsyncEngine, uow: Units) -> None:
    """To sign up with it, to change to it, to enter it, to write it into a person."""
    organizer = caller(await a_user(uow, role=Role.ORGANIZER))
    for number in range(ROUNDS):
        email = f"wanted{number}@example.com"
        changing, known = await a_user(uow), await a_user(uow)
        await an_attendee(uow, user=known)
        guest = await an_attendee(uow, by=await _user(uow, organizer.user_id))
        await at_once(
            accounts.create_admin(uow(), _Plain(), _sign_up(f"w{number}", email), utc_now()),
            moves(uow, changing, email),
            moves(uow, known, email),
            attendees.create(uow(), organizer, AttendeeDraft(name="x", email=email), utc_now()),
            attendees.update(uow(), organizer, guest.id, AttendeeChange(email=email), utc_now()),
            attendees.own(uow(), caller(changing), utc_now()),
            attendees.guest(uow(), "Guest", email, utc_now()),
        )
    assert await wrong(engine) == []


async def _user(uow: Units, id: int) -> User:
    async with uow().reading() as tx:
        return await tx.accounts.get(id)


class _Plain:
    """Passwords in no time."""

    async def hash(self, password: str) -> str:
        return password

    async def verify(self, password: str, kept: str | None) -> bool:
        return password == kept

    def is_outdated(self, kept: str) -> bool:
        return not kept


def _sign_up(username: str, email: str) -> SignUp:
    return SignUp(
        username=username,
        email=email,
        password="x",
        first_name="",
        last_name="",
        role=Role.ATTENDEE,
    )
