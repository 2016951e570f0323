"""Who sees a person's record is said twice: by the domain of one, and in SQL of a list of them."""

from dataclasses import dataclass
from itertools import product
from random import Random

import pytest
from sqlalchemy import text

from app.domain import attendees
from app.domain.access import Caller, Role
from app.domain.attendees import AttendeeFilter
from app.domain.errors import NotFound
from app.domain.pages import PageRequest
from app.domain.records import Record, Showing, can_see
from tests.factories import FIRST_DAY, Units, a_conference, a_user, caller

_ACCOUNTS = text(
    "INSERT INTO users (username, username_folded, email, email_folded, password_hash, role,"
    " verified_at, created_at, updated_at) SELECT name, name, name, name, '', 'organizer',"
    " CASE WHEN proven THEN now() END, now(), now()"
    " FROM unnest(CAST(:names AS text[]), CAST(:proven AS boolean[])) AS t(name, proven)"
    " RETURNING id"
)
_PERSON = text(
    "INSERT INTO attendees (name, email, email_folded, user_id, created_by, created_at, updated_at)"
    " VALUES ('Pat', :email, :email, :user_id, :created_by, now(), now()) RETURNING id"
)
# Over, so that one person may have many; the record is shown by what has ended, too.
_REGISTRATION = text(
    "INSERT INTO registrations (conference_id, attendee_id, owner_id, guest_name, status,"
    " price_minor, currency, created_at, ended_at) VALUES (:conference, :person, :owner,"
    " :guest_name, 'cancelled', 0, 'USD', :at, :at)"
)
ACCOUNTS = (None, "own")
WRITERS = (None, "own", "organizer", "somebody")
CLAIMS = tuple(
    product(("here", "deleted", "elsewhere"), (None, "own", "organizer", "somebody"), (False, True))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A person; `own` is their account, `organizer` who asks. A claim: where, whose, a guest's."""

    user: str | None
    by: str | None
    is_proven: bool
    claims: tuple[tuple[str, str | None, bool], ...]


def drawn() -> list[Case]:
    """Each kind of person with each claim alone, and with several that are drawn."""
    draw = Random(2031)
    cases = []
    for user, by, is_proven in product(ACCOUNTS, WRITERS, (False, True)):
        several = [tuple(draw.sample(CLAIMS, draw.randint(2, 4))) for _ in range(12)]
        cases += [
            Case(user=user, by=by, is_proven=is_proven, claims=claims)
            for claims in [(), *((claim,) for claim in CLAIMS), *several]
        ]
    return cases


def known(case: Case, ids: dict[str | None, int | None], where: str) -> Record:
    return Record(
        user_id=ids[case.user],
        created_by=ids[case.by],
        is_proven=case.user is not None and case.is_proven,
        showings=[
            Showing(owner_id=ids[owner], is_guests=is_guests)
            for place, owner, is_guests in case.claims
            if place == where
        ],
    )


async def enter(
    uow: Units, case: Case, ids: dict[str | None, int | None], places: dict[str, int], number: int
) -> int:
    async with uow() as tx:
        made = await tx.attendees._do(
            _PERSON,
            {
                "email": f"pat{number}@example.org",
                "user_id": ids[case.user],
                "created_by": ids[case.by],
            },
        )
        person: int = made.scalar_one()
        for place, owner, is_guests in case.claims:
            await tx.attendees._do(
                _REGISTRATION,
                {
                    "conference": places[place],
                    "person": person,
                    "owner": ids[owner],
                    "guest_name": "Pat" if is_guests else "",
                    "at": FIRST_DAY,
                },
            )
    return person


async def listed(uow: Units, viewer: Caller) -> set[int]:
    """All whom the list shows, page by page."""
    found: set[int] = set()
    number = 1
    while True:
        page = await attendees.listed(
            uow(), viewer, AttendeeFilter(), PageRequest(number=number, size=100)
        )
        found |= {one.id for one in page.items}
        if len(page.items) < 100:
            return found
        number += 1


async def is_found(uow: Units, viewer: Caller, person: int) -> bool:
    try:
        await attendees.find(uow(), viewer, person)
    except NotFound:
        return False
    return True


async def accounts(uow: Units, cases: list[Case]) -> list[int]:
    names = [f"pat{number}" for number in range(len(cases))]
    proven = [case.is_proven for case in cases]
    async with uow() as tx:
        made = await tx.attendees._do(_ACCOUNTS, {"names": names, "proven": proven})
    return sorted(made.scalars())


async def test_an_organizer_sees_the_same_people_in_a_list_and_one_by_one(uow: Units) -> None:
    """`people_of` and `can_see`, over each kind of person and each kind of registration."""
    olga, other = [await a_user(uow, role=Role.ORGANIZER) for _ in range(2)]
    here, deleted = [await a_conference(uow, organizer=olga) for _ in range(2)]
    elsewhere = await a_conference(uow, organizer=other)
    async with uow() as tx:
        await tx.conferences.delete(deleted.id, FIRST_DAY)
    places = {"here": here.id, "deleted": deleted.id, "elsewhere": elsewhere.id}
    cases = drawn()
    own = await accounts(uow, cases)
    people: dict[int, Record] = {}
    for number, case in enumerate(cases):
        ids = {None: None, "own": own[number], "organizer": olga.id, "somebody": other.id}
        person = await enter(uow, case, ids, places, number)
        people[person] = known(case, ids, "here")
    viewer = caller(olga)
    expected = {person for person, record in people.items() if can_see(viewer, record)}
    assert 0 < len(expected) < len(people)
    assert await listed(uow, viewer) == expected
    assert {person for person in people if await is_found(uow, viewer, person)} == expected


@pytest.mark.parametrize("role", [Role.ORGANIZER, Role.ATTENDEE, Role.ADMIN])
async def test_an_account_sees_itself_the_same_in_a_list_and_one_by_one(
    uow: Units, role: Role
) -> None:
    """Also by a registration for a conference of its own, which proves nothing."""
    other = await a_user(uow, role=Role.ORGANIZER)
    claims = [(), (("own", "own", False),), (("own", None, False),), (("own", None, True),)]
    cases = [
        Case(user="own", by=by, is_proven=is_proven, claims=claim)
        for by, is_proven, claim in product((None, "own", "somebody"), (False, True), claims)
    ]
    for number, (case, id) in enumerate(zip(cases, await accounts(uow, cases), strict=True)):
        async with uow() as tx:
            user = await tx.accounts.get(id)
        conference = await a_conference(uow, organizer=user)
        ids = {None: None, "own": id, "organizer": None, "somebody": other.id}
        person = await enter(uow, case, ids, {"own": conference.id}, number)
        viewer = Caller(
            user_id=id, username=user.username, email_folded=user.email, role=role, family=""
        )
        expected = can_see(viewer, known(case, ids, "own"))
        assert (person in await listed(uow, viewer)) is expected
        assert await is_found(uow, viewer, person) is expected
