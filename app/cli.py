"""`plenary …`: every command of the house. What a command needs is imported when it runs."""

import asyncio
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from app.config import Settings

app = typer.Typer(
    name="plenary",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
outbox = typer.Typer(help="Messages that were given up.", no_args_is_help=True)
app.add_typer(outbox, name="outbox")

DataDir = Annotated[
    Path | None, typer.Option(help="Where the embedded database, mails and secrets are kept.")
]


def _say_version(wanted: bool) -> None:
    if wanted:
        from app import __version__

        print(f"plenary {__version__}")
        raise typer.Exit


@app.callback()
def plenary(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_say_version, help="Say which it is."),
    ] = False,
) -> None:
    """Plenary: a conference service."""


@app.command()
def serve(
    demo: Annotated[bool, typer.Option("--demo", help="Migrate, add sample data, listen.")] = False,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535)] = None,
    data_dir: DataDir = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Server processes.")] = None,
    migrate: Annotated[
        bool, typer.Option("--migrate", help="Bring a given database up to date first.")
    ] = False,
) -> None:
    """Run the server."""
    given: dict[str, Any] = {"host": host, "port": port, "data_dir": data_dir, "workers": workers}
    with _told_plainly():
        from app.environment import with_secret
        from app.starting import serve as start

        start(with_secret(_settings(demo=demo or None, **given)), migrates=migrate)


@app.command()
def worker(data_dir: DataDir = None) -> None:
    """Run the worker: mails, payments, what is due."""
    with _told_plainly():
        from app.environment import with_secret
        from app.starting import work

        work(with_secret(_settings(data_dir=data_dir)))


@app.command()
def migrate(data_dir: DataDir = None) -> None:
    """Bring the database up to date."""
    with _told_plainly():
        from app.databases import with_database
        from app.schema import migrate_now

        with with_database(_settings(data_dir=data_dir)) as settings:
            assert settings.database_url is not None
            before, after = migrate_now(settings.database_url.get_secret_value())
    print(f"The database was at {before or 'nothing'} and is at {after}.")


@app.command()
def demo(data_dir: DataDir = None) -> None:
    """Add the sample data; where it is already, nothing is done."""
    with _told_plainly():
        from app.databases import with_database
        from app.preparing import connected, fill_demo
        from app.schema import migrate_now

        async def fill(settings: "Settings") -> bool:
            async with connected(settings, "plenary demo") as engine:
                return await fill_demo(settings, engine)

        with with_database(_settings(data_dir=data_dir)) as settings:
            assert settings.database_url is not None
            migrate_now(settings.database_url.get_secret_value())
            added = asyncio.run(fill(settings))
    print("The sample data was added." if added else "The sample data was there already.")


@app.command("import")
def bring_in(
    events: Annotated[Path, typer.Argument(metavar="EVENTS.csv")],
    attendees: Annotated[Path, typer.Argument(metavar="ATTENDEES.csv")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove all conferences first; asks.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    discard_payments: Annotated[
        bool, typer.Option("--discard-payments", help="With --replace: paid ones too.")
    ] = False,
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected lines go; rejected.csv beside the input.")
    ] = None,
    organizer: Annotated[
        str | None, typer.Option(metavar="USERNAME", help="Whose conferences they become.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of times that name no zone.")
    ] = None,
    mail: Annotated[bool, typer.Option("--mail", help="Write to everybody registered.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing unless it fails.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Bring in events and attendees from CSV. Ends with 3 when lines were rejected."""
    with _told_plainly():
        from app.importing.command import Order, rejects_beside, run

        order = Order(
            events=events,
            attendees=attendees,
            rejects=rejects or rejects_beside(attendees),
            organizer=organizer,
            timezone=timezone,
            mails=mail,
            replaces=replace,
            discards_payments=discard_payments,
            quiet=quiet,
            asks=None if yes else _asked,
        )
        outcome = run(_settings(data_dir=data_dir), order)
    if not quiet:
        print("\n".join(outcome.lines))
    raise typer.Exit(code=0 if outcome.complete else 3)


@app.command("create-admin")
def create_admin(
    username: Annotated[str, typer.Option(prompt=True)],
    email: Annotated[str, typer.Option(prompt=True)],
    password: Annotated[
        str,
        typer.Option(
            prompt=True, hide_input=True, confirmation_prompt=True, envvar="ADMIN_PASSWORD"
        ),
    ],
    replace_password: Annotated[
        bool, typer.Option("--replace-password", help="Of an account that exists.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Open an account that administers everything."""
    with _told_plainly():
        from app.administering import create
        from app.databases import with_database

        with with_database(_settings(data_dir=data_dir)) as settings:
            said = asyncio.run(create(settings, username, email, password, replace_password))
    print(said)


@app.command()
def doctor(data_dir: DataDir = None) -> None:
    """Check all that Plenary needs. Ends with 1 when something is missing."""
    with _told_plainly():
        from app.doctor import examine, table

        findings = examine(_settings(data_dir=data_dir))
    print(table(findings))
    raise typer.Exit(code=any(not finding.good for finding in findings))


@app.command()
def audit(
    settled: Annotated[
        bool, typer.Option("--settled", help="Nothing is at work: what is due is done.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Check that all promises hold. Ends with 1 when one is broken."""
    with _told_plainly():
        from app.auditing import examine, report, table
        from app.databases import with_database

        with with_database(_settings(data_dir=data_dir), looks=True) as settings:
            findings = asyncio.run(examine(settings, settled=settled))
    print(report(findings, settled=settled) if as_json else table(findings))
    raise typer.Exit(code=any(not finding.kept for finding in findings))


@app.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    with _told_plainly():
        from app.config import Settings
        from app.main import create_app

        settings = Settings.model_validate({"database_url": "postgresql://unused/plenary"})
        document = create_app(settings).openapi()
    print(json.dumps(document, indent=2, ensure_ascii=False))


@outbox.command("dead")
def outbox_dead(data_dir: DataDir = None) -> None:
    """List the messages that were given up, and why."""
    with _told_plainly():
        from app.administering import dead_messages
        from app.databases import with_database

        with with_database(_settings(data_dir=data_dir), looks=True) as settings:
            for line in asyncio.run(dead_messages(settings)):
                print(line)


@outbox.command("redrive")
def outbox_redrive(
    ids: Annotated[list[int] | None, typer.Argument(help="All of them when none is named.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Give messages another chance."""
    with _told_plainly():
        from app.administering import redrive
        from app.databases import with_database

        with with_database(_settings(data_dir=data_dir), looks=True) as settings:
            count = asyncio.run(redrive(settings, ids))
    print(f"{count} messages are open again.")


def _asked(question: str) -> str:
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline()


def _settings(**given: Any) -> "Settings":
    from app import telemetry
    from app.environment import read_settings, secret_values

    settings = read_settings(**given)
    telemetry.configure(settings, secret_values(settings))
    return settings


@contextmanager
def _told_plainly() -> Iterator[None]:
    """What the operator can mend is one sentence and exit code 2, not a trace."""
    from app.config import ConfigurationError
    from app.domain.errors import DomainError

    try:
        yield
    except (ConfigurationError, DomainError) as error:
        print(f"plenary: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def main() -> None:
    """The entry point of the command `plenary`."""
    # What was started is stopped, whichever way one is told to go.
    signal.signal(signal.SIGTERM, _leave)
    app()


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    main()
