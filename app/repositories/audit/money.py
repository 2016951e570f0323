"""Money and numbers: what is paid, given back and numbered."""

from app.repositories.audit.promise import Check, Promise

_CAPTURED = "status IN ('paid', 'refunded')"
_BALANCE = Check(
    query=(
        "SELECT r.id, format('registration %s: %s captured less %s refunded should be between 0"
        " and %s', r.id, captured, refunded, r.price_minor) AS said FROM (SELECT registration_id,"
        f" coalesce(sum(amount_minor) FILTER (WHERE {_CAPTURED}), 0) AS captured,"
        " sum(refunded_minor) AS refunded FROM payments GROUP BY registration_id) AS p"
        " JOIN registrations r ON r.id = p.registration_id"
        " WHERE captured - refunded NOT BETWEEN 0 AND r.price_minor"
    )
)
_CAPTURED_TWICE = Check(
    query=(
        "SELECT registration_id AS id, format('registration %s: %s payments were captured, should"
        " be one', registration_id, count(*)) AS said FROM payments"
        f" WHERE {_CAPTURED} GROUP BY registration_id HAVING count(*) > 1"
    )
)
_ANOTHER_PRICE = Check(
    query=(
        "SELECT p.id, format('payment %s: %s %s is %s, registration %s costs %s %s', p.id,"
        " p.amount_minor, p.currency, p.status, r.id, r.price_minor, r.currency) AS said"
        " FROM payments p JOIN registrations r ON r.id = p.registration_id"
        " WHERE p.status IN ('pending', 'paid')"
        " AND (p.amount_minor <> r.price_minor OR p.currency <> r.currency)"
    )
)
# What is given back is given back in the transaction that ends the registration.
_PAID_FOR_NOTHING = Check(
    query=(
        "SELECT p.id, format('payment %s is paid, registration %s is %s, should be confirmed',"
        " p.id, r.id, r.status) AS said FROM payments p"
        " JOIN registrations r ON r.id = p.registration_id"
        " WHERE p.status = 'paid' AND r.status <> 'confirmed'"
    )
)
_UNPAID = Check(
    query=(
        "SELECT r.id, format('registration %s is confirmed, costs %s %s, and is not paid', r.id,"
        " r.price_minor, r.currency) AS said FROM registrations r"
        " WHERE r.status = 'confirmed' AND r.price_minor > 0 AND NOT EXISTS (SELECT"
        " FROM payments p WHERE p.registration_id = r.id AND p.status = 'paid')"
    )
)


def _unique(noun: str, table: str, number: str) -> Check:
    return Check(
        query=(
            f"SELECT min(id) AS id, format('{noun} %s share a number, should have one each',"
            f" string_agg(CAST(id AS text), ', ' ORDER BY id)) AS said FROM {table}"
            f" GROUP BY {number} HAVING count(*) > 1"
        )
    )


# An import that replaces everything clears the invoices and goes on with their numbers: the first
# that is there need not be number 1.
_GAPS = Check(
    query=(
        "SELECT i.first_id AS id, format('invoices of organizer %s in %s: %s of them from number"
        " %s to %s, the counter is at %s', i.organizer_id, i.year, many, first, i.last,"
        " coalesce(CAST(c.last AS text), 'nothing')) AS said FROM (SELECT organizer_id, year,"
        " min(id) AS first_id, count(*) AS many, min(sequence) AS first, max(sequence) AS last"
        " FROM invoices GROUP BY organizer_id, year) AS i"
        " LEFT JOIN invoice_counters c USING (organizer_id, year)"
        " WHERE many <> i.last - first + 1 OR c.last IS DISTINCT FROM i.last"
    )
)

PROMISES = (
    Promise(
        name="V5",
        sentence="Of a registration at most one payment is captured, between nothing and its price"
        " is kept, and only of one that is confirmed.",
        checks=(_BALANCE, _CAPTURED_TWICE, _ANOTHER_PRICE, _PAID_FOR_NOTHING, _UNPAID),
    ),
    Promise(
        name="V10",
        sentence="Numbers of tickets, payments, invoices and certificates are unique; those of"
        " invoices have no gap.",
        checks=(
            _unique("registrations", "registrations", "ticket_code"),
            _unique("payments", "payments", "transaction_id"),
            _unique("invoices", "invoices", "number"),
            _unique("invoices", "invoices", "organizer_id, year, sequence"),
            _unique("certificates", "certificates", "number"),
            _GAPS,
        ),
    ),
)
