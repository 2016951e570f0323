"""What the database refuses, said in the domain's words."""

from asyncpg.exceptions import InvalidCachedStatementError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.domain.errors import Busy, ConflictingWrite, DomainError, Invalid, Overtaken
from app.repositories.constraints import GUARDS

_LOCK_TIMEOUT = "55P03"
_BUSY = {
    _LOCK_TIMEOUT,
    "57014",  # statement_timeout
    "53300",  # too many connections
    "25P03",  # idle in transaction too long
}
_GONE = ("08", "57P")  # connection lost; server shutting down or starting
_UNTOLD = (
    "The database went away before it said whether this was done. Look before you ask again, or"
    " ask again under the same Idempotency-Key."
)
_LOST_RACE = {"40P01", "40001"}  # deadlock, serialization


class _Unreachable(Busy):
    """There is nobody to say what became of what was asked."""

    message = "The database cannot be reached."


def translated(error: Exception) -> Exception:
    """The domain error a database error stands for, or the error itself: then it is a bug."""
    if isinstance(error, OSError):
        return _Unreachable()
    if isinstance(error, PoolTimeout):
        return Busy()
    return _said_by_database(error) if isinstance(error, DBAPIError) else error


def failed_to_commit(error: Exception) -> Exception:
    """The same of a commit: where its answer did not come, it may have been done all the same."""
    plain = translated(error)
    return Busy(_UNTOLD) if isinstance(plain, _Unreachable) else plain


def waited_too_long(error: DBAPIError) -> bool:
    """Whether somebody else kept a lock for longer than was to be waited for it."""
    return _state(error) == _LOCK_TIMEOUT


def _state(error: DBAPIError) -> str:
    cause = getattr(error.orig, "__cause__", None)
    return str(getattr(cause, "sqlstate", None) or "")


def _said_by_database(error: DBAPIError) -> Exception:
    cause = getattr(error.orig, "__cause__", None)
    state = _state(error)
    if state.startswith("23"):
        return _guarded(str(getattr(cause, "constraint_name", "")), error)
    if is_overtaken(error):
        return Overtaken()
    if state in _LOST_RACE:
        return ConflictingWrite()
    if state in _BUSY or _is_gone(state, error):
        return Busy() if state in _BUSY else _Unreachable()
    if state.startswith("22"):
        return Invalid("A value is out of range or holds characters that cannot be stored.")
    return error


def is_overtaken(error: DBAPIError) -> bool:
    """Whether tables were migrated beneath a prepared statement; the next ones are prepared anew.

    A plan that has lost its table or column says so in its own words, of class XX.
    """
    cause = getattr(error.orig, "__cause__", None)
    return isinstance(cause, InvalidCachedStatementError) or "cache lookup failed" in str(cause)


def _is_gone(state: str, error: DBAPIError) -> bool:
    if not state:
        return error.connection_invalidated or isinstance(error, InterfaceError | OperationalError)
    return error.connection_invalidated or state.startswith(_GONE)


def _guarded(constraint: str, error: DBAPIError) -> Exception:
    guard: type[DomainError] | None = GUARDS.get(constraint)
    return guard() if guard else error
