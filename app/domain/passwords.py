"""What a password must be to be accepted."""

from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.access import fold
from app.domain.common_passwords import COMMON
from app.domain.errors import WeakPassword
from app.domain.leaked_passwords import LEAKED
from app.domain.messages import Message, MessageKind

if TYPE_CHECKING:
    from app.repositories.uow import Transaction

SHORTEST = 8
LONGEST = 256
# What everybody thinks of first in front of this very service, with whatever digits and signs.
OF_THE_HOUSE = frozenset({"plenary", "plenaryadmin", "adminplenary", "plenarypassword"})


def ensure_password(password: str, *, username: str, field: str = "password") -> None:
    """8 to 256 characters, not only digits, not the username, not one of the commonest.

    Nor the name of the house (`OF_THE_HOUSE`).
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"A password has {SHORTEST} to {LONGEST} characters.", field=field)
    if password.isdigit():
        raise WeakPassword("A password must not be a number.", field=field)
    if fold(password) == fold(username):
        raise WeakPassword("A password must not be the username.", field=field)
    folded = fold(password)
    if folded in COMMON or folded in LEAKED or _letters_of(folded) in OF_THE_HOUSE:
        raise WeakPassword(field=field)


async def replace_password(
    tx: "Transaction", user_id: int, password_hash: str, now: datetime
) -> None:
    """Another password, which ends every login and voids mailed links; its owner is told by mail.

    Whoever changed it without them finds them warned.
    """
    await tx.accounts.set_password(user_id, password_hash, now)
    await tx.accounts.revoke_families_of(user_id, now)
    await tx.mailed_tokens.void_resets(user_id)
    await tx.announce([Message(kind=MessageKind.PASSWORD_CHANGED, subject=user_id)], now)


def _letters_of(text: str) -> str:
    return "".join(filter(str.isalpha, text))
