"""Seats and everything that is counted: never too many, and never miscounted."""

from app.repositories.audit.promise import Check, Promise
from app.repositories.tables import CLAIMING, LIVE

# What has seats, in which table, and which registrations take them.
_POOLS = (
    ("conference", "conferences", "conference_id", "session_id IS NULL"),
    ("ticket type", "ticket_types", "ticket_type_id", "ticket_type_id IS NOT NULL"),
    ("session", "sessions", "session_id", "session_id IS NOT NULL"),
)


def _oversold(name: str, table: str, reference: str, those: str) -> Check:
    return Check(
        query=(
            f"SELECT pool.id, format('{name} %s: %s seats are taken, capacity is %s', pool.id,"
            f" seats, capacity) AS said FROM (SELECT {reference} AS id, sum(quantity) AS seats"
            f" FROM registrations WHERE {those} AND {LIVE} GROUP BY {reference}) AS taken"
            f" JOIN {table} pool ON pool.id = taken.id WHERE seats > capacity"
        )
    )


def _miscounted(name: str, table: str, reference: str, those: str) -> Check:
    return Check(
        query=(
            f"SELECT pool.id, format('{name} %s: seats taken and waiting are %s and %s, should be"
            " %s and %s', pool.id, seats_taken, waiting, coalesce(seats, 0), coalesce(waits, 0))"
            f" AS said FROM {table} pool LEFT JOIN (SELECT {reference} AS id,"
            f" sum(quantity) FILTER (WHERE {LIVE}) AS seats,"
            " count(*) FILTER (WHERE status = 'waitlisted') AS waits"
            f" FROM registrations WHERE {those} AND {CLAIMING} GROUP BY {reference}) AS counted"
            " ON counted.id = pool.id"
            " WHERE seats_taken <> coalesce(seats, 0) OR waiting <> coalesce(waits, 0)"
        )
    )


_REVIEWS = Check(
    query=(
        "SELECT c.id, format('conference %s: reviews and the sum of their ratings are %s and %s,"
        " should be %s and %s', c.id, reviews_count, ratings_sum, coalesce(reviews, 0),"
        " coalesce(ratings, 0)) AS said FROM conferences c LEFT JOIN (SELECT conference_id,"
        " count(*) AS reviews, sum(rating) AS ratings FROM reviews WHERE deleted_at IS NULL"
        " GROUP BY conference_id) AS counted ON counted.conference_id = c.id"
        " WHERE reviews_count <> coalesce(reviews, 0) OR ratings_sum <> coalesce(ratings, 0)"
    )
)
_VOTES = Check(
    query=(
        "SELECT v.id, format('review %s: votes for and against are %s and %s, should be %s and %s',"
        " v.id, helpful_count, unhelpful_count, coalesce(pro, 0), coalesce(contra, 0)) AS said"
        " FROM reviews v LEFT JOIN (SELECT review_id, count(*) FILTER (WHERE is_helpful) AS pro,"
        " count(*) FILTER (WHERE NOT is_helpful) AS contra FROM review_votes GROUP BY review_id)"
        " AS counted ON counted.review_id = v.id WHERE deleted_at IS NULL"
        " AND (helpful_count <> coalesce(pro, 0) OR unhelpful_count <> coalesce(contra, 0))"
    )
)
_TALLIES = Check(
    query=(
        "SELECT row_number() OVER () AS id, format('registrations that are %s, %s: the tally is %s,"
        " should be %s', status, CASE WHEN is_admission THEN 'of conferences' ELSE 'of sessions'"
        " END, coalesce(told, 0), coalesce(found, 0)) AS said"
        " FROM (SELECT status, is_admission, sum(n) AS told FROM registration_tallies"
        " GROUP BY status, is_admission) AS kept"
        " FULL JOIN (SELECT status, session_id IS NULL AS is_admission, count(*) AS found"
        " FROM registrations GROUP BY 1, 2) AS counted USING (status, is_admission)"
        " WHERE coalesce(told, 0) <> coalesce(found, 0)"
    )
)
_UNREAD = Check(
    query=(
        "SELECT u.id, format('user %s: unread notifications are %s, should be %s', u.id,"
        " unread_notifications, coalesce(unread, 0)) AS said FROM users u LEFT JOIN"
        " (SELECT user_id, count(*) AS unread FROM notifications WHERE read_at IS NULL"
        " GROUP BY user_id) AS counted ON counted.user_id = u.id"
        " WHERE unread_notifications <> coalesce(unread, 0)"
    )
)
_REFUNDED = Check(
    query=(
        "SELECT p.id, format('payment %s: %s is refunded, should be %s', p.id, refunded_minor,"
        " coalesce(given, 0)) AS said FROM payments p LEFT JOIN (SELECT payment_id,"
        " sum(amount_minor) AS given FROM refunds GROUP BY payment_id) AS counted"
        " ON counted.payment_id = p.id WHERE refunded_minor <> coalesce(given, 0)"
    )
)
# What an exclusion constraint reads is a copy.
_PERIODS = Check(
    query=(
        "SELECT r.id, format('registration %s: its period is %s to %s, that of session %s is"
        " %s to %s', r.id, r.starts_at, r.ends_at, s.id, s.starts_at, s.ends_at) AS said"
        " FROM registrations r JOIN sessions s ON s.id = r.session_id"
        f" WHERE r.{CLAIMING}"
        " AND (r.starts_at <> s.starts_at OR r.ends_at IS DISTINCT FROM s.ends_at)"
    )
)

PROMISES = (
    Promise(
        name="V1",
        sentence="Seats of live registrations never exceed the capacity of conference, ticket type"
        " and session.",
        checks=tuple(_oversold(*pool) for pool in _POOLS),
    ),
    Promise(
        name="V4",
        sentence="Every stored counter equals its recount, and every copy its original.",
        checks=(
            *(_miscounted(*pool) for pool in _POOLS),
            _TALLIES,
            _REVIEWS,
            _VOTES,
            _UNREAD,
            _REFUNDED,
            _PERIODS,
        ),
    ),
)
