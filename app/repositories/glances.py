"""SQL of a glance: versions of conferences, who is tied to some, and whether anything changed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import text

from app.domain.conferences import Conference
from app.domain.glances import Counters, Glance, Known, Ties
from app.repositories.base import Repository
from app.repositories.changes import MARK, OLDEST, raised
from app.repositories.conferences import COLUMNS, conference_of, remember, remembered
from app.repositories.ownership import owned_by
from app.repositories.tables import CLAIMING, COUNTS, FACTS

_IS_HIDDEN = "(c.status = 'draft' OR c.visibility = 'private')"
# One's own that nobody else sees; and where one is registered or waits, those too, and such as have
# an address to meet online. Whose they are is told with what they are.
_TIES = (
    "SELECT c.organizer_id AS viewer, c.id, true AS hidden FROM conferences c"
    f" WHERE c.deleted_at IS NULL AND {_IS_HIDDEN}"
    " AND c.organizer_id = ANY(CAST(:viewers AS bigint[]))"
    f" UNION ALL SELECT viewer.id, c.id, {_IS_HIDDEN}"
    " FROM unnest(CAST(:viewers AS bigint[])) AS viewer(id),"
    f" LATERAL {owned_by('viewer.id')} AS mine JOIN registrations r ON r.id = mine.id"
    " JOIN conferences c ON c.id = r.conference_id"
    f" WHERE r.{CLAIMING} AND c.deleted_at IS NULL AND ({_IS_HIDDEN} OR c.online_url <> '')"
)
# Lists of what belongs together: to take rows apart costs the server more than to send them.
_TAKE = text(
    f"WITH now AS MATERIALIZED (SELECT {raised(FACTS)} AS facts, {raised(COUNTS)} AS counts),"
    " seen AS MATERIALIZED (SELECT id, CAST(CAST(xmin AS text) AS bigint) AS version"
    " FROM conferences WHERE id = ANY(CAST(:ids AS bigint[]) ||"
    " CASE WHEN (SELECT facts <> :facts OR counts <> :counts FROM now)"
    " THEN CAST(:known AS bigint[]) ELSE '{}' END) AND deleted_at IS NULL)"
    f" SELECT now.facts, now.counts, {OLDEST}, {MARK}, rows.ids, rows.versions, tied.viewers,"
    " tied.ids, tied.hidden FROM now,"
    " (SELECT array_agg(id) AS ids, array_agg(version) AS versions FROM seen) AS rows,"
    " (SELECT array_agg(viewer) AS viewers, array_agg(id) AS ids, array_agg(hidden) AS hidden"
    f" FROM ({_TIES}) AS ties) AS tied"
)
_READ = text(
    f"SELECT xmin, {COLUMNS} FROM conferences c WHERE id = ANY(CAST(:ids AS bigint[]))"
    " AND deleted_at IS NULL"
)


class Glances(Repository):
    async def take(
        self, viewers: Sequence[int], ids: Sequence[int], of_late: Known, *, mark: bool
    ) -> Glance:
        """One statement; another for rows whose versions this process does not remember."""
        values = {
            "viewers": viewers,
            "ids": [id for id in ids if id not in of_late.conferences],
            "known": [id for id in ids if id in of_late.conferences],
            "facts": of_late.counters.facts,
            "counts": of_late.counters.counts,
            "mark": mark,
        }
        row: Sequence[Any] = (await self._do(_TAKE, values)).one()
        facts, counts, oldest, marked, seen, versions, tied, tied_to, hidden = row
        told = zip(seen or (), versions or (), strict=True)
        known = {id: remembered(id, version) for id, version in told}
        missing = [id for id, conference in known.items() if conference is None]
        known |= await self._read(missing)
        return Glance(
            counters=Counters(facts=facts, counts=counts),
            oldest=oldest,
            mark=marked,
            read={id: one for id, one in known.items() if one is not None},
            ties=_ties(zip(tied or (), tied_to or (), hidden or (), strict=True)),
        )

    async def _read(self, ids: Sequence[int]) -> Mapping[int, Conference]:
        """As they are now, which may be later than their versions were told."""
        if not ids:
            return {}
        rows: Sequence[Any] = (await self._do(_READ, {"ids": ids})).all()
        return remember([(row[0], conference_of(row[1:])) for row in rows])


def _ties(told: Iterable[tuple[int, int, bool]]) -> Mapping[int, Ties]:
    """By viewer."""
    ids: dict[int, set[int]] = {}
    hiding: set[int] = set()
    for viewer, conference, hidden in told:
        ids.setdefault(viewer, set()).add(conference)
        if hidden:
            hiding.add(viewer)
    return {
        viewer: Ties(ids=frozenset(tied), hidden=viewer in hiding) for viewer, tied in ids.items()
    }
