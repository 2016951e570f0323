"""What is asked of both databases: every list in its filters and orders, searches, details."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bench.growth_data import ADMIN, ORGANIZER, VIEWER

NATIVE = "/api/v1"
HUB = "/compat/event-hub/api"
SIMPLE = "/compat/event-management/api"
JOIN = "/compat/jointoit/api"
# Pages of a public list that were not asked for before: what is kept answers none of them. They are
# among the first hundred of each list, for there is none behind where few are found.
_ANEW = tuple((size, number) for size in range(15, 24) for number in range(1, 5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`{words}` in a path are facts of the database; `who` is nobody in public.

    Of several paths each is asked in turn. What is asked `changed` follows a change of everything.
    """

    noun: str
    paths: Sequence[str]
    who: int | None
    changed: bool = False

    @property
    def name(self) -> str:
        return self.paths[0] + (" (after a change)" if self.changed else "")

    def filled(self, facts: Mapping[str, Any]) -> Sequence[str]:
        """The paths as this database is asked for them."""
        quoted = {name: quote(str(value), safe="") for name, value in facts.items()}
        return [path.format_map(quoted) for path in self.paths]


_CONFERENCE_QUERIES = (
    "",
    "ordering=-start_date",
    "ordering=conference_name",
    "ordering=-price",
    "ordering=created_at",
    "ordering=-end_date",
    "page=40",
    "search={word}",
    "search=summit",
    "search=clou",
    "search={word}&ordering=start_date",
    "title={title}",
    "location={city}",
    "location=hall 3",
    "tag={tag}",
    "tag=cloud",
    "category=workshop",
    "organizer=3",
    "status=published",
    "status=ongoing",
    "status=completed",
    "status=cancelled",
    "is_online=true",
    "multi_track=true",
    "has_spots=true",
    "has_spots=false",
    "is_past=true",
    "is_past=false",
    "is_active=true",
    "is_active=false",
    "start_after={day}",
    "start_after={day}&start_before={month_later}",
    "starts_from={day}T00:00:00Z",
    "starts_until={day}T00:00:00Z&ordering=-start_date",
    "min_price=40",
    "max_price=10&ordering=price",
)
_CHANGED_QUERIES = ("", "search=summit", "has_spots=true", "is_active=true", "category=workshop")
_SESSION_QUERIES = (
    "",
    "ordering=-start_time",
    "ordering=session_name",
    "ordering=price",
    "ordering=-created_at",
    "page=40",
    "conference={conference}",
    "speaker={speaker}",
    "room=hall 3",
    "start_after={day}T00:00:00Z",
    "start_before={day}T00:00:00Z",
    "has_spots=true",
    "has_spots=false",
)
# By path: the queries that everybody may send, and who does.
_OF_ALL = (VIEWER, ORGANIZER, ADMIN)
_LISTS: Sequence[tuple[str, str, Sequence[int], Sequence[str]]] = (
    ("sessions", "/sessions/", (VIEWER,), _SESSION_QUERIES),
    ("sessions", "/sessions/", (ORGANIZER, ADMIN), ("", "conference={conference}", "page=40")),
    (
        "registrations",
        "/registrations/",
        _OF_ALL,
        (
            "",
            "ordering=created_at",
            "ordering=status",
            "status=cancelled",
            "status=waitlisted",
            "status=confirmed",
            "conference={conference}",
            "session={session}",
            "attendee={attendee}",
            "page=40",
        ),
    ),
    (
        "own registrations",
        "/registrations/mine/",
        (VIEWER,),
        ("", "when=past", "when=active", "ordering=start_time", "conference={conference}"),
    ),
    (
        "attendees",
        "/attendees/",
        (ORGANIZER, ADMIN),
        (
            "",
            "ordering=attendee_name",
            "email={email}",
            "organization={employer}",
            "search={person}",
            "search=sons",
            "conference={conference}",
            "page=40",
        ),
    ),
    ("attendees", "/attendees/", (VIEWER,), ("", "search={person}")),
    (
        "payments",
        "/payments/",
        _OF_ALL,
        (
            "",
            "ordering=-amount",
            "status=paid",
            "status=refunded",
            "status=failed",
            "method=mock",
            "registration={registration}",
            "page=40",
        ),
    ),
    (
        "invoices",
        "/invoices/",
        _OF_ALL,
        ("", "ordering=number", "is_sent=true", "is_sent=false", "search={number}", "page=40"),
    ),
    (
        "certificates",
        "/certificates/",
        _OF_ALL,
        (
            "",
            "ordering=conference_name",
            "ordering=-hours",
            "is_downloaded=false",
            "conference={conference}",
            "search={word}",
            "page=40",
        ),
    ),
    (
        "check-ins",
        "/check-ins/",
        (ORGANIZER, ADMIN),
        ("", "conference={conference}", "registration={registration}", "page=40"),
    ),
    (
        "notifications",
        "/notifications/",
        (VIEWER,),
        ("", "is_read=false", "kind=booking_confirmation", "conference={conference}"),
    ),
    (
        "reviews",
        "/reviews/",
        (VIEWER, ADMIN),
        (
            "",
            "ordering=-helpful",
            "ordering=rating",
            "rating=5",
            "conference={conference}",
            "user={user}",
            "search={word}",
            "page=40",
        ),
    ),
    (
        "accounts",
        "/users/",
        (VIEWER, ADMIN),
        (
            "",
            "ordering=-date_joined",
            "username=user17",
            "email={email}",
            "role=organizer",
            "search={person}",
            "search={employer}",
            "page=40",
        ),
    ),
    ("accounts", "/users/3/conferences/", (VIEWER,), ("",)),
    ("waitlist", "/waitlist/", (VIEWER,), ("",)),
    ("waitlist", "/conferences/{conference}/waitlist/", (ORGANIZER,), ("",)),
    ("waitlist", "/conferences/{conference}/waitlist/log/", (ORGANIZER,), ("",)),
    ("guests", "/conferences/{conference}/attendees/", (ORGANIZER,), ("", "search={person}")),
    ("reports", "/reports/conferences/", (ORGANIZER, ADMIN), ("", "conference={conference}")),
    ("reports", "/reports/sessions/", (ORGANIZER, ADMIN), ("", "conference={conference}")),
    ("reports", "/reports/ticket-types/", (ORGANIZER, ADMIN), ("",)),
    (
        "request logs",
        "/core/logs/",
        (ADMIN,),
        (
            "",
            "ordering=-duration_ms",
            "status=503",
            "method=POST",
            "user=user17",
            "path=/api/v1/conferences/17/",
            "request_id=17",
            "since={day}T00:00:00Z",
            "page=40",
        ),
    ),
)
_SINGLE: Sequence[tuple[str, str, int | None]] = (
    ("search", "/search/?q={word}", VIEWER),
    ("search", "/search/?q=explained", VIEWER),
    ("search", "/search/?q=summit", VIEWER),
    ("search", "/search/?q=clou", VIEWER),
    ("search", "/search/?q=nothingofthekind", VIEWER),
    ("search", "/attendees/2/recommendations/", VIEWER),
    ("conferences", "/conferences/{conference}/", VIEWER),
    ("conferences", "/conferences/{conference}/statistics/", VIEWER),
    ("conferences", "/conferences/{conference}/ticket-types/?page_size=20", VIEWER),
    ("conferences", "/conferences/{conference}/calendar.ics", VIEWER),
    ("public", "/public/conferences/{conference}/", None),
    ("public", "/public/conferences/{conference}/schedule.json", None),
    ("sessions", "/sessions/{session}/", VIEWER),
    ("registrations", "/registrations/{registration}/", VIEWER),
    ("registrations", "/registrations/{registration}/ticket/", VIEWER),
    ("registrations", "/registrations/{registration}/ledger/", VIEWER),
    ("attendees", "/attendees/{attendee}/", ORGANIZER),
    ("payments", "/payments/{payment}/", VIEWER),
    ("payments", "/payments/{payment}/receipt/", VIEWER),
    ("invoices", "/invoices/{invoice}/", VIEWER),
    ("certificates", "/certificates/{certificate}/", ADMIN),
    ("check-ins", "/conferences/{conference}/check-ins/", ORGANIZER),
    ("check-ins", "/conferences/{conference}/check-ins/offline/", ORGANIZER),
    ("notifications", "/notifications/unread-count/", VIEWER),
    ("reviews", "/reviews/{review}/", VIEWER),
    ("accounts", "/users/me/", VIEWER),
    ("accounts", "/users/3/", VIEWER),
    ("categories", "/categories/", VIEWER),
)
_HUB: Sequence[tuple[str, int]] = (
    ("/users/", VIEWER),
    ("/users/3/events_organized/", VIEWER),
    ("/users/3/reviews/", VIEWER),
    ("/events/", VIEWER),
    ("/events/?search={word}", VIEWER),
    ("/events/?status=published", VIEWER),
    ("/events/{conference}/", VIEWER),
    ("/events/{conference}/attendees/", ORGANIZER),
    ("/sessions/", VIEWER),
    ("/bookings/", VIEWER),
    ("/bookings/", ORGANIZER),
    ("/bookings/", ADMIN),
    ("/waitlist/", VIEWER),
    ("/payments/", ADMIN),
    ("/invoices/", ADMIN),
    ("/notifications/", VIEWER),
    ("/reviews/", VIEWER),
    ("/certificates/", VIEWER),
)
_JOIN: Sequence[tuple[str, int | None]] = (
    ("/events/", None),
    ("/events/?search={word}", None),
    ("/events/?title={title}", None),
    ("/events/?location={city}", None),
    ("/events/?organizer=3", None),
    ("/events/?has_spots=true", None),
    ("/events/?is_past=true", None),
    ("/events/?is_active=true", None),
    ("/events/?date_after={day}", None),
    ("/events/?ordering=-date", None),
    ("/events/upcoming/", None),
    ("/events/my_events/", ORGANIZER),
    ("/events/{conference}/", None),
    ("/events/{conference}/attendees/", ORGANIZER),
    ("/my-registrations/", VIEWER),
    ("/my-registrations/active/", VIEWER),
    ("/my-registrations/past/", VIEWER),
)


