"""Scans that arrive at once: each is answered as if it had come after the one before."""

from app.domain.access import Caller, Role
from app.domain.check_ins import CheckIn, Decision, DoorTicket, Scan, Shown, decide_each
from app.domain.errors import AlreadyCheckedIn, DomainError, KeyReused, UnknownTicket
from tests.domain.doors import CODES, EARLIER, NOW, STAFF, check_in, ticket


def caller(user_id: int = STAFF) -> Caller:
    return Caller(
        user_id=user_id,
        username=f"user{user_id}",
        email_folded=f"user{user_id}@example.com",
        role=Role.ORGANIZER,
        family="family",
    )


def shown(
    number: int = 0, nonce: str = "n", *, door: int | None = 1, by: Caller | None = None
) -> Shown:
    return Shown(caller=by or caller(), scan=Scan(code=CODES[number], nonce=nonce), door_id=door)


def answer(
    *asked: Shown, tickets: list[DoorTicket] | None = None, known: list[CheckIn] | None = None
) -> list[Decision]:
    found = {(one.code, one.door_id): one for one in tickets or [ticket()]}
    return decide_each(asked, found, {(1, one.nonce): one for one in known or []}, NOW)


def said(decision: Decision) -> str:
    return decision.code if isinstance(decision, DomainError) else "checked_in"


def test_of_several_who_show_a_ticket_the_first_comes_in() -> None:
    first, second = answer(shown(nonce="one"), shown(nonce="two"))
    assert said(first) == "checked_in"
    assert isinstance(second, AlreadyCheckedIn)
    assert second.at == NOW


def test_a_ticket_that_is_in_by_one_door_is_in_at_every_other() -> None:
    """Whichever way it was asked for: by its own conference, or by none."""
    unnamed = {(CODES[0], None): ticket(), (CODES[0], 1): ticket()}
    first, second = decide_each([shown(nonce="a", door=None), shown(nonce="b")], unnamed, {}, NOW)
    assert (said(first), said(second)) == ("checked_in", "already_checked_in")


def test_a_scan_sent_twice_at_once_is_one_scan() -> None:
    first, second = answer(shown(), shown())
    assert first is second


def test_a_nonce_is_good_for_one_ticket_of_a_conference() -> None:
    first, second = answer(shown(0), shown(1), tickets=[ticket(0), ticket(1)])
    assert said(first) == "checked_in"
    assert isinstance(second, KeyReused)


def test_a_known_nonce_is_answered_as_the_first_time() -> None:
    assert answer(shown(), tickets=[ticket(at=EARLIER)], known=[check_in()]) == [check_in()]


def test_the_refusal_of_one_harms_no_neighbour() -> None:
    stranger, mine, nobody = answer(
        shown(0, "a", by=caller(STAFF + 1)), shown(1, "b"), shown(2, "c"), tickets=[ticket(1)]
    )
    assert isinstance(stranger, UnknownTicket)
    assert said(mine) == "checked_in"
    assert isinstance(nobody, UnknownTicket)


def test_each_is_let_in_by_whoever_scanned_it() -> None:
    admin = Caller(
        user_id=1, username="admin", email_folded="admin@example.com", role=Role.ADMIN, family="f"
    )
    decisions = answer(shown(0, "a"), shown(1, "b", by=admin), tickets=[ticket(0), ticket(1)])
    assert [one.scanned_by for one in decisions if isinstance(one, CheckIn)] == [STAFF, 1]
