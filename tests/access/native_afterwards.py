"""Who may do what, natively: money, certificates and reviews.

The statuses: anonymous, attendee, other attendee, organizer, other organizer, admin. The attendee
paid, has the certificate and wrote the review.
"""

from tests.access.rows import Row, under

_CALLBACK = {
    "type": "payment.settled",
    "timestamp": "2031-03-01T09:00:00Z",
    "data": {"payment_id": "{payment}", "outcome": "paid"},
}
_WISHED = {"registration_id": "{unpaid}", "outcome": "paid"}
_REVIEW = {"rating": 5, "title": "Excellent!", "review": "Very informative."}

MONEY = [
    # Nobody calls back: the answer to whoever may pay is that it is under way.
    Row("401 202 404 202 404 202", "POST", "payments/process/", {"registration_id": "{unpaid}"}),
    Row("401 400 400 400 400 400", "POST", "payments/process/", _WISHED),
    # The gateway signs what it says; no role and no token take the place of that.
    Row("401 401 401 401 401 401", "POST", "payments/callback/", _CALLBACK),
    Row("401 200 200 200 200 200", "GET", "payments/"),
    Row("401 200 404 200 404 200", "GET", "payments/{payment}/"),
    Row("401 201 404 201 404 201", "POST", "payments/{payment}/refunds/", {}),
    # The owner asks for all of it or nothing.
    Row("401 403 404 201 404 201", "POST", "payments/{payment}/refunds/", {"amount": "9.00"}),
    Row("401 200 404 200 404 200", "GET", "payments/{payment}/refunds/"),
    Row("401 200 404 200 404 200", "GET", "payments/{payment}/receipt/"),
    Row("401 200 404 200 404 200", "GET", "registrations/{paid}/ledger/"),
    Row("401 200 200 200 200 200", "GET", "invoices/"),
    Row("401 200 404 200 404 200", "GET", "invoices/{invoice}/"),
    Row("401 200 404 200 404 200", "GET", "invoices/{invoice}/invoice.pdf"),
    Row("401 403 404 200 404 200", "POST", "invoices/{invoice}/mark-as-sent/"),
]

CERTIFICATES = [
    Row("401 200 200 200 200 200", "GET", "certificates/"),
    Row(
        "401 403 403 201 403 201",
        "POST",
        "certificates/",
        {"conference": "{unreviewed}", "attendee": "{attendee}"},
    ),
    Row("401 403 403 200 403 200", "POST", "certificates/", {"conference": "{conference}"}),
    Row("401 400 400 200 400 200", "POST", "certificates/", {"conference": "{draft}"}),
    Row("401 200 404 200 404 200", "GET", "certificates/{certificate}/"),
    # Once its owner has taken it, it counts as downloaded.
    Row(
        "401 200 404 200 404 200",
        "GET",
        "certificates/{certificate}/certificate.pdf",
        writes="certificates",
    ),
    Row("401 200 404 403 404 403", "POST", "certificates/{certificate}/mark-as-downloaded/"),
    # Whoever has the number may know what it stands for.
    Row("200 200 200 200 200 200", "GET", "public/certificates/{number}/"),
]

REVIEWS = [
    Row("200 200 200 200 200 200", "GET", "reviews/"),
    # Written by those who were registered, once it has begun.
    Row("401 201 409 409 409 409", "POST", "reviews/", _REVIEW | {"conference": "{unreviewed}"}),
    Row("401 409 409 409 409 409", "POST", "reviews/", _REVIEW | {"conference": "{conference}"}),
    Row("401 400 400 409 400 409", "POST", "reviews/", _REVIEW | {"conference": "{draft}"}),
    Row("200 200 200 200 200 200", "GET", "reviews/{review}/"),
    Row("401 200 403 403 403 403", "PATCH", "reviews/{review}/", {"rating": 5}),
    Row("401 200 403 403 403 403", "PUT", "reviews/{review}/", {"rating": 5}),
    Row("401 200 403 403 403 200", "DELETE", "reviews/{review}/"),
    # Nobody votes on what they wrote themselves.
    Row("401 409 200 200 200 200", "POST", "reviews/{review}/votes/", {"helpful": True}),
]

ROWS = under("/api/v1", [*MONEY, *CERTIFICATES, *REVIEWS])
