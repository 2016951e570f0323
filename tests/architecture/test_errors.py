"""Errors, constraints and their documentation name the same things."""

import inspect
import re
from pathlib import Path

from sqlalchemy import Constraint, Index

from app.domain import errors
from app.domain.errors import DomainError
from app.repositories.constraints import GUARDS
from app.repositories.tables import metadata
from app.routers.refusals import STATUSES, status_of

DOCUMENT = (Path(__file__).parents[2] / "docs" / "errors.md").read_text()
# Bases that are never raised themselves.
ABSTRACT = {"error", "refused"}
ERRORS = [
    error
    for _, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, DomainError) and "code" in vars(error) and error.code not in ABSTRACT
]
ROW = re.compile(r"^\| `([a-z_]+)` \| [a-z ]+ \| (\d{3}) \| (.+?) \|", re.MULTILINE)


def test_each_code_is_said_once() -> None:
    codes = [error.code for error in ERRORS]
    assert sorted(codes) == sorted(set(codes))


def test_the_document_lists_each_code_with_its_status_and_its_sentence() -> None:
    documented = {code: (int(status), said) for code, status, said in ROW.findall(DOCUMENT)}
    assert documented == {error.code: (status_of(error()), error.message) for error in ERRORS}


def test_each_category_is_drawn_in_the_tree() -> None:
    drawn = errors.__doc__ or ""
    assert [kind.__name__ for kind in STATUSES if f"── {kind.__name__}" not in drawn] == []


def test_each_guard_stands_in_the_database() -> None:
    assert set(GUARDS) - set(_names_in_the_tables()) == set()


def test_each_rule_in_the_database_has_an_error() -> None:
    """Nobody who runs into a unique key or an exclusion is to see a server error."""
    # Keys that no request can meet: rows are written with ON CONFLICT, or by the house alone.
    internal = re.compile(
        r"^uq_(rooms|speakers|outbox|news_open|notifications_dedupe_key|attendees_user_id|conferences_id_|ticket_types_id_|registrations_ticket_code|mailed_tokens|calendar_feeds|notifications_dedupe_key|payments_transaction_id|invoices|certificates_number)"
    )
    rules = [name for name in _names_in_the_tables() if name.startswith(("ex_", "uq_"))]
    assert [name for name in rules if name not in GUARDS and not internal.match(name)] == []


def _names_in_the_tables() -> list[str]:
    return [
        str(named.name)
        for table in metadata.tables.values()
        for named in [*table.constraints, *table.indexes]
        if isinstance(named, Constraint | Index)
    ]