def everything() -> Sequence[Asked]:
    """In the order of the table."""
    return [*_conferences(), *_native(), *_contracts()]


def _conferences() -> Iterator[Asked]:
    for path, who, queries in (
        ("/conferences/", VIEWER, _CONFERENCE_QUERIES),
        ("/conferences/", ORGANIZER, ("", "search=summit", "has_spots=true", "page=40")),
        ("/conferences/", ADMIN, ("", "status=draft", "visibility=private", "page=40")),
        ("/conferences/upcoming/", VIEWER, ("", "category=workshop")),
        ("/conferences/mine/", ORGANIZER, ("",)),
    ):
        for query in queries:
            yield _list("conferences", path, query, who)
    for query in _CHANGED_QUERIES:
        yield _list("conferences", "/conferences/", query, VIEWER, changed=True)
    yield _list("public", "/public/conferences/", "", None)
    yield _list("public", "/public/conferences/", "", None, changed=True)
    for query in ("", "search=summit", "is_active=true"):
        base = f"{NATIVE}/public/conferences/?{query}{'&' if query else ''}"
        paths = [f"{base}page={number}&page_size={size}" for size, number in _ANEW]
        yield Asked(noun="public", paths=paths, who=None)


def _native() -> Iterator[Asked]:
    for noun, path, callers, queries in _LISTS:
        for who in callers:
            for query in queries:
                yield _list(noun, path, query, who)
    for query in ("", "has_spots=true"):
        yield _list("sessions", "/sessions/", query, VIEWER, changed=True)
    yield _list("reviews", "/reviews/", "", VIEWER, changed=True)
    for noun, path, single in _SINGLE:
        yield Asked(noun=noun, paths=[f"{NATIVE}{path}"], who=single)


def _contracts() -> Iterator[Asked]:
    for path, who in _HUB:
        yield Asked(noun="event-hub", paths=[f"{HUB}{path}"], who=who)
    for path in ("/events/", "/events/?location={city}", "/events/{conference}/"):
        yield Asked(noun="event-management", paths=[f"{SIMPLE}{path}"], who=VIEWER)
    yield Asked(noun="event-management", paths=[f"{SIMPLE}/registrations/me/"], who=VIEWER)
    for path, whoever in _JOIN:
        yield Asked(noun="jointoit", paths=[f"{JOIN}{path}"], who=whoever)


def _list(noun: str, path: str, query: str, who: int | None, *, changed: bool = False) -> Asked:
    return Asked(noun=noun, paths=[_path(path, query)], who=who, changed=changed)


def _path(path: str, query: str) -> str:
    spoken = query.replace(" ", "%20")
    return f"{NATIVE}{path}?{spoken}{'&' if query else ''}page_size=20"
