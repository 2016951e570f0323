"""A small world in which every promise holds, and statements that break exactly one of them."""

from collections.abc import Callable
from decimal import Decimal

from app.domain import payments, sessions
from app.domain.access import Role
from app.domain.admission import Target, Wish
from app.domain.payments import Outcome
from app.domain.registering import Ask, register_batch
from app.domain.registrations import Registration
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork
from tests import factories
from tests.races.scene import ADMIN
from tests.repositories.noting import (
    ADMITTED,
    OF_THE_TRAIL,
    PAID,
    PAID_TOO,
    PROMOTED,
    SEATED,
    TYPED,
    WAITS,
    end,
    older_than_the_trail,
)

Units = Callable[[], UnitOfWork]

_OVERLAPPING = (
    (
        "UPDATE sessions SET starts_at = first.starts_at, ends_at = first.ends_at"
        " FROM sessions first WHERE first.id = 1"
    ),
    (
        "UPDATE registrations SET starts_at = s.starts_at, ends_at = s.ends_at"
        " FROM sessions s WHERE s.id = session_id"
    ),
)
_KEY = (
    "INSERT INTO idempotency_keys (caller, key, fingerprint, answer_kind, answer, created_at)"
    " VALUES ('user:1', 'k', 'f', 'Registration', '{{\"id\": {0}}}', now())"
)
_MESSAGE = (
    "INSERT INTO outbox (kind, subject, dedupe_key, due_at, created_at)"
    " VALUES ('registered', {0}, {1}, now() - interval '{2}', now() - interval '{2}')"
)
_TICKET = (
    "INSERT INTO registrations (conference_id, session_id, attendee_id, status, starts_at, ends_at,"
    " created_at, confirmed_at) SELECT conference_id, session_id, attendee_id, 'confirmed',"
    " starts_at, ends_at, now(), now() FROM registrations WHERE id = {0}"
)
_LOGGED = (
    "INSERT INTO request_logs (timestamp, method, path, query, status, duration_ms)"
    " VALUES (now(), 'GET', '{0}', '{1}', 200, 1)"
)


def _drop(table: str, constraint: str) -> str:
    return f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"


