"""Whose the record of a person is, and who is shown it (rules `not_found`, `visibility`).

The twin in SQL, for lists and exports, is `app/repositories/ownership.py`; a test compares the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.access import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """A registration of the person, whatever became of it, for a conference of who asks.

    `owner_id` is the account that made it for itself, or had proven its address then; `is_guests`
    that an e-mail address was enough for it.
    """

    owner_id: int | None
    is_guests: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What decides who sees a person; `is_proven` is the address of their account."""

    user_id: int | None
    created_by: int | None
    is_proven: bool
    showings: Sequence[Showing] = ()


def is_theirs(record: Record) -> bool:
    """The record is its account's once that has entered it, or proven the address it is of."""
    return record.user_id is not None and (record.is_proven or record.created_by == record.user_id)


def shows(record: Record, showing: Showing) -> bool:
    """Anybody can write down anybody's address: it takes a registration by who has the record.

    That is the account, where it is the account's; those who wrote it, where it is not yet. Guests,
    whom nobody entered and who have no account, are shown by whatever they come to.
    """
    if record.user_id is None and record.created_by is None:
        return True
    if showing.is_guests:
        return False
    if is_theirs(record):
        return showing.owner_id == record.user_id
    return record.created_by is None or showing.owner_id in (None, record.created_by)


def can_see(caller: Caller, record: Record) -> bool:
    """Admins see everybody, others themselves, organizers whom they brought and who came to them.

    Whoever was brought is seen until the record is theirs; to register oneself proves nothing.
    """
    if caller.is_admin:
        return True
    if record.user_id == caller.user_id:
        return is_theirs(record)
    is_brought = record.created_by == caller.user_id and not is_theirs(record)
    return caller.is_organizer and (
        is_brought or any(shows(record, showing) for showing in record.showings)
    )
