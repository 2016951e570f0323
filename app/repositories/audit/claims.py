"""Who is registered for what: once each, and in one place at a time."""

from app.repositories.audit.promise import Check, Promise
from app.repositories.tables import CLAIMING, LIVE

# Addresses are told apart as the house folds them; what it failed to fold is found all the same.
_TWICE = Check(
    query=(
        "SELECT min(r.id) AS id, format('registrations %s: one person''s, for %s; one should be',"
        " string_agg(CAST(r.id AS text), ', ' ORDER BY r.id),"
        " coalesce('session ' || r.session_id, 'conference ' || r.conference_id)) AS said"
        " FROM registrations r JOIN attendees a ON a.id = r.attendee_id"
        f" WHERE r.{CLAIMING} GROUP BY r.conference_id, r.session_id, lower(a.email_folded)"
        " HAVING count(*) > 1"
    )
)


def _overlap(one: str, of: str, key: str, source: str) -> Check:
    """Periods of one key that overlap; touching ends are fine."""
    return Check(
        query=(
            f"SELECT id, format('{one} %s begins at %s, when another of {of} %s takes place"
            " until %s', id, starts_at, key, busy_until) AS said"
            f" FROM (SELECT x.id, {key} AS key, x.starts_at, max(x.ends_at) OVER"
            f" (PARTITION BY {key} ORDER BY x.starts_at, x.id"
            " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until"
            f" FROM {source}) AS periods WHERE starts_at < busy_until"
        )
    )


_SINGLE_TRACK = (
    "sessions x JOIN conferences c ON c.id = x.conference_id"
    " WHERE x.deleted_at IS NULL AND NOT c.multi_track"
)

PROMISES = (
    Promise(
        name="V2",
        sentence="An attendee, known by the folded e-mail, has one live or waiting registration per"
        " target.",
        checks=(_TWICE,),
    ),
    Promise(
        name="V3",
        sentence="Live sessions never overlap in a room, for a speaker, in a single-track"
        " conference, or for an attendee.",
        checks=(
            _overlap("session", "conference", "x.conference_id", _SINGLE_TRACK),
            *(
                _overlap(
                    "session",
                    place,
                    f"x.{place}_id",
                    f"sessions x WHERE x.deleted_at IS NULL AND x.{place}_id IS NOT NULL",
                )
                for place in ("room", "speaker")
            ),
            _overlap(
                "registration",
                "attendee",
                "x.attendee_id",
                f"registrations x WHERE x.session_id IS NOT NULL AND x.{LIVE}",
            ),
        ),
    ),
)