# The name of a promise, and how it is broken.
BREACHES: list[tuple[str, list[str]]] = [
    (
        "V1",
        [
            _drop("sessions", "ck_sessions_seats_within_capacity"),
            "UPDATE sessions SET capacity = 1 WHERE id = 1",
        ],
    ),
    (
        "V1",
        [
            _drop("conferences", "ck_conferences_seats_within_capacity"),
            "UPDATE conferences SET capacity = 2, seats_taken = 3 WHERE id = 1",
            f"UPDATE registrations SET quantity = 3 WHERE id = {ADMITTED}",
        ],
    ),
    (
        "V1",
        [
            _drop("ticket_types", "ck_ticket_types_seats_within_capacity"),
            "UPDATE conferences SET seats_taken = 9 WHERE id = 2",
            "UPDATE ticket_types SET seats_taken = 9",
            f"UPDATE registrations SET quantity = 9 WHERE id = {TYPED}",
        ],
    ),
    (
        "V2",
        [
            "DROP INDEX uq_registrations_conference_attendee",
            _TICKET.format(ADMITTED),
            "UPDATE conferences SET seats_taken = 2 WHERE id = 1",
        ],
    ),
    (
        "V2",
        [
            (
                "UPDATE attendees SET email_folded = upper(other.email_folded)"
                " FROM registrations mine, registrations theirs"
                " JOIN attendees other ON other.id = theirs.attendee_id"
                f" WHERE mine.id = {SEATED} AND theirs.id = {PROMOTED}"
                " AND attendees.id = mine.attendee_id"
            ),
        ],
    ),
    (
        "V3",
        [
            _drop("sessions", "ex_sessions_single_track"),
            *_OVERLAPPING,
            "UPDATE conferences SET multi_track = false",
        ],
    ),
    *(
        (
            "V3",
            [
                _drop("sessions", f"ex_sessions_{place}"),
                f"INSERT INTO {place}s (conference_id, name, name_folded) VALUES (1, 'A', 'a')",
                f"UPDATE sessions SET {place}_id = (SELECT id FROM {place}s)",
                *_OVERLAPPING,
            ],
        )
        for place in ("room", "speaker")
    ),
    (
        "V3",
        [
            _drop("registrations", "ex_registrations_schedule"),
            *_OVERLAPPING,
            (
                "UPDATE registrations SET attendee_id = (SELECT attendee_id FROM registrations"
                f" WHERE id = {SEATED}) WHERE id = {PAID}"
            ),
        ],
    ),
    ("V4", ["UPDATE sessions SET seats_taken = 3 WHERE id = 2"]),
    ("V4", ["UPDATE sessions SET waiting = 2 WHERE id = 1"]),
    ("V4", ["UPDATE conferences SET seats_taken = 7 WHERE id = 1"]),
    ("V4", ["UPDATE ticket_types SET waiting = 1"]),
    ("V4", ["UPDATE conferences SET reviews_count = 1, ratings_sum = 5 WHERE id = 1"]),
    (
        "V4",
        [
            (
                "INSERT INTO reviews (conference_id, user_id, rating, helpful_count, created_at,"
                " updated_at) VALUES (1, 1, 5, 3, now(), now())"
            ),
            "UPDATE conferences SET reviews_count = 1, ratings_sum = 5 WHERE id = 1",
        ],
    ),
    ("V4", ["INSERT INTO registration_tallies VALUES ('expired', true, 1)"]),
    ("V4", ["DELETE FROM registration_tallies WHERE status = 'confirmed'"]),
    ("V4", ["UPDATE users SET unread_notifications = 9 WHERE id = 1"]),
    ("V4", ["UPDATE payments SET refunded_minor = 100 WHERE id = 1"]),
    (
        "V4",
        [f"UPDATE registrations SET starts_at = starts_at - interval '1 hour' WHERE id = {SEATED}"],
    ),
    ("V5", ["UPDATE payments SET amount_minor = 2 * amount_minor WHERE id = 1"]),
    ("V5", ["UPDATE payments SET currency = 'EUR' WHERE id = 1"]),
    (
        "V5",
        [
            "UPDATE payments SET status = 'failed' WHERE id = 1",
            *older_than_the_trail("payment"),
        ],
    ),
    (
        "V5",
        [end(PAID, "cancelled"), "UPDATE sessions SET seats_taken = 1 WHERE id = 2"],
    ),
    (
        "V5",
        [
            (
                "INSERT INTO payments (id, registration_id, amount_minor, status, created_at,"
                " settled_at, refunded_at) OVERRIDING SYSTEM VALUE"
                f" VALUES (-1, {PAID}, 0, 'refunded', now(), now(), now())"
            )
        ],
    ),
    ("V6", [f"UPDATE registrations SET hold_expires_at = now() WHERE id = {SEATED}"]),
    ("V6", [f"UPDATE registrations SET confirmed_at = NULL WHERE id = {SEATED}"]),
    ("V6", [f"UPDATE registrations SET ended_at = now() WHERE id = {SEATED}"]),
    ("V6", [f"UPDATE registrations SET confirmed_at = now() WHERE id = {WAITS}"]),
    ("V6", [f"UPDATE registrations SET confirmed_at = '2001-01-01' WHERE id = {SEATED}"]),
    (
        "V6",
        [end(ADMITTED, "hold_expired"), "UPDATE conferences SET seats_taken = 0 WHERE id = 1"],
    ),
    (
        "V6",
        [
            (
                "UPDATE registrations SET status = 'pending', confirmed_at = NULL,"
                f" hold_expires_at = now() - interval '1 hour' WHERE id = {SEATED}"
            )
        ],
    ),
    ("V6", ["UPDATE payments SET settled_at = NULL WHERE id = 1"]),
    ("V6", ["UPDATE payments SET refunded_at = now() WHERE id = 1"]),
    ("V6", ["UPDATE sessions SET deleted_at = now() WHERE id = 1"]),
    ("V6", ["UPDATE conferences SET status = 'cancelled' WHERE id = 1"]),
    ("V6", ["UPDATE conferences SET deleted_at = now() WHERE id = 2"]),
    ("V6", ["UPDATE attendees SET deleted_at = now()"]),
    ("V6", ["DELETE FROM waitlist_log WHERE event = 'promoted'"]),
    ("V6", [f"UPDATE registrations SET checked_in_at = now() WHERE id = {SEATED}"]),
    (
        "V6",
        [
            (
                "INSERT INTO check_ins (registration_id, conference_id, nonce, scanned_at,"
                f" received_at, scanned_by) VALUES ({SEATED}, 1, 'n', now(), now(), 1)"
            )
        ],
    ),
    ("V7", ["UPDATE sessions SET capacity = 9 WHERE id = 1"]),
    (
        "V7",
        [
            "UPDATE sessions SET capacity = 3, seats_taken = 3 WHERE id = 1",
            _TICKET.format(SEATED)
            .replace("attendee_id, 'c", "{0}, 'c")
            .format(f"(SELECT attendee_id FROM registrations WHERE id = {PAID})"),
            *(
                "INSERT INTO waitlist_log (registration_id, conference_id, session_id, event, at)"
                f" SELECT max(id), 1, 1, '{event}', now() FROM registrations"
                for event in ("joined", "promoted")
            ),
            (
                "INSERT INTO outbox (kind, subject, due_at, created_at)"
                " SELECT 'promoted', max(id), now(), now() FROM registrations"
            ),
        ],
    ),
    ("V8", [_MESSAGE.format(SEATED, "NULL", "1 hour")]),
    (
        "V8",
        [
            _drop("outbox", "uq_outbox_dedupe_key"),
            _MESSAGE.format(SEATED, "'once'", "1 second"),
            _MESSAGE.format(SEATED, "'once'", "1 second"),
        ],
    ),
    (
        "V8",
        [
            _drop("notifications", "uq_notifications_dedupe_key"),
            (
                "INSERT INTO notifications (user_id, kind, title, message, dedupe_key, created_at,"
                " read_at) SELECT 1, 'k', 't', 'm', 'once', now(), now() FROM generate_series(1, 2)"
            ),
        ],
    ),
    ("V8", ["UPDATE outbox SET state = 'done' WHERE id = 1"]),
    ("V8", ["DELETE FROM outbox WHERE kind = 'promoted'"]),
    (
        "V8",
        [
            "DELETE FROM outbox WHERE kind = 'payment_requested'",
            "UPDATE payments SET status = 'pending', settled_at = NULL WHERE id = 1",
            (
                "UPDATE registrations SET status = 'pending', confirmed_at = NULL,"
                f" hold_expires_at = now() + interval '1 hour' WHERE id = {PAID}"
            ),
            *older_than_the_trail("payment", "registration"),
        ],
    ),
    ("V9", [_KEY.format(999)]),
    ("V9", [_MESSAGE.format(999, "NULL", "1 second")]),
    ("V9", ["DELETE FROM waitlist_log"]),
    (
        "V9",
        ["DELETE FROM invoices WHERE sequence = 2", "UPDATE invoice_counters SET last = 1"],
    ),
    ("V10", ["UPDATE invoice_counters SET last = 3"]),
    ("V10", ["UPDATE invoices SET sequence = 5 WHERE sequence = 2"]),
    ("V10", ["DELETE FROM invoice_counters"]),
    *(
        ("V10", [_drop(table, f"uq_{table}_{number}"), f"UPDATE {table} SET {number} = {same}"])
        for table, number, same in (
            ("registrations", "ticket_code", "'7d1a0a4e-5f0e-4a53-8f2e-3a8c9a1b2c3d'"),
            ("payments", "transaction_id", "'EVH-1'"),
            ("invoices", "number", "'INV-1'"),
        )
    ),
    (
        "V11",
        [_drop("idempotency_keys", "pk_idempotency_keys"), _KEY.format(1), _KEY.format(2)],
    ),
    *(
        ("V12", [_LOGGED.format(path, query)])
        for path, query in (
            ("/api/v1/", "page=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjF9.c2lnbmF0dXJl"),
            (f"/api/v1/public/calendars/{'aB3-' * 10}xyz", ""),
            ("/reset", f"t={'aB3_' * 10}xyz"),
            ("/api/v1/attendees/", "search=ada%40example.com"),
            ("/api/v1/users/ada@example.com/", ""),
            ("/api/v1/", "page=1&new_password=hunter2"),
        )
    ),
    *OF_THE_TRAIL,
]
# What is in the log of requests, and tells nothing.
HARMLESS = [
    ("/api/v1/conferences/7/", "search=tech&page=2&page_size=50"),
    ("/api/v1/public/calendars/***", ""),
    ("/reset-password", "token=***"),
    ("/api/v1/tickets/7d1a0a4e-5f0e-4a53-8f2e-3a8c9a1b2c3d/", "access_token=***&page=1"),
    ("/api/v1/conferences/", "search=meet@noon"),
]


