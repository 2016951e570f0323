"""The desk: what arrives while it is busy is served together, next.

Requests that share a lane are served one batch after another, in order of arrival; lanes run
side by side. A request alone is a batch of one. The desk does no I/O of its own.

Nobody stands in a line that does not move, or that is longer than they would wait: they are told
at once that the service is busy.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from app.domain.errors import Busy

Request = TypeVar("Request")
Answer = TypeVar("Answer")

Serve = Callable[[Sequence[Request]], Awaitable[Sequence[Answer | Exception]]]
# Waits for a lane's turn, and tells what then serves a batch; the turn ends with the block.
Turn = Callable[[Hashable], AbstractAsyncContextManager[Serve[Request, Answer]]]

# How much the latest batch says about the next one.
_FRESH = 0.2
# So many and fewer are not worth two batches.
_A_CROWD = 32


@dataclass(slots=True)
class _Line(Generic[Request, Answer]):
    """Those who wait in a lane; `stuck` while the batch before them takes longer than they wait."""

    waiting: deque[tuple[Request, asyncio.Future[Answer]]] = field(default_factory=deque)
    stuck: bool = False
    # What a batch takes: seconds, by those before.
    pace: float = 0.0

    def draw(self, most: int) -> "list[tuple[Request, asyncio.Future[Answer]]]":
        """Those who are next; whoever has gone away meanwhile is not served."""
        next = [self.waiting.popleft() for _ in range(min(most, len(self.waiting)))]
        return [(request, answer) for request, answer in next if not answer.done()]

    def give_up(self) -> None:
        """The batch before them does not end: tell everybody who stands behind it."""
        self.stuck = True
        while self.waiting:
            _, answer = self.waiting.popleft()
            if not answer.done():
                answer.set_exception(Busy())


class Desk(Generic[Request, Answer]):
    """`serve` answers a batch, one answer or exception per request, in the same order.

    The next batch is served while the answers of one are handed out.

    If serving a batch of several fails as a whole, each of them is served alone, so that the
    failure of one never harms its neighbours; unless the service as such is busy: then all are
    told at once, rather than one after the other. Who would wait longer than `patience` seconds is
    refused, by what the batches before have taken.

    Where several desks in different processes want the same, each waits for its `turn` before it
    looks who is next: whoever comes meanwhile goes along.
    """

    def __init__(
        self,
        serve: Serve[Request, Answer],
        *,
        lane: Callable[[Request], Hashable] = lambda request: None,
        most: int = 256,
        patience: float = 5.0,
        turn: Turn[Request, Answer] | None = None,
    ) -> None:
        self._serve = serve
        self._turn = turn
        self._lane = lane
        self._most = most
        self._patience = patience
        self._lines: dict[Hashable, _Line[Request, Answer]] = {}
        self._working: set[asyncio.Task[None]] = set()

    async def ask(self, request: Request) -> Answer:
        """Wait for this request's turn; returns its answer or raises its exception, or Busy."""
        lane = self._lane(request)
        line = self._lines.get(lane)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if line is not None:
            batches = 1 + len(line.waiting) // self._most
            if line.stuck or line.pace * batches > self._patience:
                raise Busy
            line.waiting.append((request, answer))
        else:
            self._lines[lane] = line = _Line()
            line.waiting.append((request, answer))
            task = asyncio.create_task(self._work(lane, line))
            self._working.add(task)
            task.add_done_callback(self._working.discard)
        return await answer

    @property
    def is_busy(self) -> bool:
        """Whether anybody is served or waits just now."""
        return bool(self._lines)

    async def drain(self) -> None:
        """Wait until everything that was asked is answered."""
        while self._working:
            await asyncio.gather(*self._working, return_exceptions=True)

    async def _work(self, lane: Hashable, line: _Line[Request, Answer]) -> None:
        loop, size = asyncio.get_running_loop(), 0
        while line.waiting:
            began = loop.time()
            watch = loop.call_later(self._patience, line.give_up)
            size = await self._serve_next(lane, line, size)
            watch.cancel()
            if size:
                line.stuck = False
                line.pace += (loop.time() - began - line.pace) * _FRESH
        del self._lines[lane]

    async def _serve_next(self, lane: Hashable, line: _Line[Request, Answer], before: int) -> int:
        """Serve the next batch, after one of so many; returns how many they were."""
        if self._turn is None:
            batch = line.draw(self._share(line, before))
            if batch:
                await self._answer(batch)
            return len(batch)
        batch = []
        try:
            async with self._turn(lane) as serve:
                batch = line.draw(self._share(line, before))
                answers = await serve([request for request, _ in batch]) if batch else ()
        except Exception as error:
            batch = batch or line.draw(self._share(line, before))
            await self._fail(batch, error)
        else:
            self._hand_out(batch, answers)
        return len(batch)

    def _share(self, line: _Line[Request, Answer], before: int) -> int:
        return min(self._most, _share(len(line.waiting), before))

    async def _answer(self, batch: Sequence[tuple[Request, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._serve([request for request, _ in batch])
        except Exception as error:
            await self._fail(batch, error)
        else:
            self._hand_out(batch, answers)

    async def _fail(
        self, batch: Sequence[tuple[Request, asyncio.Future[Answer]]], error: Exception
    ) -> None:
        """A batch has failed as a whole: each alone, then, unless that would not help either."""
        if len(batch) > 1 and not isinstance(error, Busy):
            for single in batch:
                await self._answer([single])
        else:
            self._hand_out(batch, [error] * len(batch))

    def _hand_out(
        self,
        batch: Sequence[tuple[Request, asyncio.Future[Answer]]],
        answers: Sequence[Answer | Exception],
    ) -> None:
        telling = asyncio.create_task(_tell(batch, answers))
        self._working.add(telling)
        telling.add_done_callback(self._working.discard)


def _share(waiting: int, before: int) -> int:
    """How many of those who wait are served next, after a batch of so many.

    Of a crowd, half: those who were just answered come back while the others are served. If all
    were served at once, this process would do nothing until they are, and the database nothing
    after.
    """
    return waiting if waiting <= _A_CROWD else min(waiting, (waiting + before + 1) // 2)


async def _tell(
    batch: Sequence[tuple[Request, asyncio.Future[Answer]]], answers: Sequence[Answer | Exception]
) -> None:
    """Answer one after the other: the next batch is served meanwhile, and comes between them."""
    for (_, future), answer in zip(batch, answers, strict=True):
        if future.done():
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
        await asyncio.sleep(0)
