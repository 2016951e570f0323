"""What a password must be to be accepted."""

from app.domain.access import fold
from app.domain.common_passwords import COMMON
from app.domain.errors import WeakPassword

SHORTEST = 8
LONGEST = 256


def ensure_password(password: str, *, username: str, field: str = "password") -> None:
    """8 to 256 characters, not only digits, not the username, not one of the commonest."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"A password has {SHORTEST} to {LONGEST} characters.", field=field)
    if password.isdigit():
        raise WeakPassword("A password must not be a number.", field=field)
    if fold(password) == fold(username):
        raise WeakPassword("A password must not be the username.", field=field)
    if fold(password) in COMMON:
        raise WeakPassword(field=field)
