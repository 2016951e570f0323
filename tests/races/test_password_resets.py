"""Of all who use a link at once one sets the password, whoever else changes it meanwhile."""

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import profiles, resets
from app.domain.accounts import User
from app.domain.errors import Invalid
from app.domain.profiles import ProfileChange
from app.domain.times import utc_now
from tests.factories import Units, a_user, caller

ROUNDS = 20


class Plain:
    """Hashes nothing: who wins is to be read."""

    async def hash(self, password: str) -> str:
        return password

    async def verify(self, password: str, kept: str | None) -> bool:
        return password == kept

    def is_outdated(self, kept: str) -> bool:
        return not kept


async def a_token(uow: Units, user: User) -> str:
    proof = await resets.draw(uow(), user.id, utc_now())
    assert proof is not None
    return proof.token


async def password_of(engine: AsyncEngine, user: User) -> str:
    sql = text("SELECT password_hash FROM users WHERE id = :id")
    async with engine.connect() as connection:
        return str((await connection.execute(sql, {"id": user.id})).scalar_one())


async def test_of_many_at_once_one_uses_a_link_up(engine: AsyncEngine, uow: Units) -> None:
    for _ in range(ROUNDS):
        user = await a_user(uow)
        # Two links of one account, four who use each.
        tokens = [await a_token(uow, user) for _ in range(2)] * 4
        chosen = [f"Chosen-Pass-{number}" for number in range(len(tokens))]
        answers = await asyncio.gather(
            *(
                resets.confirm(uow(), Plain(), token, password, utc_now())
                for token, password in zip(tokens, chosen, strict=True)
            ),
            return_exceptions=True,
        )
        won = [word for word, answer in zip(chosen, answers, strict=True) if answer is None]
        assert len(won) == 1
        assert all(answer is None or isinstance(answer, Invalid) for answer in answers)
        assert await password_of(engine, user) == won[0]


async def test_a_link_to_the_old_address_and_a_new_address(engine: AsyncEngine, uow: Units) -> None:
    """Whichever is first: the link never opens an account that has left its address."""
    for number in range(ROUNDS):
        user = await a_user(uow)
        token = await a_token(uow, user)
        moved = ProfileChange(email=f"moved{number}@example.org")
        used, changed = await asyncio.gather(
            resets.confirm(uow(), Plain(), token, "Chosen-Pass-1", utc_now()),
            profiles.change(uow(), caller(user), moved, utc_now()),
            return_exceptions=True,
        )
        assert not isinstance(changed, BaseException)
        assert used is None or isinstance(used, Invalid)
        has_moved_first = isinstance(used, Invalid)
        assert (await password_of(engine, user) == "Chosen-Pass-1") is not has_moved_first
