"""Tells whoever started something when it is ready, and until then why it is not."""

import asyncio
from collections.abc import Awaitable, Callable

# Says why not, or None when it is ready.
Ask = Callable[[], Awaitable[str | None]]
Tell = Callable[[str | None], None]

_ASK_EVERY = 1.0


async def until_ready(ask: Ask, tell: Tell) -> None:
    """Tell the problem, if there is one, once; and in the end that there is none."""
    problem = await ask()
    if problem is not None:
        tell(problem)
    while problem is not None:
        await asyncio.sleep(_ASK_EVERY)
        problem = await ask()
    tell(None)
