"""The unit of work: `async with uow as tx` is one transaction with every repository in it."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Generic, NoReturn, TypeVar

from app.alchemy import AsyncConnection, AsyncEngine
from app.domain.idempotency import AlreadyDone, Claim
from app.domain.messages import Message, MessageKind, Ring
from app.domain.times import utc_now
from app.repositories.accounts import Accounts
from app.repositories.answers import Answers
from app.repositories.attendees import Attendees
from app.repositories.calendar_feeds import CalendarFeeds
from app.repositories.categories import Categories
from app.repositories.certificates import Certificates
from app.repositories.changes import Changes
from app.repositories.check_ins import CheckIns
from app.repositories.conferences import Conferences
from app.repositories.entering import Entering
from app.repositories.exports import Exports
from app.repositories.failures import failed_to_commit, translated
from app.repositories.glances import Glances
from app.repositories.guests import Guests
from app.repositories.idempotency import IdempotencyKeys
from app.repositories.imports import Imports
from app.repositories.invoices import Invoices
from app.repositories.mailed_tokens import MailedTokens
from app.repositories.mails import Mails
from app.repositories.names import NamesOf
from app.repositories.news import AllNews
from app.repositories.notifications import Notifications
from app.repositories.outbox import Outbox
from app.repositories.own_registrations import OwnRegistrations
from app.repositories.payments import Payments
from app.repositories.profiles import Profiles
from app.repositories.recommendations import Recommendations
from app.repositories.refunds import Refunds
from app.repositories.registrations import Registrations
from app.repositories.reports import Reports
from app.repositories.request_logs import RequestLogs
from app.repositories.reviews import Reviews
from app.repositories.search import Search
from app.repositories.seats import Seats
from app.repositories.sessions import Sessions
from app.repositories.statistics import ConferenceStatistics
from app.repositories.ticket_types import TicketTypes
from app.repositories.tickets import Tickets
from app.repositories.trail import Trail
from app.repositories.turns import Turns
from app.repositories.upkeep import Upkeep
from app.repositories.waitlist import Waitlist

R = TypeVar("R")

# How long unpaid seats are held where no setting says otherwise.
HOLD = timedelta(minutes=30)
# How long a change of date or place may be taken back before it is told.
QUIET = timedelta(minutes=5)


class _On(Generic[R]):
    """A repository that is made when it is first asked for: a transaction needs few of them."""

    def __init__(self, kind: Callable[[AsyncConnection], R]) -> None:
        self._kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, transaction: "Transaction", owner: type) -> R:
        made = self._kind(transaction._connection)
        # Found there from now on, before this is.
        transaction.__dict__[self._name] = made
        return made


class Transaction:
    """One repository per noun, all on one connection."""

    accounts = _On(Accounts)
    answers = _On(Answers)
    attendees = _On(Attendees)
    calendar_feeds = _On(CalendarFeeds)
    categories = _On(Categories)
    certificates = _On(Certificates)
    changes = _On(Changes)
    check_ins = _On(CheckIns)
    conferences = _On(Conferences)
    entering = _On(Entering)
    exports = _On(Exports)
    glances = _On(Glances)
    guests = _On(Guests)
    idempotency = _On(IdempotencyKeys)
    imports = _On(Imports)
    invoices = _On(Invoices)
    mailed_tokens = _On(MailedTokens)
    mails = _On(Mails)
    names = _On(NamesOf)
    news = _On(AllNews)
    notifications = _On(Notifications)
    outbox = _On(Outbox)
    own_registrations = _On(OwnRegistrations)
    payments = _On(Payments)
    profiles = _On(Profiles)
    recommendations = _On(Recommendations)
    refunds = _On(Refunds)
    registrations = _On(Registrations)
    reports = _On(Reports)
    request_logs = _On(RequestLogs)
    reviews = _On(Reviews)
    search = _On(Search)
    seats = _On(Seats)
    sessions = _On(Sessions)
    statistics = _On(ConferenceStatistics)
    ticket_types = _On(TicketTypes)
    tickets = _On(Tickets)
    trail = _On(Trail)
    turns = _On(Turns)
    upkeep = _On(Upkeep)
    waitlist = _On(Waitlist)

    def __init__(
        self,
        connection: AsyncConnection,
        claim: Claim | None = None,
        hold: timedelta = HOLD,
        quiet: timedelta = QUIET,
    ) -> None:
        self._connection = connection
        self._claim = claim
        self.hold = hold
        self.quiet = quiet
        self._told: set[MessageKind] = set()

    @property
    def told(self) -> frozenset[MessageKind]:
        """What kinds of messages this transaction has written to the outbox."""
        return frozenset(self._told)

    def has_told(self, kinds: Iterable[MessageKind]) -> None:
        """Messages of these kinds were written: whoever works them off hears of the commit."""
        self._told.update(kinds)

    async def announce(
        self, messages: Sequence[Message], now: datetime, due_at: datetime | None = None
    ) -> int:
        """Write messages to the outbox of this transaction; returns how many were new.

        They are due at once, unless told otherwise.
        """
        added = await self.outbox.add(messages, now, due_at)
        if added:
            self.has_told(message.kind for message in messages)
        return added

    async def keep(self, answer: object) -> None:
        """Keep the use case's answer under the caller's idempotency key, if there is one."""
        if self._claim is not None:
            await self.idempotency.keep([(self._claim, answer)], utc_now())

    async def resume(self) -> None:
        """Claim the caller's idempotency key, if there is one, for this transaction.

        Raises AlreadyDone with the earlier answer, KeyInProgress or KeyReused.
        """
        if self._claim is None:
            return
        earlier = await self.idempotency.open([self._claim], utc_now())
        if self._claim in earlier:
            raise earlier[self._claim]


class UnitOfWork:
    """Commits when the block ends, before the caller goes on; rolls back on any error.

    Database errors leave it as domain errors. Good for one transaction at a time. `readers` are
    connections that never begin a transaction; without them, `reading` borrows one that does.
    Seats are held for `hold` until they are paid for; changes are told after `quiet`.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        ring: Ring = lambda kinds: None,
        claim: Claim | None = None,
        *,
        readers: AsyncEngine | None = None,
        hold: timedelta = HOLD,
        quiet: timedelta = QUIET,
    ) -> None:
        self._hold = hold
        self._quiet = quiet
        self._engine = engine
        self._readers = readers
        self._ring = ring
        self._claim = claim
        self._connection: AsyncConnection | None = None
        self._transaction: Transaction | None = None

    @property
    def claim(self) -> Claim | None:
        """The idempotency key of the request, for what is done in somebody else's transaction."""
        return self._claim

    async def __aenter__(self) -> Transaction:
        assert self._connection is None, "a unit of work holds one transaction at a time"
        try:
            self._connection = await self._engine.connect()
            self._transaction = transaction = Transaction(
                self._connection, self._claim, self._hold, self._quiet
            )
            await transaction.resume()
        except BaseException as error:
            await self._leave(error)
            _reraise(error)
        return transaction

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._connection is not None
        assert self._transaction is not None
        told = self._transaction.told
        try:
            if error is None:
                await self._connection.commit()
        except Exception as failed:
            error = failed_to_commit(failed)
            error.__cause__ = failed
            # Nobody knows what it has done: it is not for others.
            await self._connection.invalidate()
        except BaseException as failed:
            error = failed
            # Nobody knows what it has done: it is not for others.
            await self._connection.invalidate()
        finally:
            await self._leave(error)
        if error is not None:
            _reraise(error)
        if told:
            self._ring(told)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """For questions: each statement sees the present, and nothing is to be committed."""
        try:
            if self._readers is not None:
                async with _lent(self._readers) as connection:
                    yield Transaction(connection)
                return
            async with _lent(self._engine) as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                yield Transaction(connection)
        except Exception as error:
            _reraise(error)

    async def _leave(self, error: BaseException | None) -> None:
        connection, self._connection, self._transaction = self._connection, None, None
        if connection is None:
            return
        try:
            if isinstance(error, TimeoutError):
                await connection.invalidate()
            elif connection.in_transaction():
                await connection.rollback()
        except BaseException as broken:
            # Closed like this it would go back to the pool with its transaction open. The database
            # ends that with the connection; what ended the block is what counts.
            await connection.invalidate()
            if not isinstance(broken, Exception):
                raise
        finally:
            await connection.close()


@asynccontextmanager
async def _lent(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection; one that did not answer in time is for nobody else."""
    async with engine.connect() as connection:
        try:
            yield connection
        except TimeoutError:
            await connection.invalidate()
            raise


def _reraise(error: BaseException) -> NoReturn:
    if isinstance(error, Exception) and not isinstance(error, AlreadyDone):
        plain = translated(error)
        if plain is not error:
            raise plain from error
    raise error
