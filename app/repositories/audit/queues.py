"""Queues: first come, first served, and nobody waits in front of a free seat."""

from app.repositories.audit.promise import Check, Promise

_OPEN = "r.status = 'waitlisted' AND c.status = 'published' AND c.deleted_at IS NULL"
# Whoever is held by somebody else just then is served by the sweeper.
_WAITS_FOR_A_SESSION = Check(
    mends=True,
    query=(
        "SELECT r.id, format('registration %s waits for %s of session %s, where %s of %s seats are"
        " taken', r.id, r.quantity, s.id, s.seats_taken,"
        " coalesce(CAST(s.capacity AS text), 'endless')) AS said"
        " FROM registrations r JOIN sessions s ON s.id = r.session_id"
        " JOIN conferences c ON c.id = r.conference_id"
        f" WHERE {_OPEN} AND s.deleted_at IS NULL AND s.ends_at > now()"
        " AND (s.capacity IS NULL OR s.seats_taken + r.quantity <= s.capacity)"
        " AND NOT EXISTS (SELECT FROM registrations o WHERE o.attendee_id = r.attendee_id"
        " AND o.session_id IS NOT NULL AND o.status IN ('pending', 'confirmed')"
        " AND tstzrange(o.starts_at, o.ends_at) && tstzrange(r.starts_at, r.ends_at))"
    ),
)
_WAITS_FOR_AN_ADMISSION = Check(
    mends=True,
    query=(
        "SELECT r.id, format('registration %s waits for %s of conference %s, where %s of %s seats"
        " are taken', r.id, r.quantity, c.id, c.seats_taken,"
        " coalesce(CAST(c.capacity AS text), 'endless')) AS said"
        " FROM registrations r JOIN conferences c ON c.id = r.conference_id"
        " LEFT JOIN ticket_types t ON t.id = r.ticket_type_id"
        f" WHERE {_OPEN} AND r.session_id IS NULL AND c.ends_at > now()"
        " AND (c.capacity IS NULL OR c.seats_taken + r.quantity <= c.capacity)"
        " AND (t.capacity IS NULL OR t.seats_taken + r.quantity <= t.capacity)"
    ),
)
# Of everybody who waits: how often somebody behind them in the same queue was served, and how many
# of those times it is noted why they were passed over.
_OVERTAKEN = Check(
    query=(
        "WITH served AS (SELECT conference_id, session_id, ticket_type_id, at,"
        " max(registration_id) AS last FROM waitlist_log WHERE event = 'promoted'"
        " GROUP BY conference_id, session_id, ticket_type_id, at),"
        " line AS (SELECT id, conference_id, session_id, ticket_type_id, count(*)"
        " FILTER (WHERE id IS NULL) OVER (PARTITION BY conference_id, session_id, ticket_type_id"
        " ORDER BY place DESC) AS times FROM (SELECT NULL AS id, conference_id, session_id,"
        " ticket_type_id, last AS place FROM served UNION ALL SELECT id, conference_id, session_id,"
        " ticket_type_id, id FROM registrations WHERE status = 'waitlisted') AS everybody),"
        " noted AS (SELECT l.registration_id, count(*) AS times FROM waitlist_log l JOIN served s"
        " ON s.conference_id = l.conference_id AND s.at = l.at"
        " AND s.session_id IS NOT DISTINCT FROM l.session_id"
        " AND s.ticket_type_id IS NOT DISTINCT FROM l.ticket_type_id"
        " AND s.last > l.registration_id WHERE l.event = 'skipped' GROUP BY l.registration_id)"
        " SELECT line.id, format('registration %s waits; somebody behind it was served %s times,"
        " and for %s it is noted why', line.id, line.times, coalesce(noted.times, 0)) AS said"
        " FROM line LEFT JOIN noted ON noted.registration_id = line.id"
        " WHERE line.id IS NOT NULL AND line.times > coalesce(noted.times, 0)"
    )
)

PROMISES = (
    Promise(
        name="V7",
        sentence="Who came first is served first, and nobody waits while a seat that fits is free.",
        checks=(_WAITS_FOR_A_SESSION, _WAITS_FOR_AN_ADMISSION, _OVERTAKEN),
    ),
)
