"""Effects: what was announced is done, what was acknowledged is there, and each of it once."""

from app.repositories.audit.promise import Check, Promise

# Without any grace, what is tried again counts as open, too.
_OPEN = Check(
    query=(
        "SELECT id, format('message %s (%s %s) is open, was due at %s, %s attempts', id, kind,"
        " subject, due_at, attempts) AS said FROM outbox WHERE state = 'open'"
        " AND CASE WHEN CAST(:grace AS interval) = interval '0'"
        " THEN due_at <= now() OR attempts > 0 ELSE greatest(due_at, created_at, leased_until)"
        " < now() - CAST(:grace AS interval) END"
    )
)
_SETTLED = Check(
    query=(
        "SELECT id, format('message %s is %s, and done %s, leased %s', id, state,"
        " coalesce(CAST(done_at AS text), 'never'),"
        " coalesce(CAST(leased_until AS text), 'to nobody')) AS said FROM outbox"
        " WHERE (state = 'done') <> (done_at IS NOT NULL)"
        " OR (state <> 'open' AND lease IS NOT NULL)"
    )
)


def _once(noun: str, table: str) -> Check:
    return Check(
        query=(
            f"SELECT min(id) AS id, format('{noun} %s have one dedupe key, one of them should',"
            f" string_agg(CAST(id AS text), ', ' ORDER BY id)) AS said FROM {table}"
            " WHERE dedupe_key IS NOT NULL GROUP BY dedupe_key HAVING count(*) > 1"
        )
    )


# Messages that were done are forgotten after thirty days.
_PROMOTIONS = Check(
    query=(
        "SELECT l.registration_id AS id, format('registration %s was promoted, and that was"
        " announced %s times', l.registration_id, coalesce(told, 0)) AS said FROM waitlist_log l"
        " LEFT JOIN (SELECT subject, count(*) AS told FROM outbox WHERE kind = 'promoted'"
        " GROUP BY subject) AS announced ON subject = l.registration_id"
        " WHERE l.event = 'promoted' AND l.at > now() - interval '30 days'"
        " AND coalesce(told, 0) <> 1"
    )
)
_PAYMENTS = Check(
    query=(
        "SELECT p.id, format('payment %s is pending, and no message asks for it', p.id) AS said"
        " FROM payments p WHERE p.status = 'pending' AND NOT EXISTS (SELECT FROM outbox o"
        " WHERE o.kind = 'payment_requested' AND o.subject = p.id AND o.state <> 'done')"
    )
)
# An acknowledged write is one whose answer is kept: what it names is there.
_KEPT = {
    "Attendee": "attendees",
    "Certificate": "certificates",
    "CheckIn": "check_ins",
    "Conference": "conferences",
    "Invoice": "invoices",
    "Payment": "payments",
    "Refund": "refunds",
    "Registration": "registrations",
    "Review": "reviews",
    "Session": "sessions",
    "TicketType": "ticket_types",
    "User": "users",
}
_LOST = Check(
    query=" UNION ALL ".join(
        "SELECT CAST(k.answer ->> 'id' AS bigint) AS id, format('an answer of %s tells of"
        f" {kind} %s, which is not there', k.created_at, k.answer ->> 'id') AS said"
        f" FROM idempotency_keys k WHERE k.answer_kind = '{kind}' AND NOT EXISTS"
        f" (SELECT FROM {table} kept WHERE kept.id = CAST(k.answer ->> 'id' AS bigint))"
        for kind, table in _KEPT.items()
    )
)
_ABOUT = {
    "registrations": (
        "'registered', 'registration_cancelled', 'registration_moved', 'waitlisted', 'promoted',"
        " 'hold_expired'"
    ),
    "payments": "'payment_requested', 'payment_paid', 'payment_failed', 'payment_refunded'",
    "conferences": "'conference_ending'",
}
_MESSAGES_OF_NOTHING = Check(
    query=" UNION ALL ".join(
        "SELECT o.id, format('message %s (%s %s) tells of what is not there', o.id, o.kind,"
        f" o.subject) AS said FROM outbox o WHERE o.kind IN ({kinds}) AND NOT EXISTS"
        f" (SELECT FROM {table} told WHERE told.id = o.subject)"
        for table, kinds in _ABOUT.items()
    )
)
_NEVER_JOINED = Check(
    query=(
        "SELECT r.id, format('registration %s waits, and no line tells that it joined', r.id)"
        " AS said FROM registrations r WHERE r.status = 'waitlisted' AND NOT EXISTS"
        " (SELECT FROM waitlist_log l WHERE l.registration_id = r.id)"
    )
)
# Payments that are older than invoices have none.
_NO_INVOICE = Check(
    query=(
        "SELECT p.id, format('payment %s has no invoice', p.id) AS said FROM payments p"
        " WHERE p.id > (SELECT min(payment_id) FROM invoices) AND NOT EXISTS"
        " (SELECT FROM invoices i WHERE i.payment_id = p.id)"
    )
)
_TWO_OUTCOMES = Check(
    query=(
        "SELECT count(*) AS id, format('an idempotency key has %s answers, the first of %s, should"
        " have one', count(*), min(created_at)) AS said FROM idempotency_keys"
        " GROUP BY caller, key HAVING count(*) > 1"
    )
)

PROMISES = (
    Promise(
        name="V8",
        sentence="Every message is done or given up in time, and has each effect once.",
        checks=(
            _OPEN,
            _SETTLED,
            _once("messages", "outbox"),
            _once("notifications", "notifications"),
            _PROMOTIONS,
            _PAYMENTS,
        ),
    ),
    Promise(
        name="V9",
        sentence="Whatever was acknowledged is there, and a write is there with all its parts or"
        " not at all.",
        checks=(_LOST, _MESSAGES_OF_NOTHING, _NEVER_JOINED, _NO_INVOICE),
    ),
    Promise(
        name="V11",
        sentence="A caller's idempotency key has one outcome.",
        checks=(_TWO_OUTCOMES,),
    ),
)
