"""Sample data that touches every rule, made through the domain, relative to the present day.

Made in an order that suits the guide's examples: session 5 of conference 1 has free seats, attendee
10 has not taken one, and registration 15 waits for its payment.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from app.demo_programme import (
    GUESTS,
    GUIDE_DAY,
    OCCASIONS,
    ORGANIZERS,
    VISITORS,
    Kind,
    Occasion,
    Slot,
)
from app.domain import (
    accounts,
    attendees,
    conferences,
    opening,
    payments,
    registering,
    sessions,
    ticket_types,
)
from app.domain.access import Caller, Role, fold
from app.domain.accounts import Passwords, SignUp, User
from app.domain.admission import Target, Wish
from app.domain.attendees import AttendeeDraft
from app.domain.conferences import ConferenceDraft, ConferenceFilter
from app.domain.errors import AlreadyRegistered
from app.domain.pages import PageRequest
from app.domain.payments import Outcome
from app.domain.registering import Ask
from app.domain.registrations import Registration
from app.domain.sessions import SessionDraft, SessionFilter
from app.domain.ticket_types import TicketTypeDraft
from app.domain.times import TimeRange, days
from app.repositories.uow import UnitOfWork

ADMIN_NAME = "admin"
ADMIN_PASSWORD = "admin123"  # noqa: S105
_PASSWORD = "demo-password-1"  # noqa: S105
# Unpaid seats of the demo stay held for a while.
HELD_FOR = timedelta(days=30)
_ALL = PageRequest(size=1000)


class Demo:
    """The admin comes last: where there is one, all is there."""

    def __init__(
        self, unit_of_work: Callable[[], UnitOfWork], passwords: Passwords, now: datetime
    ) -> None:
        self._uow = unit_of_work
        self._passwords = passwords
        self._now = now

    async def fill(self) -> bool:
        """Make what is missing, even of an attempt cut short; says whether anything was."""
        async with self._uow().reading() as tx:
            # Whoever looks around may have given the account another name, or another address.
            known = await tx.accounts.taken(ADMIN_NAME, _address_of(ADMIN_NAME))
        if any(known.values()):
            return False
        organizers = [await self._account(*who, role=Role.ORGANIZER) for who in ORGANIZERS]
        visitors = [await self._account(*who) for who in VISITORS]
        # The organizer's own hand, with an admin's reach: it enters the others' people too.
        hand = _caller(organizers[0], Role.ADMIN)
        people = await self._people(hand, visitors)
        for occasion in OCCASIONS:
            await self._hold(hand, occasion, people)
        await self._account(ADMIN_NAME, "Ada", "Admin", role=Role.ADMIN, password=ADMIN_PASSWORD)
        return True

    async def _account(
        self,
        username: str,
        first_name: str,
        last_name: str,
        *,
        role: Role = Role.ATTENDEE,
        password: str = _PASSWORD,
    ) -> User:
        known = await self._user(username)
        if known is not None:
            return known
        wanted = SignUp(
            username=username,
            email=_address_of(username),
            password=password,
            first_name=first_name,
            last_name=last_name,
            role=role,
        )
        return await accounts.create_admin(self._uow(), self._passwords, wanted, self._now)

    async def _user(self, username: str) -> User | None:
        async with self._uow().reading() as tx:
            found = await tx.accounts.credentials(fold(username))
        return found.user if found else None

    async def _people(self, hand: Caller, visitors: Sequence[User]) -> Mapping[int, int]:
        """Attendees by their place in the list, which starts at 1: first visitors, then guests."""
        ids = [(await attendees.own(self._uow(), _caller(user), self._now)).id for user in visitors]
        for name, organization in GUESTS:
            email = f"{name.replace(' ', '.').lower()}@guests.example"
            ids.append(await self._guest(hand, name, email, organization))
        return dict(enumerate(ids, start=1))

    async def _guest(self, hand: Caller, name: str, email: str, organization: str) -> int:
        async with self._uow().reading() as tx:
            known = await tx.attendees.of_email(fold(email))
        if known is not None:
            return known.id
        draft = AttendeeDraft(name=name, email=email, organization=organization)
        return (await attendees.create(self._uow(), hand, draft, self._now)).id

    async def _hold(self, hand: Caller, occasion: Occasion, people: Mapping[int, int]) -> None:
        id = await self._conference(hand, occasion)
        made = await self._programme(hand, id, occasion.slots)
        admission = Target(conference_id=id, session_id=None)
        await self._register(hand, admission, [people[place] for place in occasion.taken])
        kinds = await self._kinds(hand, id, occasion.kinds)
        for kind in occasion.kinds:
            holders = [people[place] for place in kind.taken]
            await self._register(hand, admission, holders, kinds[kind.name])
        for slot in occasion.slots:
            target = Target(conference_id=id, session_id=made[slot.name])
            taken = await self._register(hand, target, [people[place] for place in slot.taken])
            for registration in taken:
                if registration.attendee_id in {people[place] for place in slot.paid}:
                    await self._pay(hand, registration)

    async def _conference(self, hand: Caller, occasion: Occasion) -> int:
        first, last = self._day(occasion.first), self._day(occasion.last)
        if occasion.since_guide_day:
            first = min(first, GUIDE_DAY)
        wanted = ConferenceFilter(organizer_id=hand.user_id)
        there = await conferences.listed(self._uow(), hand, wanted, _ALL, self._now)
        for conference in there.items:
            if conference.name == occasion.name:
                return conference.id
        draft = ConferenceDraft(
            name=occasion.name,
            period=days(first, last, "UTC"),
            location=occasion.location,
            description=occasion.description,
            capacity=occasion.capacity,
            price=Decimal(occasion.price),
            multi_track=occasion.multi_track,
            status=occasion.status,
            visibility=occasion.visibility,
            category_id=occasion.category,
        )
        return (await opening.create(self._uow(), hand, draft, self._now)).id

    async def _kinds(
        self, hand: Caller, conference_id: int, kinds: Sequence[Kind]
    ) -> Mapping[str, int]:
        """The ticket types' ids by name."""
        async with self._uow().reading() as tx:
            there = await tx.ticket_types.of_conference(conference_id)
        ids = {known.name: known.id for known in there}
        for kind in kinds:
            if kind.name not in ids:
                draft = TicketTypeDraft(
                    name=kind.name, price=Decimal(kind.price), capacity=kind.quantity
                )
                made = await ticket_types.create(self._uow(), hand, conference_id, draft, self._now)
                ids[kind.name] = made.id
        return ids

    async def _programme(
        self, hand: Caller, conference_id: int, slots: Sequence[Slot]
    ) -> Mapping[str, int]:
        """The sessions' ids by name."""
        wanted = SessionFilter(conference_id=conference_id)
        there = await sessions.listed(self._uow(), hand, wanted, _ALL)
        ids = {session.name: session.id for session in there.items}
        for slot in slots:
            if slot.name not in ids:
                draft = self._session(conference_id, slot)
                ids[slot.name] = (await sessions.create(self._uow(), hand, draft, self._now)).id
        return ids

    def _session(self, conference_id: int, slot: Slot) -> SessionDraft:
        start = datetime.combine(self._day(slot.day), time.fromisoformat(slot.at), UTC)
        return SessionDraft(
            conference_id=conference_id,
            name=slot.name,
            period=TimeRange(start=start, end=start + timedelta(minutes=slot.minutes)),
            speaker=slot.speaker,
            room=slot.room,
            capacity=slot.capacity,
            price=Decimal(slot.price),
        )

    async def _register(
        self,
        hand: Caller,
        target: Target,
        attendee_ids: Sequence[int],
        ticket_type_id: int | None = None,
    ) -> Sequence[Registration]:
        """Those who were not registered before; who finds no seat waits."""
        asks = [
            Ask(
                caller=hand,
                wish=Wish(
                    attendee_id=id, target=target, ticket_type_id=ticket_type_id, may_wait=True
                ),
            )
            for id in attendee_ids
        ]
        answers = await registering.register_batch(self._uow(), asks, self._now)
        for answer in answers:
            if isinstance(answer, Exception) and not isinstance(answer, AlreadyRegistered):
                raise answer
        return [answer for answer in answers if isinstance(answer, Registration)]

    async def _pay(self, hand: Caller, registration: Registration) -> None:
        payment = await payments.start(self._uow(), hand, registration.id, Outcome.PAID, self._now)
        await payments.settle(
            self._uow(),
            payment.id,
            outcome=Outcome.PAID,
            reason="",
            settled_by=f"demo-{payment.id}",
            now=self._now,
        )

    def _day(self, from_today: int) -> date:
        return self._now.date() + timedelta(days=from_today)


def _address_of(username: str) -> str:
    return f"{username}@plenary.example"


def _caller(user: User, role: Role | None = None) -> Caller:
    return Caller(
        user_id=user.id,
        username=user.username,
        email_folded=fold(user.email),
        role=role or user.role,
        family="",
    )
