"""Real rows, made by the use cases: `await a_session(uow, capacity=2)`.

Whatever is not said is made up: names are unique, times lie in the first days of March 2031.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING

import httpx

from app.domain import attendees, categories, opening, registering, sessions, ticket_types
from app.domain.access import Caller, Role, fold
from app.domain.accounts import SignUp, User
from app.domain.admission import Target, Wish
from app.domain.attendees import Attendee, AttendeeDraft
from app.domain.categories import Category
from app.domain.conferences import Conference, ConferenceDraft, ConferenceStatus, Visibility
from app.domain.registering import Ask
from app.domain.registrations import Registration
from app.domain.sessions import Session, SessionDraft
from app.domain.ticket_types import TicketType, TicketTypeDraft
from app.domain.times import TimeRange, utc_now

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork

Units = Callable[[], "UnitOfWork"]

PASSWORD = "StrongPass123"
# Of that password, made by argon2id with the parameters of the tests' settings.
PASSWORD_HASH = (
    "$argon2id$v=19$m=8,t=1,p=1$JkTI+f+/9977/39v7V2r9Q$c5Jmi20rHVvqNYgrUCaWprRZZq7A9i9J6f9TgChWdPg"
)
FIRST_DAY = datetime(2031, 3, 1, tzinfo=UTC)

_numbers = count(1)


async def a_user(uow: Units, *, role: Role = Role.ATTENDEE, username: str | None = None) -> User:
    """An account that logs in with PASSWORD; its e-mail, `<username>@example.com`, is verified."""
    username = username or f"{role.value}{next(_numbers)}"
    draft = SignUp(
        username=username,
        email=f"{username}@example.com",
        password=PASSWORD,
        first_name="Ada",
        last_name="Lovelace",
        role=role,
    )
    async with uow() as tx:
        now = utc_now()
        return await tx.accounts.add(draft, PASSWORD_HASH, now, verified_at=now)


def caller(user: User) -> Caller:
    """The user as a caller of use cases, without a login."""
    return Caller(
        user_id=user.id,
        username=user.username,
        email_folded=fold(user.email),
        role=user.role,
        family="",
    )


async def login(client: httpx.AsyncClient, user: User, password: str = PASSWORD) -> dict[str, str]:
    """The headers of a logged-in user."""
    answer = await client.post(
        "/api/v1/token/", json={"username": user.username, "password": password}
    )
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['data']['access']}"}


async def a_conference(
    uow: Units,
    *,
    organizer: User | None = None,
    name: str | None = None,
    description: str = "",
    starts_at: datetime = FIRST_DAY,
    days: int = 3,
    capacity: int | None = None,
    price: Decimal = Decimal(0),
    multi_track: bool = False,
    status: ConferenceStatus = ConferenceStatus.PUBLISHED,
    visibility: Visibility = Visibility.PUBLIC,
    registration_deadline: datetime | None = None,
    category: Category | None = None,
) -> Conference:
    """A published conference of three days, without sessions; its organizer is a new one."""
    owner = organizer or await a_user(uow, role=Role.ORGANIZER)
    draft = ConferenceDraft(
        name=name or f"Conference {next(_numbers)}",
        description=description,
        period=TimeRange(start=starts_at, end=starts_at + timedelta(days=days)),
        location="San Francisco",
        capacity=capacity,
        price=price,
        multi_track=multi_track,
        status=status,
        visibility=visibility,
        registration_deadline=registration_deadline,
        category_id=category.id if category else None,
    )
    return await opening.create(uow(), caller(owner), draft, utc_now())


async def a_session(
    uow: Units,
    conference: Conference | None = None,
    *,
    name: str | None = None,
    hour: int = 9,
    hours: int = 1,
    speaker: str = "",
    room: str = "",
    capacity: int | None = None,
    price: Decimal = Decimal(0),
) -> Session:
    """A session that begins so many hours after its conference does, which may be a new one."""
    within = conference or await a_conference(uow)
    start = within.period.start + timedelta(hours=hour)
    draft = SessionDraft(
        conference_id=within.id,
        name=name or f"Session {next(_numbers)}",
        period=TimeRange(start=start, end=start + timedelta(hours=hours)),
        speaker=speaker,
        room=room,
        capacity=capacity,
        price=price,
    )
    return await sessions.create(uow(), await _admin(uow), draft, utc_now())


async def a_ticket_type(
    uow: Units,
    conference: Conference | None = None,
    *,
    name: str | None = None,
    quantity: int | None = None,
    price: Decimal = Decimal(0),
    sales_start: datetime | None = None,
    sales_end: datetime | None = None,
) -> TicketType:
    """A free ticket type without limit, always on sale; its conference may be a new one."""
    of = conference or await a_conference(uow)
    draft = TicketTypeDraft(
        name=name or f"Ticket type {next(_numbers)}",
        price=price,
        capacity=quantity,
        sales_start=sales_start,
        sales_end=sales_end,
    )
    return await ticket_types.create(uow(), await _admin(uow), of.id, draft, utc_now())


async def a_category(uow: Units, *, name: str | None = None) -> Category:
    """A category of its own, beside those that are there from the start."""
    name = name or f"Category {next(_numbers)}"
    return await categories.create(uow(), await _admin(uow), name, None, utc_now())


async def an_attendee(
    uow: Units, *, email: str | None = None, user: User | None = None, by: User | None = None
) -> Attendee:
    """A person; with a `user`, that account's own; `by` is who enters it, an admin otherwise."""
    if user is not None:
        return await attendees.own(uow(), caller(user), utc_now())
    number = next(_numbers)
    draft = AttendeeDraft(
        name=f"Attendee {number}",
        email=email or f"attendee{number}@example.com",
        phone_number="123-456-7890",
        organization="Innovate Corp",
    )
    enters = caller(by) if by is not None else await _admin(uow)
    return await attendees.create(uow(), enters, draft, utc_now())


async def a_registration(
    uow: Units, target: Session | Conference | TicketType, attendee: Attendee | None = None
) -> Registration:
    """A registration for a session, or the admission to a conference, of a type if it has types.

    Raises its refusal.
    """
    person = attendee or await an_attendee(uow)
    ticket_type_id = target.id if isinstance(target, TicketType) else None
    if isinstance(target, Session):
        wanted = Target(conference_id=target.conference_id, session_id=target.id)
    elif isinstance(target, TicketType):
        wanted = Target(conference_id=target.conference_id, session_id=None)
    else:
        wanted = Target(conference_id=target.id, session_id=None)
    wish = Wish(attendee_id=person.id, target=wanted, quantity=1, ticket_type_id=ticket_type_id)
    ask = Ask(caller=await _admin(uow), wish=wish)
    [answer] = await registering.register_batch(uow(), [ask], utc_now())
    if isinstance(answer, Exception):
        raise answer
    return answer


async def _admin(uow: Units) -> Caller:
    return caller(await a_user(uow, role=Role.ADMIN))
