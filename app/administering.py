"""What an operator does to a database from the command line."""

from collections.abc import Sequence

from app.config import Settings
from app.domain import accounts
from app.domain.access import Role, fold
from app.domain.accounts import SignUp
from app.domain.errors import UsernameTaken
from app.domain.passwords import ensure_password
from app.domain.times import utc_now
from app.preparing import hasher, migrated
from app.repositories.uow import UnitOfWork


async def create(
    settings: Settings, username: str, email: str, password: str, replace_password: bool
) -> str:
    """Open an admin's account, or give one a new password; says what was done."""
    ensure_password(password, username=username)
    passwords, now = hasher(settings), utc_now()
    try:
        async with migrated(settings, "plenary create-admin") as engine:
            if replace_password:
                hashed = await passwords.hash(password)
                async with UnitOfWork(engine) as tx:
                    found = await tx.accounts.credentials(fold(username), lock=True)
                    if found is not None:
                        await tx.accounts.set_password(found.user.id, hashed, now)
                        await tx.accounts.revoke_families_of(found.user.id, now)
                        return f"{found.user.username} has a new password; old logins have ended."
            wanted = SignUp(username=username, email=email, password=password, role=Role.ADMIN)
            user = await accounts.create_admin(UnitOfWork(engine), passwords, wanted, now)
            return f"{user.username} may log in as an admin."
    except UsernameTaken as error:
        raise UsernameTaken(f"{error} Use --replace-password to change its password.") from error
    finally:
        passwords.close()


async def dead_messages(settings: Settings) -> Sequence[str]:
    """One line per message that was given up."""
    async with migrated(settings, "plenary outbox") as engine, UnitOfWork(engine).reading() as tx:
        return [
            f"{one.id}  {one.kind.value} {one.subject}, {one.attempts} attempts: {one.last_error}"
            for one in await tx.outbox.dead()
        ]


async def redrive(settings: Settings, ids: Sequence[int] | None) -> int:
    """Open messages again; returns how many."""
    async with migrated(settings, "plenary outbox") as engine, UnitOfWork(engine) as tx:
        return await tx.outbox.redrive(ids or None, utc_now())
