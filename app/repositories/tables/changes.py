"""What tells that something changed: counters, raised by triggers whoever writes.

A counter is a sequence: raising one costs next to nothing, takes no lock and writes no row. It is
raised before its transaction commits; how that is dealt with is told in `repositories/changes.py`.
"""

from collections.abc import Mapping

from app.repositories.tables.columns import made_first, made_last

# What conferences are; what else is told of them; how many seats are taken and reviews written.
FACTS = "conference_changes"
PROGRAMMES = "programme_changes"
COUNTS = "count_changes"
# Of one table each: that there may be more or less of what lists are narrowed down to.
CLAIMS = "claim_changes"
PAYMENTS = "payment_changes"
INVOICES = "invoice_changes"
CERTIFICATES = "certificate_changes"
CHECK_INS = "check_in_changes"
REVIEWS = "review_changes"
PEOPLE = "attendee_changes"
ACCOUNTS = "account_changes"
# Only that some were dropped: who counts them knows those of late.
LOGS = "log_changes"
TRAIL = "trail_changes"
COUNTERS = (
    FACTS,
    PROGRAMMES,
    COUNTS,
    CLAIMS,
    PAYMENTS,
    INVOICES,
    CERTIFICATES,
    CHECK_INS,
    REVIEWS,
    PEOPLE,
    ACCOUNTS,
    LOGS,
    TRAIL,
)

_ANY = "INSERT OR UPDATE OR DELETE OR TRUNCATE"
_COUNTED = "UPDATE OF seats_taken, waiting"
_FACTS_OF_CONFERENCES = (
    "name, description, location, timezone, starts_at, ends_at, capacity, price_minor, currency,"
    " multi_track, status, visibility, registration_deadline, organizer_id, category_id,"
    " cover_image, is_online, online_url, tags, deleted_at"
)
_FACTS_OF_SESSIONS = (
    "conference_id, name, description, speaker, room, starts_at, ends_at, capacity, price_minor,"
    " currency, deleted_at"
)
_FACTS_OF_TICKET_TYPES = (
    "name, description, capacity, price_minor, currency, sales_start, sales_end, deleted_at"
)


def _more_or_less(*columns: str) -> str:
    return f"INSERT OR UPDATE OF {', '.join(columns)} OR DELETE OR TRUNCATE"


# By the name of the trigger: on which table, at what, and which counter it raises.
TRIGGERS: Mapping[str, tuple[str, str, str]] = {
    "facts_changed": (
        "conferences",
        f"INSERT OR UPDATE OF {_FACTS_OF_CONFERENCES} OR DELETE OR TRUNCATE",
        FACTS,
    ),
    "counts_changed": ("conferences", f"{_COUNTED}, reviews_count, ratings_sum", COUNTS),
    "session_facts_changed": (
        "sessions",
        f"INSERT OR UPDATE OF {_FACTS_OF_SESSIONS} OR DELETE OR TRUNCATE",
        PROGRAMMES,
    ),
    "session_counts_changed": ("sessions", _COUNTED, COUNTS),
    "ticket_type_facts_changed": (
        "ticket_types",
        f"INSERT OR UPDATE OF {_FACTS_OF_TICKET_TYPES} OR DELETE OR TRUNCATE",
        PROGRAMMES,
    ),
    "ticket_type_counts_changed": ("ticket_types", _COUNTED, COUNTS),
    "category_changed": ("categories", _ANY, PROGRAMMES),
    "name_changed": ("users", "UPDATE OF username, first_name, last_name", PROGRAMMES),
    "claims_changed": (
        "registrations",
        _more_or_less("conference_id", "session_id", "attendee_id", "status"),
        CLAIMS,
    ),
    "payments_changed": ("payments", _more_or_less("status", "method"), PAYMENTS),
    "invoices_changed": ("invoices", _more_or_less("number", "is_sent"), INVOICES),
    "certificates_changed": (
        "certificates",
        _more_or_less("conference_id", "downloaded_at"),
        CERTIFICATES,
    ),
    "check_ins_changed": (
        "check_ins",
        _more_or_less("conference_id", "registration_id"),
        CHECK_INS,
    ),
    "reviews_changed": ("reviews", _more_or_less("title", "rating", "deleted_at"), REVIEWS),
    "attendees_changed": (
        "attendees",
        _more_or_less("name", "organization", "email_folded", "deleted_at"),
        PEOPLE,
    ),
    "logs_dropped": ("request_logs", "DELETE OR TRUNCATE", LOGS),
    "trail_dropped": ("trail", "DELETE OR TRUNCATE", TRAIL),
    "accounts_changed": (
        "users",
        _more_or_less("username", "first_name", "last_name", "organization", "role", "is_active"),
        ACCOUNTS,
    ),
}
FUNCTION = (
    "CREATE FUNCTION tell_of_change() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN PERFORM nextval(CAST(TG_ARGV[0] AS regclass)); RETURN NULL; END $$"
)


def trigger(name: str) -> str:
    """The statement that makes one."""
    table, at, counter = TRIGGERS[name]
    return (
        f"CREATE TRIGGER {name} AFTER {at} ON {table} FOR EACH STATEMENT"
        f" EXECUTE FUNCTION tell_of_change('{counter}')"
    )


for _counter in COUNTERS:
    made_first(f"CREATE SEQUENCE {_counter}")
made_first(FUNCTION)
for _name in TRIGGERS:
    made_last(trigger(_name))
