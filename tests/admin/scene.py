"""One conference with everything that can hang on it."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import checking_in, registering
from app.domain.access import Role
from app.domain.accounts import User
from app.domain.admission import Target, Wish
from app.domain.attendees import Attendee
from app.domain.check_ins import Scan, Shown
from app.domain.conferences import Conference
from app.domain.registering import Ask
from app.domain.registrations import Registration
from app.domain.sessions import Session
from app.domain.times import utc_now
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_ticket_type,
    a_user,
    an_attendee,
    caller,
)

# Each of the conference's payments and people.
_OF = (
    " FROM payments p JOIN registrations r ON r.id = p.registration_id"
    " JOIN conferences c ON c.id = r.conference_id JOIN attendees a ON a.id = r.attendee_id"
    " WHERE c.id = :conference"
)
_AFTERWARDS = (
    (
        "INSERT INTO refunds (payment_id, amount_minor, reason, refunded_by, created_at)"
        f" SELECT p.id, 250, 'A chair was missing.', c.organizer_id, now(){_OF}"
    ),
    (
        "INSERT INTO invoices (payment_id, number, organizer_id, year, sequence, buyer_name,"
        " description, amount_minor, issued_at) SELECT p.id, 'INV-7-2026-00000' || p.id,"
        f" c.organizer_id, 2026, p.id, a.name, 'Keynote', 1250, now(){_OF}"
    ),
    (
        "INSERT INTO reviews (conference_id, user_id, rating, title, review, attended, created_at,"
        " updated_at) SELECT c.id, a.user_id, 5, 'Wonderful', 'Every word.', true, now(), now()"
        f"{_OF}"
    ),
    (
        "INSERT INTO certificates (conference_id, attendee_id, number, hours, attendee_name,"
        " conference_name, issued_at) SELECT c.id, a.id, 'CERT-' || c.id || '-1-7KQ4MZ2XW9HTR3BD',"
        f" 7.5, a.name, c.name, now(){_OF}"
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`guest` came in, `waiting` did not; `paid` has a payment."""

    conference: Conference
    session: Session
    priced: Session
    guest: Attendee
    admitted: Registration
    waiting: Registration
    paid: Registration


async def a_scene(uow: Units, engine: AsyncEngine, organizer: User) -> Scene:
    conference = await a_conference(uow, organizer=organizer, capacity=5, multi_track=True)
    session = await a_session(uow, conference, capacity=1)
    priced = await a_session(uow, conference, hour=12, price=Decimal("12.50"))
    guest = await an_attendee(uow, user=await a_user(uow))
    admitted = await a_registration(uow, session, guest)
    scene = Scene(
        conference=conference,
        session=session,
        priced=priced,
        guest=guest,
        admitted=admitted,
        waiting=await who_waits(uow, session),
        paid=await a_registration(uow, priced, guest),
    )
    await _pay(engine, scene.paid)
    scan = Scan(code=admitted.ticket_code, nonce=str(uuid4()))
    shown = Shown(caller=caller(organizer), scan=scan, door_id=conference.id)
    await checking_in.check_in_alone(uow(), shown, utc_now())
    await a_ticket_type(uow, conference)
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO notifications (user_id, kind, conference_id, title, message,"
                " created_at) VALUES (:user, 'reminder', :conference, 'Soon', 'It begins.', now())"
            ),
            {"user": guest.user_id, "conference": conference.id},
        )
        for statement in _AFTERWARDS:
            await connection.execute(text(statement), {"conference": conference.id})
    return scene


async def who_waits(uow: Units, session: Session) -> Registration:
    """Somebody on the waitlist of a full session."""
    person = await an_attendee(uow)
    target = Target(conference_id=session.conference_id, session_id=session.id)
    wish = Wish(attendee_id=person.id, target=target, may_wait=True)
    admin = caller(await a_user(uow, role=Role.ADMIN))
    [answer] = await registering.register_batch(uow(), [Ask(caller=admin, wish=wish)], utc_now())
    assert isinstance(answer, Registration)
    return answer


async def _pay(engine: AsyncEngine, registration: Registration) -> None:
    """As the gateway's callback would."""
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO payments (registration_id, amount_minor, status, created_at,"
                " settled_at) VALUES (:id, :minor, 'paid', now(), now())"
            ),
            {"id": registration.id, "minor": registration.price.minor},
        )
        await connection.execute(
            text(
                "UPDATE registrations SET status = 'confirmed', confirmed_at = now(),"
                " hold_expires_at = NULL WHERE id = :id"
            ),
            {"id": registration.id},
        )
