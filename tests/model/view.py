"""What the service shows of everything, beside what the model says that it should show."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.model.house import House
from tests.model.things import Claim, Conference, Kind, Session
from tests.model.world import World

_V1 = "/api/v1"
_ALL = "?page_size=1000"


def differences(house: House, world: World, ended: list[Claim]) -> list[str]:
    """Sentences of what differs; `ended` are claims that are read one by one."""
    living = [c for c in house.conferences if not c.is_deleted]
    asked: dict[str, Any] = {
        f"{_V1}/registrations/{_ALL}": _claims(house),
        f"{_V1}/payments/{_ALL}": _payments(house),
        f"{_V1}/sessions/{_ALL}": _sessions(house),
    }
    for conference in living:
        path = f"{_V1}/conferences/{conference.id}"
        asked[f"{path}/statistics/"] = _statistics(house, conference)
        asked[f"{path}/waitlist/{_ALL}"] = _waiting(house, conference)
        asked[f"{path}/ticket-types/{_ALL}"] = _kinds(house, conference)
    asked |= {f"{_V1}/registrations/{c.id}/": _claim(c) for c in ended}
    answers = world.ask_all(list(asked))
    found = []
    for (path, expected), answer in zip(asked.items(), answers, strict=True):
        if answer.status != 200:
            found.append(f"{path} answers {answer.status}")
        else:
            found += [f"{path}: {text}" for text in _compared(expected, answer.data)]
    return found


def _compared(expected: Any, shown: Any) -> Iterator[str]:
    """One is compared by the fields that are expected; many are known by their ids."""
    if isinstance(shown, dict):
        yield from _unlike(expected, shown)
        return
    by_id = {row["id"]: row for row in shown}
    for id in expected.keys() - by_id.keys():
        yield f"{id} is missing, should be {expected[id]}"
    for id in by_id.keys() - expected.keys():
        yield f"{id} should not be there: {by_id[id]}"
    for id in expected.keys() & by_id.keys():
        yield from (f"{id}: {text}" for text in _unlike(expected[id], by_id[id]))


def _unlike(expected: Mapping[str, Any], shown: Mapping[str, Any]) -> Iterator[str]:
    for name, value in expected.items():
        seen = shown[name] is not None if name == "checked_in_at" else shown[name]
        if seen != value:
            yield f"{name} is {seen!r}, should be {value!r}"


def _claims(house: House) -> dict[int, Any]:
    return {claim.id: _claim(claim) for claim in house.claims if not claim.is_over}


def _claim(claim: Claim) -> dict[str, Any]:
    known = {"attendee": claim.person.attendee} if claim.person.attendee else {}
    return known | {
        "status": claim.status,
        "conference": claim.conference.id,
        "session": claim.session.id if claim.session else None,
        "ticket_type": claim.kind.id if claim.kind else None,
        "quantity": claim.quantity,
        "price": claim.price / 100,
        "checked_in_at": claim.check_in is not None,
    }


def _payments(house: House) -> dict[int, Any]:
    return {
        payment.id: {
            "registration_id": claim.id,
            "status": payment.status.capitalize(),
            "amount": payment.amount / 100,
            "refunded_amount": payment.refunded / 100,
        }
        for claim, payment in house.payments()
    }


def _sessions(house: House) -> dict[int, Any]:
    return {s.id: _session(house, s) for s in house.sessions if not s.is_deleted}


def _session(house: House, session: Session) -> dict[str, Any]:
    taken = house.taken(session)
    return {
        "conference": session.conference.id,
        "max_attendees": session.capacity,
        "remaining": None if session.capacity is None else session.capacity - taken,
        "price": session.price / 100,
    }


def _statistics(house: House, conference: Conference) -> dict[str, Any]:
    taken = house.taken(conference)
    admissions = [c for c in house.claims if c.target is conference]
    here = [payment for claim, payment in house.payments() if claim.conference is conference]
    return {
        "total_attendees": taken,
        "available_spots": None if conference.capacity is None else conference.capacity - taken,
        "waitlist_count": sum(claim.is_waiting for claim in admissions),
        "checked_in": sum(c.quantity for c in admissions if c.is_live and c.check_in is not None),
        "total_revenue": sum(payment.rest for payment in here if payment.status == "paid") / 100,
    }


def _waiting(house: House, conference: Conference) -> dict[int, Any]:
    """Everybody's place among those who wait for the same."""
    lines = [house.queue(conference, kind) for kind in (None, *house.kinds)]
    lines += [house.queue(session) for session in house.sessions_of(conference)]
    return {
        claim.id: {"position": place, "attendee": claim.person.attendee}
        for line in lines
        for place, claim in enumerate(line, 1)
        if claim.conference is conference
    }


def _kinds(house: House, conference: Conference) -> dict[int, Any]:
    return {kind.id: _kind(house, kind) for kind in house.kinds_of(conference)}


def _kind(house: House, kind: Kind) -> dict[str, Any]:
    return {
        "quantity": kind.capacity,
        "seats_taken": house.taken(kind),
        "waiting": len(house.queue(kind.conference, kind)),
        "price": kind.price / 100,
    }
