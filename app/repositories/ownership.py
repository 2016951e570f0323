"""Whose a registration is, and a person's record: the one place that says so in SQL (decision 16).

The fragments expect the registration as `r` and its attendee as `a`. It belongs to the account that
registered itself, for ever; what others entered for an address is its account's once that account
has proven the address, and nobody's before.
"""

# One look-up by primary key, and none where the registration names its owner.
OWNER = (
    "coalesce(r.owner_id, (SELECT proven.id FROM users proven"
    " WHERE proven.id = a.user_id AND proven.verified_at IS NOT NULL))"
)
OWNER_ID = f"{OWNER} AS owner_id"


def owned_by(parameter: str) -> str:
    """The ids of an account's registrations: asked once for a list, by indexes alone."""
    return f"({_owned_by(parameter)})"


def concerning(parameter: str) -> str:
    """The ids of the registrations that an account owns, and of those it is the organizer of.

    One after the other, each by its own index: either condition in one WHERE is a scan of all.
    """
    return (
        f"({_owned_by(parameter)} UNION ALL SELECT sold.id FROM conferences venue"
        " JOIN registrations sold ON sold.conference_id = venue.id"
        f" WHERE venue.organizer_id = {parameter})"
    )


def all_concerning(parameter: str) -> str:
    """The same registrations, whole: read where they are found, and none of them twice."""
    owned = owned_by(parameter)
    return (
        f"(SELECT own.* FROM registrations own WHERE own.id IN {owned}"
        " UNION ALL SELECT sold.* FROM conferences venue"
        " JOIN registrations sold ON sold.conference_id = venue.id"
        f" WHERE venue.organizer_id = {parameter} AND sold.id NOT IN {owned})"
    )


def _owned_by(parameter: str) -> str:
    return (
        f"SELECT own.id FROM registrations own WHERE own.owner_id = {parameter}"
        " UNION ALL SELECT own.id FROM attendees self"
        " JOIN users proven ON proven.id = self.user_id AND proven.verified_at IS NOT NULL"
        " JOIN registrations own ON own.attendee_id = self.id"
        f" WHERE self.user_id = {parameter} AND own.owner_id IS NULL"
    )


# Whether the account of a person `a` has proven its address.
PROVEN = (
    "EXISTS (SELECT FROM users proven"
    " WHERE proven.id = a.user_id AND proven.verified_at IS NOT NULL)"
)
# Whether the record of a person `a` is their account's: by entering it, or by proving the address.
# From then on it is nobody else's, whoever entered it. The twin of the domain's `is_theirs`.
THEIRS = f"(coalesce(a.created_by = a.user_id, false) OR {PROVEN})"
# What others registered a person for: by an address alone, or while the record was not theirs.
BY_OTHERS = f"(r.guest_name <> '' OR r.owner_id IS DISTINCT FROM a.user_id AND {THEIRS})"


def self_of(parameter: str) -> str:
    """Whether a person `a` is this account: one that others wrote down waits for the proof, too."""
    return f"(a.user_id = {parameter} AND {THEIRS})"


def shown_by(claim: str) -> str:
    """Whether a registration of the person `a` shows its organizer their record: as `shows` has it.

    Anybody can write down anybody's address: it takes a registration by whoever has the record.
    """
    return (
        f"(a.user_id IS NULL AND a.created_by IS NULL OR {claim}.guest_name = ''"
        f" AND CASE WHEN {THEIRS} THEN {claim}.owner_id = a.user_id ELSE {claim}.owner_id IS NULL"
        f" OR a.created_by IS NULL OR {claim}.owner_id = a.created_by END)"
    )


def people_of(parameter: str, *conditions: str) -> str:
    """The ids of an organizer's people: oneself, whom one brought, and the guests; as `can_see`.

    Each kind by its own index: asked once, whoever else there is. Conditions on a person `a` are
    compared as they are found. Guests come again and again, and are looked up once.
    """
    wanted = "".join(f" AND {condition}" for condition in conditions)
    return (
        f"SELECT a.id FROM attendees a WHERE {self_of(parameter)}{wanted}"
        f" UNION ALL SELECT a.id FROM attendees a WHERE a.created_by = {parameter}"
        f" AND NOT {THEIRS}{wanted}"
        " UNION ALL SELECT a.id FROM (SELECT DISTINCT came.attendee_id, came.owner_id,"
        " came.guest_name FROM conferences venue"
        " JOIN registrations came ON came.conference_id = venue.id"
        f" WHERE venue.organizer_id = {parameter} AND venue.deleted_at IS NULL) r"
        " JOIN attendees a ON a.id = r.attendee_id"
        # To register oneself for a conference of one's own proves nothing.
        f" WHERE a.user_id IS DISTINCT FROM {parameter} AND {shown_by('r')}{wanted}"
    )


# The account of an attendee `a`, as far as the conference of the row `t` is concerned: what hangs
# on no registration of its own, such as a certificate.
COMING_AS = (
    "(SELECT coming.id FROM users coming WHERE coming.id = a.user_id"
    " AND (coming.verified_at IS NOT NULL OR EXISTS (SELECT FROM registrations mine"
    " WHERE mine.attendee_id = a.id AND mine.conference_id = t.conference_id"
    " AND mine.owner_id = coming.id)))"
)
