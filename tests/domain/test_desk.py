"""The desk gathers what waits into one batch, keeps the order, and lets nobody harm another."""

import asyncio
from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import asynccontextmanager

import pytest

from app.domain.desk import Desk, Serve
from app.domain.errors import Busy, SessionFull


class Counter:
    """Serves numbers by doubling them; notes its batches; waits at a gate."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()

    async def serve(self, numbers: Sequence[int]) -> Sequence[int | Exception]:
        self.batches.append(list(numbers))
        await self.gate.wait()
        if 13 in numbers:
            raise RuntimeError("the whole batch fails")
        return [SessionFull() if number < 0 else number * 2 for number in numbers]


async def test_what_arrives_while_it_is_busy_is_served_together() -> None:
    counter = Counter()
    desk = Desk(counter.serve)
    asked = [asyncio.create_task(desk.ask(number)) for number in range(1)]
    await asyncio.sleep(0.01)
    asked += [asyncio.create_task(desk.ask(number)) for number in range(1, 5)]
    await asyncio.sleep(0.01)
    counter.gate.set()
    assert await asyncio.gather(*asked) == [0, 2, 4, 6, 8]
    assert counter.batches == [[0], [1, 2, 3, 4]]


async def test_one_refusal_leaves_its_neighbours_alone() -> None:
    counter = Counter()
    counter.gate.set()
    desk = Desk(counter.serve)
    answers = await asyncio.gather(desk.ask(1), desk.ask(-1), desk.ask(2), return_exceptions=True)
    assert answers[0] == 2
    assert isinstance(answers[1], SessionFull)
    assert answers[2] == 4


async def test_a_batch_that_fails_as_a_whole_is_served_one_by_one() -> None:
    counter = Counter()
    counter.gate.set()
    desk = Desk(counter.serve)
    answers = await asyncio.gather(desk.ask(1), desk.ask(13), desk.ask(2), return_exceptions=True)
    assert answers[0] == 2
    assert isinstance(answers[1], RuntimeError)
    assert answers[2] == 4


async def test_where_the_service_is_busy_all_are_told_and_the_next_ones_are_served() -> None:
    batches: list[int] = []

    async def serve(numbers: Sequence[int]) -> Sequence[int]:
        batches.append(len(numbers))
        if len(numbers) > 1:
            raise Busy
        return numbers

    desk = Desk(serve)
    answers = await asyncio.gather(*map(desk.ask, range(4)), return_exceptions=True)
    assert all(isinstance(answer, Busy) for answer in answers)
    assert await asyncio.wait_for(desk.ask(7), 1) == 7
    assert batches == [4, 1]


async def test_who_has_gone_away_is_not_served() -> None:
    counter = Counter()
    desk = Desk(counter.serve)
    first = asyncio.create_task(desk.ask(1))
    await asyncio.sleep(0.01)
    gone = asyncio.create_task(desk.ask(2))
    await asyncio.sleep(0.01)
    gone.cancel()
    counter.gate.set()
    assert await first == 2
    with pytest.raises(asyncio.CancelledError):
        await gone
    await desk.drain()
    assert counter.batches == [[1]]


async def test_lanes_run_side_by_side_and_a_batch_has_a_limit() -> None:
    counter = Counter()
    desk = Desk(counter.serve, lane=lambda number: number % 2, most=2)
    asked = [asyncio.create_task(desk.ask(number)) for number in range(8)]
    await asyncio.sleep(0.01)
    counter.gate.set()
    await asyncio.gather(*asked)
    assert sorted(counter.batches) == [[0, 2], [1, 3], [4, 6], [5, 7]]
    await desk.drain()


async def test_nobody_stands_behind_a_batch_that_does_not_end() -> None:
    counter = Counter()
    desk = Desk(counter.serve, patience=0.05)
    first = asyncio.create_task(desk.ask(1))
    await asyncio.sleep(0.01)
    behind = [asyncio.create_task(desk.ask(number)) for number in (2, 3)]
    told = await asyncio.gather(*behind, return_exceptions=True)
    assert [type(one) for one in told] == [Busy, Busy]
    with pytest.raises(Busy):
        await desk.ask(4)
    counter.gate.set()
    assert await first == 2
    assert await asyncio.wait_for(desk.ask(5), 1) == 10
    assert counter.batches == [[1], [5]]


async def test_nobody_joins_a_line_that_is_longer_than_they_would_wait() -> None:
    async def slowly(numbers: Sequence[int]) -> Sequence[int]:
        await asyncio.sleep(0.02)
        return numbers

    # A batch would have to take 125 times as long to be taken for one that does not end.
    desk = Desk(slowly, most=1, patience=2.5)
    asked = [asyncio.create_task(desk.ask(number)) for number in range(8)]
    await asked[2]
    late = [asyncio.create_task(desk.ask(number)) for number in range(500)]
    assert await asyncio.gather(*asked) == list(range(8))
    refused = [one for one in late if one.done() and isinstance(one.exception(), Busy)]
    assert 0 < len(refused) < 500
    assert await late[0] == 0
    # The others who were let in need not be waited for.
    for one in late:
        one.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    await desk.drain()


async def test_a_slow_batch_alone_makes_nobody_impatient() -> None:
    counter = Counter()
    desk = Desk(counter.serve, patience=5.0)
    asked = [asyncio.create_task(desk.ask(number)) for number in range(20, 320)]
    await asyncio.sleep(0.05)
    counter.gate.set()
    assert await asyncio.gather(*asked) == [number * 2 for number in range(20, 320)]


async def test_a_crowd_is_served_in_halves_and_the_second_before_the_first_has_its_answers() -> (
    None
):
    heard, batches = 0, list[tuple[int, int]]()

    async def serve(numbers: Sequence[int]) -> Sequence[int]:
        batches.append((len(numbers), heard))
        await asyncio.sleep(0)
        return numbers

    async def ask(number: int) -> int:
        nonlocal heard
        answer = await desk.ask(number)
        heard += 1
        return answer

    desk = Desk(serve)
    assert await asyncio.gather(*map(ask, range(100))) == list(range(100))
    assert [size for size, _ in batches] == [50, 50]
    assert batches[1][1] < 50


async def test_those_who_are_answered_a_few_at_a_time_are_waited_for() -> None:
    counter = Counter()
    counter.gate.set()
    desk = Desk(counter.serve)
    asked = [asyncio.create_task(desk.ask(number)) for number in range(20, 40)]
    await asyncio.sleep(0)
    await desk.drain()
    assert await asyncio.wait_for(asyncio.gather(*asked), 1) == [2 * n for n in range(20, 40)]
    assert not desk.is_busy


async def test_it_is_busy_while_somebody_waits() -> None:
    counter = Counter()
    desk = Desk(counter.serve)
    busy = [desk.is_busy]
    asked = asyncio.create_task(desk.ask(1))
    await asyncio.sleep(0.01)
    busy.append(desk.is_busy)
    counter.gate.set()
    await asked
    await desk.drain()
    assert [*busy, desk.is_busy] == [False, True, False]


class Turns:
    """A desk's turns, which come when they are let; whatever is wrong with them is said then."""

    def __init__(self, counter: Counter, wrong: Exception | None = None) -> None:
        self._counter = counter
        self._wrong = wrong
        self.come = asyncio.Event()
        self.taken: list[Hashable] = []
        self.ended = 0

    @asynccontextmanager
    async def turn(self, lane: Hashable) -> AsyncIterator[Serve[int, int]]:
        await self.come.wait()
        if self._wrong is not None:
            raise self._wrong
        self.taken.append(lane)
        yield self._counter.serve
        self.ended += 1


