"""A version has settled when all who made it are done, however looks and writers overlap."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.domain.changes import Settling, Version


def test_the_first_look_at_a_version_settles_nothing() -> None:
    settling = Settling()
    assert not settling.wants_mark
    assert not settling.observe(1, 10, None, known=settling.version)
    assert settling.wants_mark


def test_a_version_settles_at_the_third_look_when_nobody_writes() -> None:
    settling = Settling()
    looks = [(10, None), (10, 10), (11, None)]
    seen = [settling.observe(1, oldest, mark, known=settling.version) for oldest, mark in looks]
    assert seen == [False, False, True]
    assert not settling.wants_mark


def test_whoever_began_before_the_mark_keeps_a_version_from_settling() -> None:
    settling = Settling()
    settling.observe(1, 10, None, known=None)
    settling.observe(1, 10, 12, known=1)
    assert not settling.observe(1, 12, None, known=1)
    assert settling.observe(1, 13, None, known=1)


def test_a_new_version_begins_anew() -> None:
    settling = Settling()
    for _ in range(3):
        settling.observe(1, 11, 10, known=settling.version)
    assert not settling.observe(2, 12, None, known=1)
    assert not settling.observe(2, 12, 12, known=2)
    assert settling.observe(2, 13, None, known=2)


def test_a_mark_that_was_set_before_the_version_was_known_is_none() -> None:
    settling = Settling()
    overlapping = settling.version
    settling.observe(1, 10, None, known=overlapping)
    assert not settling.observe(1, 10, 10, known=overlapping)
    assert settling.wants_mark


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_versions_are_told_apart_by_each_of_their_counters(a: int, b: int, c: int) -> None:
    version = Version(facts=a, programmes=b, counts=c)
    assert version == Version(facts=a, programmes=b, counts=c)
    assert version != Version(facts=a + 1, programmes=b, counts=c)
    assert version != Version(facts=a, programmes=b + 1, counts=c)
    assert version != Version(facts=a, programmes=b, counts=c + 1)


@dataclass(eq=False)
class _Writer:
    """A transaction: its number, and how often it has raised the counter."""

    number: int
    raised: int = 0


@dataclass(eq=False)
class _Looker:
    """A look under way: first it takes its snapshot, and only later reads the counter."""

    known: object
    oldest: int
    mark: int | None
    content: int
    version: int | None = None


@dataclass(eq=False)
class _Database:
    """A snapshot ends behind the last that has ended, whoever may have begun since."""

    next_number: int = 1
    last_ended: int = 0
    counter: int = 0
    committed: int = 0
    writers: list[_Writer] = field(default_factory=list)

    @property
    def oldest(self) -> int:
        return min([self.last_ended + 1, *(writer.number for writer in self.writers)])

    def mark(self) -> int:
        """A transaction that does nothing but take a number."""
        number, self.next_number = self.next_number, self.next_number + 1
        self.last_ended = number
        return number


class SettledMeansComplete(RuleBasedStateMachine):
    """What is remembered of a settled version is what is there while the counter stands."""

    def __init__(self) -> None:
        super().__init__()
        self.database = _Database()
        self.settling = Settling()
        self.lookers: list[_Looker] = []
        self.remembered: tuple[int, int] | None = None

    @precondition(lambda self: len(self.database.writers) < 2)
    @rule()
    def begin_writing(self) -> None:
        self.database.writers.append(_Writer(self.database.next_number))
        self.database.next_number += 1

    @precondition(lambda self: self.database.writers and self.database.counter < 3)
    @rule(data=st.data())
    def raise_the_counter(self, data: st.DataObject) -> None:
        self.database.counter += 1
        data.draw(st.sampled_from(self.database.writers)).raised += 1

    @precondition(lambda self: self.database.writers)
    @rule(data=st.data())
    def commit(self, data: st.DataObject) -> None:
        writer = data.draw(st.sampled_from(self.database.writers))
        self.database.writers.remove(writer)
        self.database.committed += writer.raised
        self.database.last_ended = max(self.database.last_ended, writer.number)

    @rule()
    def look(self) -> None:
        """At one go."""
        look = self._begun()
        look.version = self.database.counter
        self._told(look)

    @precondition(lambda self: len(self.lookers) < 2)
    @rule()
    def begin_looking(self) -> None:
        self.lookers.append(self._begun())

    @precondition(lambda self: any(look.version is None for look in self.lookers))
    @rule()
    def read_the_counter(self) -> None:
        looker = next(look for look in self.lookers if look.version is None)
        looker.version = self.database.counter

    @precondition(lambda self: any(look.version is not None for look in self.lookers))
    @rule(data=st.data())
    def end_looking(self, data: st.DataObject) -> None:
        look = data.draw(st.sampled_from([one for one in self.lookers if one.version is not None]))
        self.lookers.remove(look)
        self._told(look)

    def _begun(self) -> _Looker:
        database, known = self.database, self.settling.version
        oldest, content = database.oldest, database.committed
        mark = database.mark() if self.settling.wants_mark else None
        return _Looker(known, oldest, mark, content)

    def _told(self, look: _Looker) -> None:
        if self.settling.observe(look.version, look.oldest, look.mark, known=look.known):
            assert look.version is not None
            self.remembered = (look.version, look.content)

    @invariant()
    def what_is_remembered_holds(self) -> None:
        if self.remembered is not None and self.remembered[0] == self.database.counter:
            assert self.remembered[1] == self.database.committed


TestSettledMeansComplete = SettledMeansComplete.TestCase
TestSettledMeansComplete.settings = settings(max_examples=400, stateful_step_count=40)
