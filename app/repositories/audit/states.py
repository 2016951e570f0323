"""States: what a row says of itself, and what the trail tells of it, is what legal ways lead to."""

from collections.abc import Mapping

from app.repositories.audit import steps
from app.repositories.audit.promise import Check, Promise
from app.repositories.tables import CLAIMING

# Clocks of several machines, and the moments between asking and being served.
_SOON = "interval '1 minute'"


def _faults(noun: str, table: str, faults: Mapping[str, str]) -> Check:
    """What is wrong in one row, by what is said of it."""
    found = ", ".join(f"CASE WHEN {wrong} THEN '{said}' END" for said, wrong in faults.items())
    return Check(
        query=(
            f"SELECT id, format('{noun} %s is %s: %s', id, status, faults) AS said"
            f" FROM (SELECT id, status, concat_ws('; ', {found}) AS faults FROM {table}) AS looked"
            " WHERE faults <> ''"
        )
    )


_OVER = "status IN ('cancelled', 'expired')"
_REGISTRATIONS = _faults(
    "registration",
    "registrations",
    {
        "whatever is pending has a hold, and nothing else": (
            "(hold_expires_at IS NOT NULL) <> (status = 'pending')"
        ),
        "whatever is over has an end, and nothing else": f"(ended_at IS NOT NULL) <> ({_OVER})",
        "whatever is over has a reason, and nothing else": f"(end_reason <> '') <> ({_OVER})",
        "holds alone expire": "(end_reason = 'hold_expired') <> (status = 'expired')",
        "it has no time of confirmation": "status = 'confirmed' AND confirmed_at IS NULL",
        "it should not have been confirmed": (
            "status IN ('pending', 'waitlisted', 'expired') AND confirmed_at IS NOT NULL"
        ),
        "it is confirmed before it is made": f"confirmed_at < created_at - {_SOON}",
        "it ends before it is made": f"ended_at < created_at - {_SOON}",
        "it ends before it is confirmed": f"ended_at < confirmed_at - {_SOON}",
    },
)
_PAYMENTS = _faults(
    "payment",
    "payments",
    {
        "whatever is settled has its time, and nothing else": (
            "(settled_at IS NOT NULL) <> (status <> 'pending')"
        ),
        "whatever is refunded has its time, and nothing else": (
            "(refunded_at IS NOT NULL) <> (status = 'refunded')"
        ),
        "what was not captured is given back": (
            "refunded_minor > 0 AND status IN ('pending', 'failed')"
        ),
        "all is given back, and it is not refunded": (
            "status = 'paid' AND amount_minor > 0 AND refunded_minor = amount_minor"
        ),
        "not all is given back": "status = 'refunded' AND refunded_minor <> amount_minor",
        "it is settled before it is made": f"settled_at < created_at - {_SOON}",
    },
)
_HOLDS = Check(
    query=(
        "SELECT id, format('registration %s is pending, its hold ran out at %s', id,"
        " hold_expires_at) AS said FROM registrations WHERE status = 'pending'"
        " AND hold_expires_at < now() - CAST(:grace AS interval)"
    )
)
# What is done in bites has a message that goes on; given up, it is for the operator to redrive.
_CLAIMS_ON_WHAT_IS_OVER = Check(
    query=(
        "SELECT r.id, format('registration %s is %s, %s', r.id, r.status, CASE"
        " WHEN a.deleted_at IS NOT NULL THEN 'attendee ' || a.id || ' is deleted'"
        " WHEN c.deleted_at IS NOT NULL OR c.status = 'cancelled'"
        " THEN 'conference ' || c.id || ' is over, and nobody goes on ending it'"
        " ELSE 'session ' || s.id || ' is deleted' END) AS said"
        " FROM registrations r JOIN attendees a ON a.id = r.attendee_id"
        " JOIN conferences c ON c.id = r.conference_id LEFT JOIN sessions s ON s.id = r.session_id"
        f" WHERE r.{CLAIMING} AND (a.deleted_at IS NOT NULL OR s.deleted_at IS NOT NULL"
        " OR c.deleted_at IS NOT NULL OR c.status = 'cancelled')"
        " AND NOT ((c.deleted_at IS NOT NULL OR c.status = 'cancelled')"
        " AND EXISTS (SELECT FROM outbox o WHERE o.kind = 'conference_ending'"
        " AND o.subject = c.id AND o.state <> 'done'))"
    )
)
_WAITING = Check(
    query=(
        "SELECT r.id, format('registration %s is %s; it joined %s, was promoted %s and left %s"
        " times', r.id, r.status, joined, promoted, went) AS said"
        " FROM (SELECT registration_id, count(*) FILTER (WHERE event = 'joined') AS joined,"
        " count(*) FILTER (WHERE event = 'promoted') AS promoted,"
        " count(*) FILTER (WHERE event = 'left') AS went"
        " FROM waitlist_log GROUP BY registration_id) AS log"
        " JOIN registrations r ON r.id = log.registration_id"
        " WHERE joined <> 1 OR promoted + went > 1 OR (went = 1 AND r.status <> 'cancelled')"
        " OR (promoted + went = 0) <> (r.status = 'waitlisted')"
    )
)
# Asked at the door by itself, too.
AT_THE_DOOR = (
    Check(
        query=(
            "SELECT r.id, format('registration %s is checked in, and no check-in of then stands',"
            " r.id) AS said FROM registrations r WHERE r.checked_in_at IS NOT NULL"
            " AND NOT EXISTS (SELECT FROM check_ins k WHERE k.registration_id = r.id"
            " AND k.undone_at IS NULL)"
        )
    ),
    Check(
        query=(
            "SELECT k.id, format('check-in %s stands, and registration %s is not checked in then"
            " and there', k.id, r.id) AS said FROM check_ins k"
            " JOIN registrations r ON r.id = k.registration_id WHERE k.undone_at IS NULL"
            " AND (k.scanned_at IS DISTINCT FROM r.checked_in_at"
            " OR k.conference_id <> r.conference_id)"
        )
    ),
    Check(
        query=(
            "SELECT id, format('registration %s is checked in, and is %s', id, status) AS said"
            " FROM registrations WHERE checked_in_at IS NOT NULL"
            " AND status NOT IN ('confirmed', 'cancelled')"
        )
    ),
)

PROMISES = (
    Promise(
        name="V6",
        sentence="Every state is one that the legal ways lead to, step by step.",
        checks=(
            _REGISTRATIONS,
            _PAYMENTS,
            _HOLDS,
            _CLAIMS_ON_WHAT_IS_OVER,
            _WAITING,
            *AT_THE_DOOR,
            *steps.CHECKS,
        ),
    ),
)
