"""Whose a registration is: the one place that says so in SQL (decision 16).

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


def _owned_by(parameter: str) -> str:
    return (
        f"SELECT own.id FROM registrations own WHERE own.owner_id = {parameter}"
        " UNION ALL SELECT own.id FROM attendees self"
        " JOIN users proven ON proven.id = self.user_id AND proven.verified_at IS NOT NULL"
        " JOIN registrations own ON own.attendee_id = self.id"
        f" WHERE self.user_id = {parameter} AND own.owner_id IS NULL"
    )


def self_of(parameter: str) -> str:
    """Whether a person `a` is this account: one that others wrote down waits for the proof, too."""
    return (
        f"(a.user_id = {parameter} AND (a.created_by = {parameter}"
        f" OR EXISTS (SELECT FROM users proven WHERE proven.id = {parameter}"
        " AND proven.verified_at IS NOT NULL)))"
    )


# The account of an attendee `a`, as far as the conference of the row `t` is concerned: what hangs
# on no registration of its own, such as a certificate.
COMING_AS = (
    "(SELECT coming.id FROM users coming WHERE coming.id = a.user_id"
    " AND (coming.verified_at IS NOT NULL OR EXISTS (SELECT FROM registrations mine"
    " WHERE mine.attendee_id = a.id AND mine.conference_id = t.conference_id"
    " AND mine.owner_id = coming.id)))"
)
