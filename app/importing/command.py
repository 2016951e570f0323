"""The command `plenary import`: what it asks, shows and says."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import make_url
from sqlalchemy.exc import ProgrammingError

from app.alchemy import AsyncEngine
from app.config import ConfigurationError, Settings
from app.databases import with_database
from app.domain import imports
from app.domain.errors import Later, PaymentState
from app.domain.times import utc_now
from app.domain.trail import ActorKind, act_for
from app.embedded import is_there
from app.images import Images
from app.importing.hand import Hand, Tally
from app.importing.lines import ATTENDEES, EVENTS
from app.importing.loading import Watch, bring_in
from app.importing.rejects import Rejects
from app.importing.tables import Table
from app.preparing import migrated
from app.repositories.uow import UnitOfWork
from app.schema import migrate_now

# What one types to have everything removed.
_WORD = "replace"
_REJECTED = "rejected.csv"

Asks = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be brought in, and how; `asks` None is for where nobody needs to be asked."""

    events: Path
    attendees: Path
    rejects: Path
    organizer: str | None = None
    timezone: str | None = None
    mails: bool = False
    replaces: bool = False
    discards_payments: bool = False
    quiet: bool = False
    asks: Asks | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is said at the end, and whether every line was brought in."""

    lines: Sequence[str]
    complete: bool


def rejects_beside(attendees: Path) -> Path:
    """Where the rejected lines go unless another place is named."""
    return attendees.with_name(_REJECTED)


def run(settings: Settings, order: Order) -> Outcome:
    """Bring in both files; what is wrong with them as such is said before anything is touched.

    Raises ConfigurationError, and what `imports.clear` raises.
    """
    zone = _zone(order.timezone)
    _ensure_kept(order)
    _ensure_meant(settings)
    where = _place(settings)
    with (
        Table(order.events, EVENTS) as events,
        Table(order.attendees, ATTENDEES) as attendees,
        with_database(settings) as ready,
    ):
        if settings.embedded:
            assert ready.database_url is not None
            migrate_now(ready.database_url.get_secret_value())
        return asyncio.run(_run(ready, where, order, zone, (events, attendees)))


async def _run(
    settings: Settings,
    where: str,
    order: Order,
    zone: ZoneInfo | None,
    files: tuple[Table, Table],
) -> Outcome:
    act_for(ActorKind.IMPORT)
    async with migrated(settings, "plenary import") as engine:
        unit_of_work = partial(UnitOfWork, engine)
        organizer_id = None
        if order.organizer is not None:
            organizer_id = await imports.find_organizer(unit_of_work(), order.organizer)
        if order.replaces:
            await _ask(order, engine, where)
        with Rejects(order.rejects) as rejects:
            if not order.quiet:
                sys.stderr.write(f"Into {where}.\n")
            if order.replaces:
                await _clear(order, engine, settings)
            hand = Hand(
                unit_of_work=unit_of_work,
                rejects=rejects,
                now=utc_now(),
                organizer_id=organizer_id,
                zone=zone,
                announces=order.mails,
            )
            try:
                return await _load(hand, order, *files)
            except Later as error:
                raise ConfigurationError(
                    f"{error} What was brought in so far stays: run the command again (without"
                    " --replace), and it goes on."
                ) from error


async def _load(hand: Hand, order: Order, events: Table, attendees: Table) -> Outcome:
    began = utc_now()
    with _progress(order, events, attendees) as watch:
        entered, registered = await bring_in(hand, events, attendees, watch)
    lines = [
        f"Events: {_told(entered, 'new', hand.rejects.of(events.path))}.",
        f"Attendees: {_told(registered, 'registered', hand.rejects.of(attendees.path))}.",
    ]
    lines += [
        f"{table.path.name}: nothing is done with {', '.join(table.unused)}."
        for table in (events, attendees)
        if table.unused
    ]
    if hand.rejects.counts:
        lines.append(f"The rejected lines, each with its reason, are in {hand.rejects.path}.")
    lines.append(f"It took {(utc_now() - began).total_seconds():.1f} seconds.")
    return Outcome(lines=lines, complete=not hand.rejects.counts)


@contextmanager
def _progress(order: Order, events: Table, attendees: Table) -> Iterator[Watch]:
    """A bar for each file, for whoever watches."""
    screen = Console(stderr=True)
    with Progress(
        TextColumn("{task.description:<9}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[lines]:,} lines"),
        TimeElapsedColumn(),
        console=screen,
        disable=order.quiet or not screen.is_terminal,
    ) as progress:
        titles = ((events, "Events"), (attendees, "Attendees"))
        tasks = {
            id(t): progress.add_task(title, total=t.size or None, lines=0) for t, title in titles
        }

        def watch(table: Table, lines: int) -> None:
            progress.update(tasks[id(table)], completed=table.position, lines=lines)

        yield watch


async def _ask(order: Order, engine: AsyncEngine, where: str) -> None:
    """Say what would be removed, and go on only when that is confirmed."""
    found = await imports.holdings(UnitOfWork(engine))
    try:
        imports.ensure_money_may_go(found, discards_payments=order.discards_payments)
    except PaymentState as refusal:
        raise ConfigurationError(
            f"{refusal} Refund them first, or say --discard-payments as well."
        ) from refusal
    held = [_held(n, name) for name, n in found.counts.items() if n]
    if not held or order.asks is None:
        return
    answer = order.asks(
        f"From {where} this removes for good: {', '.join(held)}. Accounts stay.\n"
        f"Type “{_WORD}” to go on: "
    )
    if answer.strip() != _WORD:
        raise ConfigurationError("Nothing was removed, and nothing brought in.")


async def _clear(order: Order, engine: AsyncEngine, settings: Settings) -> None:
    try:
        covers = await imports.clear(UnitOfWork(engine), discards_payments=order.discards_payments)
    except ProgrammingError as error:
        raise ConfigurationError(
            f"The database does not let its user remove everything: {error.orig}."
        ) from error
    pictures = Images(settings.cover_dir)
    for name in covers:
        await pictures.drop(name)
    pictures.close()


def _ensure_meant(settings: Settings) -> None:
    """Nobody brings anything into a database that is made on the way: they mistook the place."""
    if settings.embedded and not is_there(settings.data_dir):
        raise ConfigurationError(
            f"There is no database in {settings.data_dir}. Name the server's data directory"
            f" (--data-dir), or make a database there first: plenary migrate --data-dir"
            f" {settings.data_dir}"
        )


def _place(settings: Settings) -> str:
    """The database that is written to, for people; its password is nobody's business."""
    if settings.database_url is None:
        return f"the database in {settings.data_dir}"
    url = make_url(settings.database_url.get_secret_value())
    return f"the database “{url.database}” on {url.host or url.query.get('host', 'this machine')}"


def _ensure_kept(order: Order) -> None:
    """The file of rejected lines is neither of those that are read."""
    for source in (order.events, order.attendees):
        if source.resolve() == order.rejects.resolve():
            raise ConfigurationError(
                f"{source} would be overwritten by the rejected lines: name another file"
                " (--rejects)."
            )


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    if name not in available_timezones():
        raise ConfigurationError(f"There is no time zone “{name}”: try one such as Europe/Berlin.")
    return ZoneInfo(name)


def _held(number: int, table: str) -> str:
    noun = table.replace("check_in", "check-in").replace("_", " ")
    return f"{number:,} {noun if number != 1 else noun.removesuffix('s')}"


def _told(tally: Tally, added: str, rejected: Mapping[str, int]) -> str:
    reasons = ", ".join(f"{n:,} {code}" for code, n in rejected.items())
    said = f"{sum(rejected.values()):,} rejected ({reasons})" if rejected else "none rejected"
    return f"{tally.added:,} {added}, {tally.known:,} there already, {said}"
