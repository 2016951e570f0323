"""Steps: what the trail tells of each thing is a legal way, and ends where its row is."""

from collections.abc import Iterable, Mapping

from app.domain import conferences, payments, registrations
from app.domain.trail import Ways
from app.repositories.audit.promise import Check
from app.repositories.tables.trail import BEGUN, CLEARED, CREATED, FOLLOWED, REMOVED

_WAYS: Mapping[str, Ways] = {
    "registration": registrations.WAYS,
    "payment": payments.WAYS,
    "conference": conferences.WAYS,
}
_TABLES = {followed.kind: followed.table for followed in FOLLOWED}


def _since(kind: str) -> str:
    """Up to which id things are older than the trail."""
    return (
        "(SELECT coalesce(max(object_id), 0) FROM trail"
        f" WHERE kind = 'trail' AND verb = '{BEGUN}' AND state = '{kind}')"
    )


def _listed(steps: Iterable[tuple[str, ...]]) -> str:
    return ", ".join(f"({', '.join(repr(str(one)) for one in step)})" for step in sorted(steps))


def _steps(kind: str, ways: Ways) -> Check:
    """Each note against the one before it; `said` is what it says itself of where it came from."""
    moved = ""
    if ways.moves:
        moved = f" OR verb = 'moved' AND (was, state) IN ({_listed(ways.moves)})"
    faults = {
        f"place = 1 AND verb <> '{CREATED}' AND object_id > {_since(kind)}": "has no beginning",
        f"place > 1 AND verb = '{CREATED}'": "begins again",
        f"verb = '{CREATED}' AND state NOT IN ({_listed((one,) for one in ways.beginnings)})": (
            "begins as what nothing begins as"
        ),
        "place > 1 AND said IS NULL AND was <> state": "comes from elsewhere",
        "said <> was": "says that it came from elsewhere",
        f"was <> state AND NOT ((was, state) IN ({_listed(ways.steps)}){moved})": (
            "takes a step that there is not"
        ),
    }
    found = " ".join(f"WHEN {wrong} THEN '{said}'" for wrong, said in faults.items())
    return Check(
        query=(
            f"SELECT object_id AS id, format('{kind} %s %s: note %s, from %s to %s', object_id,"
            " fault, note, coalesce(was, 'nothing'), state) AS said"
            f" FROM (SELECT *, CASE {found} END AS fault FROM"
            " (SELECT id AS note, object_id, verb, state, changes -> 'status' ->> 0 AS said,"
            " coalesce(lag(state) OVER one, changes -> 'status' ->> 0) AS was,"
            " row_number() OVER one AS place FROM trail"
            f" WHERE kind = '{kind}' AND object_id > 0 AND verb <> '{REMOVED}'"
            " WINDOW one AS (PARTITION BY object_id ORDER BY id)) AS noted) AS looked"
            " WHERE fault IS NOT NULL"
        )
    )


def _ends(kind: str) -> Check:
    """The last note of each, against its row; what is older than the trail may have none."""
    return Check(
        query=(
            f"SELECT o.id, format('{kind} %s is %s, and its last note says %s', o.id, o.status,"
            f" coalesce(last.state, 'nothing')) AS said FROM {_TABLES[kind]} o LEFT JOIN"
            " (SELECT DISTINCT ON (object_id) object_id, state FROM trail"
            f" WHERE kind = '{kind}' ORDER BY object_id, id DESC) AS last ON last.object_id = o.id"
            " WHERE last.state IS DISTINCT FROM o.status"
            f" AND (last.object_id IS NOT NULL OR o.id > {_since(kind)})"
        )
    )


def _begins(kind: str, table: str) -> Check:
    return Check(
        query=(
            f"SELECT o.id, format('{kind} %s is there, and its beginning is not noted', o.id)"
            f" AS said FROM {table} o WHERE o.id > {_since(kind)} AND NOT EXISTS (SELECT FROM trail"
            f" t WHERE t.kind = '{kind}' AND t.object_id = o.id AND t.verb = '{CREATED}')"
        )
    )


def _goes(kind: str, table: str) -> Check:
    return Check(
        query=(
            f"SELECT object_id AS id, format('{kind} %s is gone, and nobody took it out',"
            " object_id) AS said FROM (SELECT object_id, max(id) AS last,"
            f" bool_or(verb = '{REMOVED}') AS removed FROM trail WHERE kind = '{kind}'"
            " AND object_id > 0 GROUP BY object_id) AS noted"
            f" WHERE NOT removed AND NOT EXISTS (SELECT FROM {table} o WHERE o.id = object_id)"
            f" AND NOT EXISTS (SELECT FROM trail t WHERE t.kind = '{kind}' AND t.object_id = 0"
            f" AND t.verb = '{CLEARED}' AND t.id > last)"
        )
    )


_GIVEN_BACK = Check(
    query=(
        "SELECT object_id AS id, format('payment %s: note %s takes back what was refunded',"
        " object_id, id) AS said FROM trail WHERE kind = 'payment' AND verb <> 'removed'"
        " AND CAST(changes -> 'refunded_minor' ->> 0 AS bigint)"
        " > CAST(changes -> 'refunded_minor' ->> 1 AS bigint)"
    )
)

CHECKS = (
    *(_steps(kind, ways) for kind, ways in _WAYS.items()),
    *(_ends(kind) for kind in _WAYS),
    *(_begins(followed.kind, followed.table) for followed in FOLLOWED),
    *(_goes(followed.kind, followed.table) for followed in FOLLOWED),
    _GIVEN_BACK,
)
