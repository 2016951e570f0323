"""Two databases alike but for their size: what is looked for is found as often in both.

Filled by sets in one connection, without triggers and foreign keys: the counts are written as they
come out, so nothing is written twice. Account 1 is the admin, 2 the viewer, 3 the organizer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from app.repositories.tables.trail import BEGUN, FOLLOWED, Followed
from bench.data import TIDY

ADMIN, VIEWER, ORGANIZER = 1, 2, 3
# Of a series, a city, a tag, a speaker, an employer there are so many, whatever the size.
ALIKE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    name: str
    conferences: int
    registrations: int


SMALL = Size(name="small", conferences=1_000, registrations=10_000)
LARGE = Size(name="large", conferences=100_000, registrations=1_000_000)

_WORD = (
    "CREATE FUNCTION pg_temp.word(n bigint) RETURNS text LANGUAGE sql IMMUTABLE RETURN"
    " (SELECT initcap(string_agg(substr('bakelimopurasetivodugafenihojuwyxa',"
    " CAST(1 + 2 * ((n / CAST(power(17, place) AS bigint)) % 17) AS int), 2), '' ORDER BY place))"
    " FROM generate_series(0, 3) AS place)"
)
# Where each conference stands in time, which its id does not tell; and whose it is.
_PLAN = (
    "CREATE TEMP TABLE plan AS SELECT id, place, starts_at,"
    " starts_at + (1 + id % 3) * interval '18 hours' AS ends_at, topic,"
    " CASE WHEN id / 2 % 2 = 0 OR place % (:conferences / 10) = 10 THEN 2000 + 500 * (id % 7)"
    " ELSE 0 END AS price_minor,"
    " CASE WHEN place % (:conferences / 20) = 10 THEN 3"
    " ELSE 4 + 50 * ((id - 1) / 1275)"
    " + CAST(floor((sqrt(8 * ((id - 1) % 1275) + 1) - 1) / 2) AS int) END AS organizer_id"
    " FROM (SELECT place, 1 + (place * 7919) % :conferences AS id,"
    " now() - interval '2 years' + place * (interval '4 years' / :conferences) AS starts_at,"
    " (CAST(:topics AS text[]))[1 + place % 20] AS topic"
    " FROM generate_series(CAST(0 AS bigint), :conferences - 1) AS place) AS placed"
)
_PLAN_INDEXES = (
    "CREATE UNIQUE INDEX ON plan (place)",
    "CREATE UNIQUE INDEX ON plan (id)",
    "ANALYZE plan",
)
# Five each, far apart; two of five go where many go. Every tenth place is such a one.
_REGISTRATIONS = (
    "INSERT INTO registrations (conference_id, session_id, attendee_id, owner_id, ticket_type_id,"
    " status, price_minor, starts_at, ends_at, created_at, confirmed_at, hold_expires_at,"
    " ended_at, end_reason, checked_in_at)"
    " SELECT plan.id, CASE WHEN of_session THEN 2 * plan.id - 1 END, person,"
    " CASE WHEN lot < 70 AND person % 10 <> 9 THEN person END,"
    " CASE WHEN NOT of_session AND plan.id / 2 % 4 = 0 THEN 2 * plan.id - person % 2 END, wanted,"
    " CASE WHEN of_session THEN 0 ELSE plan.price_minor END,"
    " CASE WHEN of_session THEN plan.starts_at + interval '1 hour' END,"
    " CASE WHEN of_session THEN plan.starts_at + interval '2 hours' END,"
    " made_at, CASE wanted WHEN 'confirmed' THEN made_at END,"
    # So long that none runs out in databases that are kept to be asked again.
    " CASE wanted WHEN 'pending' THEN now() + interval '1 year' END,"
    " CASE WHEN wanted IN ('cancelled', 'expired') THEN plan.starts_at - interval '1 day' END,"
    " CASE wanted WHEN 'cancelled' THEN 'by_attendee' WHEN 'expired' THEN 'hold_expired'"
    " ELSE '' END,"
    " CASE WHEN wanted = 'confirmed' AND plan.ends_at < now() AND person % 2 = 0"
    " THEN plan.starts_at END"
    " FROM (SELECT person, nth, nth IN (3, 4) AS of_session, lot, CASE WHEN lot < 90"
    " OR lot IN (97, 98) AND nth IN (3, 4) THEN 'confirmed' WHEN lot < 94 THEN 'cancelled'"
    " WHEN lot < 97 THEN 'pending' WHEN lot < 99 THEN 'waitlisted' ELSE 'expired' END AS wish,"
    " CASE WHEN nth IN (1, 3) THEN place - place % 10 ELSE place END AS place"
    " FROM (SELECT person, nth, (person * 48271 + nth * 16807) % 100 AS lot,"
    " (person * 613 + nth * (:conferences / 5)) % :conferences AS place"
    " FROM generate_series(CAST(4 AS bigint), :people) AS person, generate_series(0, 4) AS nth)"
    " AS drawn) AS wishes JOIN plan ON plan.place = wishes.place, LATERAL (SELECT"
    " least(plan.starts_at, now()) - interval '1 day' - (person % 1000) * interval '1 hour',"
    # Nobody keeps a place at what has been cancelled.
    " CASE WHEN plan.id % 100 = 13 AND plan.organizer_id <> 3 THEN 'cancelled' ELSE wish END)"
    " AS became(made_at, wanted)"
)
# Twenty of the viewer's own: at the organizer's conferences, every fourth for a session.
_VIEWERS = (
    "INSERT INTO registrations (conference_id, session_id, attendee_id, owner_id, ticket_type_id,"
    " status, price_minor, starts_at, ends_at, created_at, confirmed_at)"
    " SELECT id, CASE WHEN of_session THEN 2 * id END, 2, 2,"
    " CASE WHEN NOT of_session AND id / 2 % 4 = 0 THEN 2 * id END, 'confirmed',"
    " CASE WHEN of_session THEN 0 ELSE price_minor END,"
    " CASE WHEN of_session THEN starts_at + interval '3 hours' END,"
    " CASE WHEN of_session THEN starts_at + interval '4 hours' END,"
    " starts_at - interval '1000 days', starts_at - interval '1000 days'"
    " FROM (SELECT *, place / 10 % 4 = 0 AS of_session FROM plan WHERE organizer_id = 3) AS planned"
)
_TALLIES = (
    "INSERT INTO registration_tallies (status, is_admission, n)"
    " SELECT status, session_id IS NULL, count(*) FROM registrations GROUP BY 1, 2"
)
_CERTIFICATES = (
    "INSERT INTO certificates (conference_id, attendee_id, number, hours, attendee_name,"
    " conference_name, issued_at) SELECT conference_id, attendee_id,"
    " 'CERT-' || upper(lpad(to_hex(conference_id * 10000000 + attendee_id), 16, '0')), 6,"
    " pg_temp.word(attendee_id), pg_temp.word(conference_id % (:conferences / 20)), max(ends_at)"
    " FROM (SELECT r.conference_id, r.attendee_id, plan.ends_at FROM registrations r"
    " JOIN plan ON plan.id = r.conference_id WHERE r.checked_in_at IS NOT NULL) AS came"
    " GROUP BY conference_id, attendee_id"
)
_CHECK_INS = (
    "INSERT INTO check_ins (registration_id, conference_id, nonce, scanned_at, received_at,"
    " scanned_by) SELECT id, conference_id, CAST(id AS text), checked_in_at, checked_in_at, 1"
    " FROM registrations WHERE checked_in_at IS NOT NULL"
)
_REVIEWS = (
    "INSERT INTO reviews (conference_id, user_id, rating, title, review, attended, created_at,"
    " updated_at) SELECT conference_id, attendee_id, 1 + id % 5,"
    " pg_temp.word(id % (:conferences / 20)) || ' was worth it', 'Told well, heard well.', true,"
    " issued_at, issued_at FROM certificates WHERE id % 2 = 0 AND attendee_id % 10 <> 9"
)
_PAYMENTS = (
    "INSERT INTO payments (registration_id, amount_minor, status, method, transaction_id,"
    " refunded_minor, created_at, settled_at, refunded_at) SELECT id, price_minor,"
    " CASE status WHEN 'cancelled' THEN 'refunded' ELSE 'paid' END,"
    " CASE WHEN id % 3 = 0 THEN 'mock' ELSE 'simulated' END,"
    " 'EVH-' || upper(lpad(to_hex(id * 7919), 12, '0')),"
    " CASE status WHEN 'cancelled' THEN price_minor ELSE 0 END, created_at, created_at, ended_at"
    " FROM registrations WHERE status IN ('confirmed', 'cancelled') AND price_minor > 0"
)
_REFUNDS = (
    "INSERT INTO refunds (payment_id, amount_minor, created_at)"
    " SELECT id, refunded_minor, created_at FROM payments WHERE status = 'refunded'"
)
_INVOICES = (
    "INSERT INTO invoices (payment_id, number, organizer_id, year, sequence, seller_name,"
    " buyer_name, description, amount_minor, issued_at, is_sent)"
    " SELECT id, 'INV-' || organizer_id || '-2026-' || lpad(CAST(nth AS text), 5, '0'),"
    " organizer_id, 2026, nth, 'Seller', 'Buyer', 'Admission', amount_minor, created_at,"
    " id % 4 = 0 FROM (SELECT p.id, plan.organizer_id, p.amount_minor, p.created_at,"
    " row_number() OVER (PARTITION BY plan.organizer_id ORDER BY p.id) AS nth FROM payments p"
    " JOIN registrations r ON r.id = p.registration_id JOIN plan ON plan.id = r.conference_id)"
    " AS sold"
)
_NUMBERS = (
    "INSERT INTO invoice_counters (organizer_id, year, last)"
    " SELECT organizer_id, year, max(sequence) FROM invoices GROUP BY organizer_id, year"
)
_NOTIFICATIONS = (
    "INSERT INTO notifications (user_id, kind, conference_id, registration_id, title, message,"
    " created_at, read_at) SELECT owner_id, 'booking_confirmation', conference_id, id,"
    " 'You are in', 'There is a seat.', created_at, CASE WHEN id % 3 > 0 THEN created_at END"
    " FROM registrations WHERE owner_id IS NOT NULL"
)
_LINES = (
    "INSERT INTO waitlist_log (registration_id, conference_id, session_id, event, at)"
    " SELECT id, conference_id, session_id, 'joined', created_at FROM registrations"
    " WHERE status = 'waitlisted'"
)
_CONFERENCES = (
    "INSERT INTO conferences (id, name, description, location, starts_at, ends_at, capacity,"
    " seats_taken, waiting, price_minor, multi_track, status, visibility, registration_deadline,"
    " organizer_id, category_id, is_online, tags, reviews_count, ratings_sum, certified_at,"
    " created_at, updated_at)"
    " SELECT plan.id, pg_temp.word(plan.id % (:conferences / 20)) || ' '"
    " || (CAST(:forms AS text[]))[1 + plan.id % 8] || ' ' || plan.id / (:conferences / 20),"
    " 'All that is new in ' || topic || ', told by those who made it.',"
    " 'Vor' || lower(pg_temp.word((plan.id * 31) % (:conferences / 20))) || ', hall '"
    " || plan.id % 9, plan.starts_at, plan.ends_at,"
    " CASE WHEN coalesce(held.waiting, 0) > 0 OR plan.id % 20 = 0"
    " THEN greatest(1, coalesce(held.seats, 0))"
    " WHEN plan.id % 3 > 0 THEN 500 END, coalesce(held.seats, 0), coalesce(held.waiting, 0),"
    " plan.price_minor, plan.id % 10 = 7,"
    " CASE WHEN plan.organizer_id = 3 THEN 'published' WHEN plan.id % 100 IN (11, 12) THEN 'draft'"
    " WHEN plan.id % 100 = 13 THEN 'cancelled' ELSE 'published' END,"
    " CASE WHEN plan.id % 100 IN (14, 15) AND plan.organizer_id <> 3 THEN 'private'"
    " ELSE 'public' END, CASE WHEN plan.id % 5 = 0 THEN plan.starts_at - interval '2 days' END,"
    " plan.organizer_id, 1 + plan.id % 7, plan.id % 6 = 0,"
    " 'x' || pg_temp.word((plan.id * 17) % (:conferences / 20)) || ', ' || topic,"
    " coalesce(told.n, 0), coalesce(told.ratings, 0),"
    " CASE WHEN plan.ends_at < now() THEN plan.ends_at END,"
    " least(plan.starts_at, now()) - interval '90 days' + plan.place * interval '1 second',"
    " least(plan.starts_at, now()) - interval '90 days' FROM plan"
    " LEFT JOIN (SELECT conference_id, sum(quantity) FILTER (WHERE status IN"
    " ('pending', 'confirmed')) AS seats, count(*) FILTER (WHERE status = 'waitlisted') AS waiting"
    " FROM registrations WHERE session_id IS NULL GROUP BY conference_id) AS held"
    " ON held.conference_id = plan.id"
    " LEFT JOIN (SELECT conference_id, count(*) AS n, sum(rating) AS ratings FROM reviews"
    " GROUP BY conference_id) AS told ON told.conference_id = plan.id ORDER BY plan.id"
)
_TICKET_TYPES = (
    "INSERT INTO ticket_types (id, conference_id, name, name_folded, seats_taken, waiting,"
    " price_minor, created_at, updated_at)"
    " SELECT 2 * plan.id - nth, plan.id, 'Kind ' || nth, 'kind ' || nth, coalesce(held.n, 0),"
    " coalesce(held.waiting, 0), plan.price_minor, now(), now() FROM plan"
    " CROSS JOIN generate_series(0, 1) AS nth LEFT JOIN (SELECT ticket_type_id,"
    " count(*) FILTER (WHERE status IN ('pending', 'confirmed')) AS n,"
    " count(*) FILTER (WHERE status = 'waitlisted') AS waiting"
    " FROM registrations GROUP BY ticket_type_id) AS held"
    " ON held.ticket_type_id = 2 * plan.id - nth WHERE plan.id / 2 % 4 = 0"
)
_SESSIONS = (
    "INSERT INTO sessions (id, conference_id, multi_track, name, speaker, room, starts_at, ends_at,"
    " capacity, seats_taken, created_at, updated_at)"
    " SELECT 2 * plan.id - nth, plan.id, plan.id % 10 = 7,"
    " pg_temp.word((2 * plan.id - nth) % (:conferences / 10)) || ' explained',"
    " 'Dr ' || pg_temp.word((plan.id * 13 + nth) % (:conferences / 10)), 'Hall ' || plan.id % 9,"
    " plan.starts_at + (3 - 2 * nth) * interval '1 hour',"
    " plan.starts_at + (4 - 2 * nth) * interval '1 hour',"
    " CASE WHEN plan.id % 10 = 0 THEN greatest(1, coalesce(held.n, 0)) ELSE 300 END,"
    " coalesce(held.n, 0),"
    " least(plan.starts_at, now()) - interval '60 days' + plan.place * interval '1 second', now()"
    " FROM plan CROSS JOIN generate_series(0, 1) AS nth"
    " LEFT JOIN (SELECT session_id, count(*) AS n FROM registrations"
    " WHERE status IN ('pending', 'confirmed') AND session_id IS NOT NULL GROUP BY session_id)"
    " AS held ON held.session_id = 2 * plan.id - nth"
)
_ATTENDEES = (
    "INSERT INTO attendees (id, name, email, email_folded, organization, user_id, created_by,"
    " created_at, updated_at) SELECT n, pg_temp.word(n % (:people / 20)) || ' '"
    " || pg_temp.word(n * 7), 'user' || n || '@bench.example', 'user' || n || '@bench.example',"
    " pg_temp.word((n * 3) % (:people / 20)) || ' & Sons', CASE WHEN n % 10 <> 9 THEN n END,"
    " CASE WHEN n % 10 <> 9 THEN n ELSE 4 + n % 40 END, now() - n * interval '1 minute', now()"
    " FROM generate_series(CAST(1 AS bigint), :people) AS n"
)
_USERS = (
    "INSERT INTO users (id, username, username_folded, email, email_folded, password_hash,"
    " first_name, last_name, role, organization, verified_at, unread_notifications, created_at,"
    " updated_at) SELECT n, 'user' || n, 'user' || n, 'user' || n || '@bench.example',"
    " 'user' || n || '@bench.example', '', pg_temp.word(n % (:people / 20)), pg_temp.word(n * 7),"
    " CASE WHEN n = 1 THEN 'admin' WHEN n BETWEEN 3 AND :organizers THEN 'organizer'"
    " ELSE 'attendee' END, pg_temp.word((n * 3) % (:people / 20)) || ' & Sons',"
    " CASE WHEN n % 5 > 0 THEN now() END, coalesce(unread.many, 0),"
    " now() - n * interval '1 minute', now() FROM generate_series(CAST(1 AS bigint), :people) AS n"
    " LEFT JOIN (SELECT user_id, count(*) AS many FROM notifications WHERE read_at IS NULL"
    " GROUP BY user_id) AS unread ON unread.user_id = n"
)
_LOGINS = (
    "INSERT INTO token_families (id, user_id, current_jti, rotated_at, created_at, expires_at)"
    " SELECT CAST(lpad(to_hex(n), 32, '0') AS uuid), n, 'bench', now(), now(),"
    " now() + interval '7 days' FROM generate_series(1, 3) AS n"
)
_REQUESTS = (
    "INSERT INTO request_logs (timestamp, method, path, status, user_id, username, duration_ms,"
    " request_id) SELECT now() - n * (interval '20 days' / :registrations),"
    " CASE WHEN n % 10 = 0 THEN 'POST' ELSE 'GET' END, '/api/v1/conferences/' || n % 1000 || '/',"
    " CASE WHEN n % (:registrations / 50) = 0 THEN 503 WHEN n % 10 = 0 THEN 201 ELSE 200 END,"
    " 1 + n % :people, 'user' || 1 + n % :people, n % 40, CAST(n AS text)"
    " FROM generate_series(CAST(1 AS bigint), :registrations) AS n"
)
_FILL = (
    "SET session_replication_role = replica",
    "SET synchronous_commit = off",
    "SET work_mem = '256MB'",
    _WORD,
    _PLAN,
    *_PLAN_INDEXES,
    _REGISTRATIONS,
    _VIEWERS,
    "ANALYZE registrations",
    _TALLIES,
    _CERTIFICATES,
    _CHECK_INS,
    _REVIEWS,
    _PAYMENTS,
    _REFUNDS,
    _INVOICES,
    _NUMBERS,
    _NOTIFICATIONS,
    _LINES,
    _CONFERENCES,
    _TICKET_TYPES,
    _SESSIONS,
    _ATTENDEES,
    _USERS,
    _LOGINS,
    _REQUESTS,
)
_IDENTITIES = ("users", "attendees", "conferences", "sessions", "ticket_types")
_FACTS = text(
    "SELECT c.id AS conference, c.name AS title, split_part(c.name, ' ', 1) AS word,"
    " split_part(c.location, ',', 1) AS city, split_part(c.tags, ',', 1) AS tag,"
    " CAST(c.starts_at + interval '30 days' AS date) AS month_later,"
    " CAST(c.starts_at AS date) AS day,"
    " s.id AS session, s.speaker, r.id AS registration, p.id AS payment, i.id AS invoice,"
    " i.number AS number, a.id AS attendee, a.name AS person, a.organization AS employer,"
    " a.email, a.user_id AS user FROM conferences c JOIN sessions s ON s.conference_id = c.id"
    " JOIN registrations r ON r.conference_id = c.id AND r.attendee_id = 2"
    " JOIN registrations other ON other.conference_id = c.id AND other.status = 'confirmed'"
    " AND other.attendee_id % 10 <> 9 AND other.attendee_id > 3"
    " JOIN attendees a ON a.id = other.attendee_id LEFT JOIN payments p ON p.registration_id = r.id"
    " LEFT JOIN invoices i ON i.payment_id = p.id"
    " WHERE c.organizer_id = 3 AND c.starts_at > now() AND p.id IS NOT NULL"
    " ORDER BY c.starts_at, s.id, a.id LIMIT 1"
)
_AFTERWARDS = text(
    "SELECT t.id AS certificate, v.id AS review FROM certificates t"
    " JOIN conferences c ON c.id = t.conference_id JOIN reviews v ON v.conference_id = c.id"
    " WHERE c.organizer_id = 3 ORDER BY t.id, v.id LIMIT 1"
)


async def fill(url: str, size: Size, *, topics: Sequence[str], forms: Sequence[str]) -> None:
    """Fill an empty, migrated database."""
    values = {
        "conferences": size.conferences,
        "registrations": size.registrations,
        "people": size.registrations // 5,
        "organizers": 4 + 50 * (size.conferences // 1275 + 1),
        "topics": list(topics),
        "forms": list(forms),
    }
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in _FILL:
            await _do(connection, statement, values)
        for followed in FOLLOWED:
            await _do(connection, _older(followed), values)
        for table in _IDENTITIES:
            await _do(
                connection,
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}",
                values,
            )
        await _do(connection, "RESET ALL", values)
        for statement in TIDY:
            await _do(connection, statement, values)


async def facts(url: str) -> dict[str, Any]:
    """What is asked for by name: the ids and words of one conference and what belongs to it."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        found = (await connection.execute(_FACTS)).mappings().one()
        afterwards = (await connection.execute(_AFTERWARDS)).mappings().one()
    return {**found, **afterwards}


def _older(followed: Followed) -> str:
    """What is here by then is older than the trail: nobody knows how it began."""
    return (
        "INSERT INTO trail (kind, object_id, verb, state, actor) SELECT 'trail', max(id),"
        f" '{BEGUN}', '{followed.kind}', 'command' FROM {followed.table} HAVING max(id) > 0"
    )


async def _do(connection: AsyncConnection, statement: str, values: dict[str, Any]) -> None:
    named = {name: value for name, value in values.items() if f":{name}" in statement}
    await connection.execute(text(statement), named)
