"""The desk: what arrives while it is busy is served together, next.

Requests that share a lane are served one batch after another, in order of arrival; lanes run
side by side. A request alone is a batch of one. The desk does no I/O of its own.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from app.domain.errors import Busy

Request = TypeVar("Request")
Answer = TypeVar("Answer")

Serve = Callable[[Sequence[Request]], Awaitable[Sequence[Answer | Exception]]]


class Desk(Generic[Request, Answer]):
    """`serve` answers a batch, one answer or exception per request, in the same order.

    If serving a batch of several fails as a whole, each of them is served alone, so that the
    failure of one never harms its neighbours; unless the service as such is busy: then all are
    told at once, rather than one after the other.
    """

    def __init__(
        self,
        serve: Serve[Request, Answer],
        *,
        lane: Callable[[Request], Hashable] = lambda request: None,
        most: int = 256,
    ) -> None:
        self._serve = serve
        self._lane = lane
        self._most = most
        self._waiting: dict[Hashable, deque[tuple[Request, asyncio.Future[Answer]]]] = {}
        self._working: set[asyncio.Task[None]] = set()

    async def ask(self, request: Request) -> Answer:
        """Wait for this request's turn; returns its answer or raises its exception."""
        lane = self._lane(request)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if lane in self._waiting:
            self._waiting[lane].append((request, answer))
        else:
            self._waiting[lane] = deque([(request, answer)])
            task = asyncio.create_task(self._work(lane))
            self._working.add(task)
            task.add_done_callback(self._working.discard)
        return await answer

    async def drain(self) -> None:
        """Wait until everything that was asked is answered."""
        while self._working:
            await asyncio.gather(*self._working, return_exceptions=True)

    async def _work(self, lane: Hashable) -> None:
        queue = self._waiting[lane]
        while queue:
            batch = [queue.popleft() for _ in range(min(self._most, len(queue)))]
            # Whoever has gone away meanwhile is not served.
            batch = [(request, answer) for request, answer in batch if not answer.done()]
            if batch:
                await self._answer(batch)
        del self._waiting[lane]

    async def _answer(self, batch: Sequence[tuple[Request, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._serve([request for request, _ in batch])
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, Busy):
                for single in batch:
                    await self._answer([single])
                return
            answers = [error] * len(batch)
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