async def test_who_comes_while_it_is_others_turn_goes_along() -> None:
    counter = Counter()
    counter.gate.set()
    turns = Turns(counter)
    desk = Desk(counter.serve, lane=lambda number: number % 2, turn=turns.turn)
    asked = []
    for number in (2, 4, 6):
        asked.append(asyncio.create_task(desk.ask(number)))
        await asyncio.sleep(0.01)
    turns.come.set()
    assert await asyncio.gather(*asked) == [4, 8, 12]
    assert (counter.batches, turns.taken, turns.ended) == ([[2, 4, 6]], [0], 1)


async def test_in_a_turn_a_batch_that_fails_as_a_whole_is_served_one_by_one_after_it() -> None:
    counter = Counter()
    counter.gate.set()
    turns = Turns(counter)
    turns.come.set()
    desk = Desk(counter.serve, turn=turns.turn)
    answers = await asyncio.gather(desk.ask(1), desk.ask(13), return_exceptions=True)
    assert answers[0] == 2
    assert isinstance(answers[1], RuntimeError)
    assert (counter.batches, turns.ended) == ([[1, 13], [1], [13]], 0)


@pytest.mark.parametrize("wrong", [Busy(), RuntimeError("no turn")])
async def test_where_no_turn_can_be_had_nobody_waits_for_ever(wrong: Exception) -> None:
    """The service is busy: all are told. Anything else: each is served without a turn."""
    counter = Counter()
    counter.gate.set()
    turns = Turns(counter, wrong)
    turns.come.set()
    desk = Desk(counter.serve, turn=turns.turn)
    answers = await asyncio.gather(desk.ask(1), desk.ask(2), return_exceptions=True)
    assert list(answers) == ([wrong, wrong] if isinstance(wrong, Busy) else [2, 4])
    assert not desk.is_busy


async def test_who_gives_up_before_the_turn_has_come_leaves_nothing_to_serve() -> None:
    counter = Counter()
    counter.gate.set()
    turns = Turns(counter)
    desk = Desk(counter.serve, patience=0.05, turn=turns.turn)
    with pytest.raises(Busy):
        await desk.ask(1)
    turns.come.set()
    await desk.drain()
    assert (counter.batches, turns.ended) == ([], 1)
    assert await desk.ask(2) == 4
