"""Questions that are asked together are answered as if each was asked alone."""

from sqlalchemy.ext.asyncio import AsyncEngine

from tests.factories import Units, a_conference, a_registration, a_session, an_attendee
from tests.repositories.counting import counted


async def test_each_answer_is_that_of_its_question_alone(uow: Units, engine: AsyncEngine) -> None:
    conference = await a_conference(uow)
    session = await a_session(uow, conference)
    person, nobody = await an_attendee(uow), 999_999
    await a_registration(uow, session, person)
    async with uow().reading() as tx:
        with counted(engine) as statements:
            venues, kinds, held, callers = await tx.answers.to(
                tx.seats.about_venues([conference.id, nobody]),
                tx.seats.about_ticket_kinds([conference.id]),
                tx.seats.about_held([person.id, nobody]),
                tx.accounts.about_callers([]),
            )
        assert len(statements) == 1
        assert venues == await tx.seats.venues([conference.id])
        assert list(venues) == [conference.id]
        assert held == await tx.seats.held([person.id])
        assert [claim.target.session_id for claim in held] == [session.id]
        assert kinds == await tx.seats.ticket_kinds([conference.id])
        assert (kinds, callers) == ({}, {})


async def test_attendees_and_sessions_are_locked_together_and_read_as_alone(uow: Units) -> None:
    session, other = await a_session(uow), await a_session(uow)
    people = [(await an_attendee(uow)).id for _ in range(3)]
    async with uow() as tx:
        both = await tx.seats.lock_attendees_and_sessions(people, [other.id, session.id])
        assert both[0] == await tx.seats.lock_attendees(people)
        assert both[1] == await tx.seats.lock_sessions([session.id, other.id])
        assert [*both[0]] == sorted(people)
        assert [*both[1]] == sorted([session.id, other.id])
