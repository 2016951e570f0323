"""What an auditor finds in the trail: statements that break it, and some that spare it."""

# What the small world of `auditing.py` makes, by its ids.
SEATED, PROMOTED, WAITS, ADMITTED, TYPED, PAID, PAID_TOO = range(1, 8)


def end(registration: int, reason: str) -> str:
    return (
        "UPDATE registrations SET status = 'cancelled', ended_at = now(),"
        f" end_reason = '{reason}' WHERE id = {registration}"
    )


def unguarded(table: str, trigger: str) -> str:
    return f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"


def older_than_the_trail(*kinds: str) -> list[str]:
    """As if nobody had noted what became of them: what is broken here is another promise."""
    return [
        unguarded("trail", "trail_is_kept"),
        *(f"DELETE FROM trail WHERE kind = '{kind}'" for kind in kinds),
        *(
            "INSERT INTO trail (kind, object_id, verb, state, actor)"
            f" VALUES ('trail', 1000, 'begun', '{kind}', 'command')"
            for kind in kinds
        ),
    ]


_BACK_AGAIN = (
    "UPDATE registrations SET status = 'confirmed', ended_at = NULL, end_reason = ''"
    f" WHERE id = {ADMITTED}"
)
# The name of a promise, and how it is broken.
OF_THE_TRAIL: list[tuple[str, list[str]]] = [
    # A step that there is not, though all ends where it was.
    ("V6", [end(ADMITTED, "cancelled"), _BACK_AGAIN]),
    ("V6", ["UPDATE payments SET refunded_minor = 1", "UPDATE payments SET refunded_minor = 0"]),
    ("V6", ["UPDATE conferences SET status = 'draft'"]),
    # Nobody noted it.
    (
        "V6",
        [
            unguarded("registrations", "note_changed"),
            end(ADMITTED, "cancelled"),
            "UPDATE conferences SET seats_taken = 0 WHERE id = 1",
        ],
    ),
    (
        "V6",
        [
            unguarded("conferences", "note_created"),
            (
                "INSERT INTO conferences (name, starts_at, ends_at, created_at, updated_at,"
                " status) VALUES ('x', now(), now() + interval '1 day', now(), now(), 'draft')"
            ),
        ],
    ),
    (
        "V6",
        [
            (
                "INSERT INTO categories (name, name_folded, slug, created_at)"
                " VALUES ('x', 'x', 'x', now())"
            ),
            unguarded("categories", "note_removed"),
            "DELETE FROM categories WHERE name = 'x'",
        ],
    ),
    # Somebody wrote the trail anew.
    *(
        ("V6", [unguarded("trail", "trail_is_kept"), statement])
        for statement in (
            "DELETE FROM trail WHERE kind = 'user' AND verb = 'created'",
            f"DELETE FROM trail WHERE kind = 'registration' AND object_id = {ADMITTED}",
            "UPDATE trail SET state = 'expired' WHERE kind = 'registration' AND verb = 'created'",
            "UPDATE trail SET verb = 'created' WHERE kind = 'payment' AND verb = 'paid'",
            (
                "UPDATE trail SET changes = jsonb_set(changes, '{status,0}', '\"failed\"')"
                " WHERE kind = 'payment' AND verb = 'paid'"
            ),
        )
    ),
    (
        "V12",
        [
            unguarded("trail", "trail_is_kept"),
            (
                'UPDATE trail SET changes = \'{"email": ["ada@example.com", "b***@example.com"]}\''
                " WHERE kind = 'user'"
            ),
        ],
    ),
]
