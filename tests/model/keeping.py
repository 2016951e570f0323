"""The model, continued: money, the door, and what organizers do with what is theirs."""

from tests.model.house import House, clashes, refuse_if
from tests.model.things import (
    Caller,
    Claim,
    Conference,
    Kind,
    Payment,
    Refused,
    Session,
    Thing,
)


def pay(house: House, caller: Caller, claim: Claim) -> Payment:
    """An attempt under way is joined, not doubled."""
    house.ensure_sees(caller, claim)
    latest = claim.latest
    refuse_if(latest is not None and latest.status == "paid", "already_paid")
    refuse_if(claim.status == "expired", "hold_expired")
    refuse_if(not claim.is_live, "payment_state")
    if latest is not None and latest.status == "pending":
        return latest
    payment = Payment(amount=claim.price)
    claim.payments.append(payment)
    return payment


def settle(house: House, claim: Claim, payment: Payment, outcome: str) -> None:
    """The first word counts; money for what has no seat any more goes back."""
    if payment.status != "pending":
        return
    payment.status = outcome
    if outcome == "failed" or claim.status == "confirmed":
        return
    if claim.status == "pending" or _has_seat_again(house, claim):
        claim.status = "confirmed"
    else:
        payment.status, payment.refunded = "refunded", payment.amount


def _has_seat_again(house: House, claim: Claim) -> bool:
    """Whether what has expired is still to be had."""
    if claim.status != "expired" or claim.conference.is_cancelled or _is_gone(claim):
        return False
    standing = [c for c in house.claims if c.person is claim.person and not c.is_over]
    return (
        all(house.left(pool) >= claim.quantity for pool in claim.offer.pools)
        and not any(c.target is claim.target for c in standing)
        and not (claim.session and any(clashes(claim.session, c) for c in standing))
    )


def _is_gone(claim: Claim) -> bool:
    return any(pool.is_deleted for pool in (claim.conference, *claim.offer.pools))


def refund(
    house: House, caller: Caller, claim: Claim, payment: Payment, amount: int | None
) -> None:
    """A part leaves the registration as it is; all that is left ends it."""
    house.ensure_sees(caller, claim)
    refuse_if(payment.status != "paid", "payment_state")
    refuse_if(amount is not None and amount > payment.rest, "refund_too_large")
    is_whole = amount is None or amount == payment.rest
    refuse_if(not (is_whole or caller.manages(claim.conference)), "forbidden")
    if is_whole:
        house.end([claim], "cancelled")
    else:
        payment.refunded += amount or 0


def check_in(caller: Caller, claim: Claim) -> None:
    refuse_if(caller.role == "user", "forbidden")
    refuse_if(not caller.manages(claim.conference), "unknown")
    refuse_if(claim.status == "pending", "unpaid")
    refuse_if(claim.status != "confirmed", "cancelled")
    refuse_if(claim.check_in is not None, "already_checked_in")


def undo(caller: Caller, claim: Claim) -> None:
    refuse_if(caller.role == "user", "forbidden")
    refuse_if(not caller.manages(claim.conference), "not_found")
    refuse_if(claim.check_in is None, "not_checked_in")
    claim.check_in = None


def set_capacity(house: House, caller: Caller, pool: Thing, capacity: int | None) -> None:
    _ensure_writes(caller, pool)
    if capacity is not None and capacity < house.taken(pool):
        raise Refused("capacity_below_taken")
    pool.capacity = capacity
    house.serve()


def set_price(caller: Caller, pool: Thing, price: int) -> None:
    """Counts for whoever comes from now on."""
    _ensure_writes(caller, pool)
    pool.price = price


def reschedule(house: House, caller: Caller, session: Session, start: int, end: int) -> None:
    """Nobody who has a seat in it may be elsewhere then."""
    _ensure_writes(caller, session)
    moved = Session(id=0, capacity=None, conference=session.conference, start=start, end=end)
    seated = [c.person for c in house.claims if c.session is session and c.is_live]
    for claim in house.claims:
        if claim.session is not session and claim.person in seated and clashes(moved, claim):
            raise Refused("schedule_conflict")
    session.start, session.end = start, end
    house.serve()


def close(caller: Caller, conference: Conference, *, is_closed: bool) -> None:
    _ensure_writes(caller, conference)
    conference.is_closed = is_closed


def cancel_conference(house: House, caller: Caller, conference: Conference) -> None:
    _ensure_writes(caller, conference)
    refuse_if(conference.is_cancelled, "conference_state")
    conference.is_cancelled = True
    _end_all(house, conference)


def delete_conference(house: House, caller: Caller, conference: Conference) -> None:
    _ensure_writes(caller, conference)
    conference.is_deleted = True
    for session in house.sessions_of(conference):
        session.is_deleted = True
    _end_all(house, conference)


def delete_session(house: House, caller: Caller, session: Session) -> None:
    _ensure_writes(caller, session)
    session.is_deleted = True
    house.end([c for c in house.claims if c.session is session and not c.is_over], "cancelled")


def delete_kind(house: House, caller: Caller, kind: Kind) -> None:
    _ensure_writes(caller, kind)
    is_used = any(c.kind is kind and not c.is_over for c in house.claims)
    refuse_if(is_used, "ticket_type_in_use")
    kind.is_deleted = True


def ensure_offers(caller: Caller, conference: Conference) -> None:
    """Whether one more ticket type may be offered."""
    _ensure_writes(caller, conference)
    refuse_if(conference.is_cancelled, "conference_state")


def _end_all(house: House, conference: Conference) -> None:
    claims = [c for c in house.claims if c.conference is conference and not c.is_over]
    house.end(claims, "cancelled")


def _ensure_writes(caller: Caller, pool: Thing) -> None:
    """Who may not is told so before a ticket type is looked for; a session is looked for first."""
    conference = pool if isinstance(pool, Conference) else pool.conference
    refuse_if(conference.is_deleted, "not_found")
    refuse_if(isinstance(pool, Session) and pool.is_deleted, "not_found")
    refuse_if(not caller.manages(conference), "forbidden")
    refuse_if(pool.is_deleted, "not_found")