def logged(path: str, query: str) -> str:
    return _LOGGED.format(path, query)


async def a_world(uow: Units) -> None:
    """Somebody seated, promoted and waiting; admitted, by a ticket type too; and two who paid."""
    organizer = await factories.a_user(uow, role=Role.ORGANIZER)
    conference = await factories.a_conference(uow, organizer=organizer, multi_track=True)
    free = await factories.a_session(uow, conference, capacity=1)
    priced = await factories.a_session(uow, conference, hour=10, price=Decimal(49))
    target = Target(conference_id=conference.id, session_id=free.id)
    for _ in range(3):
        person = await factories.an_attendee(uow)
        wish = Wish(attendee_id=person.id, target=target, may_wait=True)
        [made] = await register_batch(uow(), [Ask(caller=ADMIN, wish=wish)], utc_now())
        assert isinstance(made, Registration)
    await sessions.update(uow(), ADMIN, free.id, {"capacity": 2}, utc_now())
    await factories.a_registration(uow, conference)
    await factories.a_registration(uow, await factories.a_ticket_type(uow, quantity=5))
    paid = [await factories.a_registration(uow, priced) for _ in range(2)]
    for held in paid:
        payment = await payments.start(uow(), ADMIN, held.id, None, utc_now())
        await payments.settle(
            uow(),
            payment.id,
            outcome=Outcome.PAID,
            reason="",
            settled_by=f"callback {payment.id}",
            now=utc_now(),
        )
    assert [one.id for one in paid] == [PAID, PAID_TOO]
