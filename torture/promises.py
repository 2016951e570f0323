"""What must hold when the dust has settled, beyond what the house's own auditor asks.

Each row that comes back is a broken promise.
"""

from collections.abc import Mapping

# People are told of everything that happened, once; and of nothing that did not.
TOLD: Mapping[str, str] = {
    "a registration that was announced less or more than once": (
        "SELECT r.id FROM registrations r LEFT JOIN outbox o ON o.subject = r.id"
        " AND o.kind IN ('registered', 'waitlisted') GROUP BY r.id HAVING count(o.id) <> 1"
    ),
    "a cancellation that was announced less or more than once": (
        "SELECT r.id FROM registrations r LEFT JOIN outbox o ON o.subject = r.id"
        " AND o.kind = 'registration_cancelled' WHERE r.status = 'cancelled'"
        " GROUP BY r.id HAVING count(o.id) <> 1"
    ),
    "an expiry that was not announced": (
        "SELECT r.id FROM registrations r WHERE r.status = 'expired' AND NOT EXISTS"
        " (SELECT FROM outbox o WHERE o.subject = r.id AND o.kind = 'hold_expired')"
    ),
    "a payment of which the gateway was told less or more than once": (
        "SELECT p.id FROM payments p LEFT JOIN outbox o ON o.subject = p.id"
        " AND o.kind = 'payment_requested' GROUP BY p.id HAVING count(o.id) <> 1"
    ),
    "a settled payment that was announced less or more than once": (
        "SELECT p.id FROM payments p LEFT JOIN outbox o ON o.subject = p.id"
        " AND o.kind IN ('payment_paid', 'payment_failed') WHERE p.status IN ('paid', 'failed')"
        " GROUP BY p.id HAVING count(o.id) <> 1"
    ),
    "a refund that was not announced": (
        "SELECT p.id FROM payments p WHERE p.status = 'refunded' AND NOT EXISTS"
        " (SELECT FROM outbox o WHERE o.subject = p.id AND o.kind = 'payment_refunded')"
    ),
    "a message about a registration that is not there": (
        "SELECT o.id FROM outbox o WHERE o.kind IN ('registered', 'waitlisted', 'promoted',"
        " 'registration_cancelled', 'registration_moved', 'hold_expired')"
        " AND NOT EXISTS (SELECT FROM registrations r WHERE r.id = o.subject)"
    ),
    "a message that was given up": "SELECT id FROM outbox WHERE state = 'dead'",
    "a ticket that is in without a check-in, or the other way round": (
        "SELECT r.id FROM registrations r LEFT JOIN check_ins i ON i.registration_id = r.id"
        " AND i.undone_at IS NULL WHERE (r.checked_in_at IS NULL) <> (i.id IS NULL)"
    ),
}

# What is still on its way.
STUCK: Mapping[str, str] = {
    "messages are open": "SELECT count(*) FROM outbox WHERE state = 'open'",
    "payments are pending": "SELECT count(*) FROM payments WHERE status = 'pending'",
    "holds have run out and are held": (
        "SELECT count(*) FROM registrations WHERE status = 'pending' AND hold_expires_at < now()"
    ),
    "transactions are open": (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND state LIKE 'idle in transaction%' AND state_change < now() - interval '1 second'"
    ),
}

# Messages of which nobody can say that they were overtaken: each of them was a mail.
MAILED = (
    "SELECT o.id FROM outbox o JOIN registrations r ON r.id = o.subject"
    " WHERE o.state = 'done' AND ((o.kind = 'registered' AND r.status IN ('pending', 'confirmed')"
    " AND NOT EXISTS (SELECT FROM outbox e WHERE e.subject = r.id AND e.kind = 'hold_expired'))"
    " OR (o.kind = 'registration_cancelled' AND r.status = 'cancelled'))"
    " UNION ALL SELECT o.id FROM outbox o JOIN payments p ON p.id = o.subject"
    " WHERE o.state = 'done' AND ((o.kind = 'payment_paid' AND p.status = 'paid')"
    " OR (o.kind = 'payment_refunded' AND p.status = 'refunded'))"
)

# With what the mails of a kind may begin. A mail tells the present: of one registration a first
# attempt may ask for the payment, and a second one confirm it. Kinds that send none are not here.
BEGINNINGS: Mapping[str, tuple[str, ...]] = {
    "registered": (
        "You are registered: ",
        "Please pay to keep your place: ",
        "Please confirm to keep your place: ",
    ),
    "waitlisted": ("You are on the waitlist: ",),
    "promoted": ("A place for you: ", "A place for you, please pay for it: "),
    "registration_cancelled": ("Registration cancelled: ",),
    "registration_moved": ("Your registration has changed: ",),
    "hold_expired": ("Your place was released: ",),
    "concerned_by_change": ("Please note what has changed: ",),
    "reminder": ("It begins soon: ",),
    "payment_paid": ("Payment received: ",),
    "payment_failed": ("Payment not successful: ",),
    "payment_refunded": ("Payment refunded: ", "Part of your payment refunded: "),
    "certificate_issued": ("Your certificate: ",),
    "recommendations_asked": ("Sessions you may like",),
    "verification_asked": ("Please verify your e-mail address",),
    "password_reset_asked": ("Choose a new password",),
    "password_changed": ("Your password was changed",),
}

# Of each message its kind, and who attends where it is about a registration or its payment.
ADDRESSED = (
    "SELECT o.id, o.kind, a.email FROM outbox o LEFT JOIN payments p ON p.id = o.subject"
    " AND o.kind IN ('payment_paid', 'payment_failed', 'payment_refunded')"
    " LEFT JOIN registrations r ON r.id = CASE WHEN o.kind IN ('registered', 'waitlisted',"
    " 'promoted', 'registration_cancelled', 'registration_moved', 'hold_expired',"
    " 'concerned_by_change', 'reminder') THEN o.subject ELSE p.registration_id END"
    " LEFT JOIN attendees a ON a.id = r.attendee_id WHERE o.id = ANY($1::bigint[])"
)
