"""What the mails say: facts in, letters out. Nothing here reads a database or sends anything."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment

from app.domain.accounts import User
from app.domain.money import Money, exponent
from app.domain.news import Told, Whereabouts
from app.domain.payments import PaymentStatus
from app.domain.recommendations import Recommendation
from app.domain.registrations import RegistrationStatus
from app.domain.times import TimeRange, first_day, is_whole_days, last_day
from app.repositories.mails import Addressee, CertificateFacts, PaymentFacts, RegistrationFacts
from worker.mailer import Letter, one_line

_TEMPLATES = SandboxedEnvironment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=lambda name: name is not None and name.endswith(".html"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
    keep_trailing_newline=True,
)
# The functions that templates may call: ours call none, and each template copies them otherwise.
_TEMPLATES.globals.clear()

# Why a registration was cancelled, to the one whose it was.
_REASONS = {
    "cancelled_by_owner": "You cancelled it yourself.",
    "conference_cancelled": "The conference has been cancelled.",
    "conference_deleted": "The conference does not take place.",
    "session_deleted": "The session does not take place.",
    "attendee_deleted": "Your attendee record was removed.",
}
_BY_OTHERS = "It was cancelled by the organizer."


def registered(facts: RegistrationFacts) -> Letter:
    """The seats are there, or held until they are paid for."""
    if facts.status is RegistrationStatus.PENDING:
        due = "confirm" if facts.price.is_free else "pay"
        return _letter("held", f"Please {due} to keep your place: {_title(facts)}", facts, due=due)
    return _letter("confirmed", f"You are registered: {_title(facts)}", facts)


def waitlisted(facts: RegistrationFacts) -> Letter:
    """There is no seat yet; how the line moves is told when it is one's turn."""
    return _letter("waitlisted", f"You are on the waitlist: {_title(facts)}", facts)


def promoted(facts: RegistrationFacts) -> Letter:
    """A seat became free: theirs at once, or when it is paid in time."""
    if facts.status is RegistrationStatus.PENDING:
        return _letter("promoted", f"A place for you, please pay for it: {_title(facts)}", facts)
    return _letter("promoted", f"A place for you: {_title(facts)}", facts)


def cancelled(facts: RegistrationFacts) -> Letter:
    reason = _REASONS.get(facts.end_reason, _BY_OTHERS)
    return _letter("cancelled", f"Registration cancelled: {_title(facts)}", facts, reason=reason)


def moved(facts: RegistrationFacts) -> Letter:
    return _letter("moved", f"Your registration has changed: {_title(facts)}", facts)


def changed(to: Addressee, news: Sequence[Told]) -> Letter:
    """Another date or place, beside what it was before."""
    items = [{"title": one_line(one.name), "differences": differences(one)} for one in news]
    subject = f"Please note what has changed: {items[0]['title']}"
    return _rendered("changed", subject, to, {"items": items})


def reminder(facts: RegistrationFacts) -> Letter:
    return _letter("reminder", f"It begins soon: {_title(facts)}", facts)


def hold_expired(facts: RegistrationFacts) -> Letter:
    return _letter("hold_expired", f"Your place was released: {_title(facts)}", facts)


def payment_paid(facts: PaymentFacts) -> Letter:
    subject = f"Payment received: {_title(facts.registration)}"
    return _letter("payment_paid", subject, facts.registration, **_paid(facts))


def payment_failed(facts: PaymentFacts) -> Letter:
    subject = f"Payment not successful: {_title(facts.registration)}"
    return _letter("payment_failed", subject, facts.registration, **_paid(facts))


def payment_refunded(facts: PaymentFacts) -> Letter:
    in_part = facts.status is PaymentStatus.PAID
    done = "Part of your payment refunded" if in_part else "Payment refunded"
    part = price(facts.refunded) if in_part else ""
    subject = f"{done}: {_title(facts.registration)}"
    return _letter("payment_refunded", subject, facts.registration, part=part, **_paid(facts))


def certificate_issued(facts: CertificateFacts, verify_at: str) -> Letter:
    """With the address at which anybody finds it good."""
    name = one_line(facts.conference_name)
    table = [
        ("Conference", name),
        ("Hours", f"{facts.hours.normalize():f}"),
        ("Number", facts.number),
    ]
    values = {"title": name, "facts": table, "url": f"{verify_at}{facts.number}/"}
    return _rendered("certificate", f"Your certificate: {name}", facts.to, values)


def recommendations(to: Addressee, suggestions: Sequence[Recommendation]) -> Letter:
    """Sessions the attendee may like, each with the reasons why; there may be none."""
    sessions = [
        {
            "name": one_line(one.session.name),
            "conference": one_line(one.session.conference_name),
            "speaker": one_line(one.session.speaker),
            "when": when(one.session.period, "UTC"),
            "reasons": ", ".join(one_line(str(reason)) for reason in one.reasons),
        }
        for one in suggestions
    ]
    return _rendered("recommendations", "Sessions you may like", to, {"sessions": sessions})


def verification_asked(user: User, link: str, good_for: timedelta) -> Letter:
    """The only place where the link is written down.

    Called by the username: anybody can give themselves any name, and anybody's address.
    """
    to = Addressee(name=user.username, email=user.email)
    values = {"link": link, "days": good_for.days}
    return _rendered("verification", "Please verify your e-mail address", to, values)


def password_reset_asked(user: User, link: str, good_for: timedelta) -> Letter:
    """The only place where the link is written down; called by the username, to log in with it."""
    to = Addressee(name=user.username, email=user.email)
    values = {"link": link, "minutes": int(good_for.total_seconds() // 60)}
    return _rendered("password_reset", "Choose a new password", to, values)


def password_changed(user: User) -> Letter:
    """Holds no link: nobody is to get used to following those of such a mail."""
    to = Addressee(name=user.username, email=user.email)
    return _rendered("password_changed", "Your password was changed", to, {})


# Many are told of the same hours, one after the other.
@lru_cache(maxsize=1024)
def when(period: TimeRange, timezone: str) -> str:
    """The period in the conference's own time, as people write it."""
    start, end = _local(period.start, timezone), _local(period.end, timezone)
    if start.date() == end.date():
        return f"{_day(start)}, {start:%H:%M} to {end:%H:%M} ({timezone})"
    return f"{_day(start)}, {start:%H:%M} to {_day(end)}, {end:%H:%M} ({timezone})"


@lru_cache(maxsize=1024)
def which_days(period: TimeRange, timezone: str) -> str:
    """The days of a conference, in its own time."""
    first, last = first_day(period, timezone), last_day(period, timezone)
    shown = [f"{day:%A}, {day.day} {day:%B %Y}" for day in (first, last)]
    return shown[0] if first == last else f"{shown[0]} to {shown[1]}"


def differences(told: Told) -> Sequence[tuple[str, str, str]]:
    """What is different about it, line by line: what it is, how it was, how it is now."""
    was, became = _in_words(told.was, told.became)
    rows = zip(("When", "Where", "Online"), was, became, strict=True)
    return [(label, old, new) for label, old, new in rows if old != new]


def _in_words(*known: Whereabouts) -> Sequence[tuple[str, str, str]]:
    """When, where and how to come to it; days are enough, where they tell all of the time."""
    days_tell_all = len({one.timezone for one in known}) == 1 and all(
        is_whole_days(one.period, one.timezone) for one in known
    )
    timing = which_days if days_tell_all else when
    return [
        (
            timing(one.period, one.timezone),
            one_line(one.place) or "not known yet",
            (one_line(one.online_url) or "yes") if one.is_online or one.online_url else "no",
        )
        for one in known
    ]


def price(money: Money) -> str:
    """The amount with the currency's digits: 49.00 USD, 500 JPY."""
    return f"{money.amount:,.{exponent(money.currency)}f} {money.currency}"


def _letter(template: str, subject: str, facts: RegistrationFacts, **more: str) -> Letter:
    held_until = facts.hold_expires_at
    is_held = facts.status is RegistrationStatus.PENDING and held_until is not None
    values = {
        "title": _title(facts),
        "hold_until": _instant(held_until, facts.timezone) if held_until and is_held else "",
        "facts": _table(facts),
        **more,
    }
    return _rendered(template, subject, facts.to, values)


def when_of(facts: RegistrationFacts) -> str:
    """The days of a conference, the hours of a session."""
    timing = when if facts.session_name else which_days
    return timing(facts.period, facts.timezone)


def _table(facts: RegistrationFacts) -> list[tuple[str, str]]:
    """What a reader looks for, in two columns; what is not known is left out."""
    rows = [
        ("Conference", facts.conference_name),
        ("Session", facts.session_name),
        ("Ticket", facts.ticket_type_name),
        ("Speaker", facts.speaker),
        ("When", when_of(facts)),
        ("Where", ", ".join(place for place in (facts.room, facts.location) if place)),
        ("Seats", str(facts.quantity) if facts.quantity > 1 else ""),
        ("Price", "" if facts.price.is_free else price(facts.price)),
        ("Registration", f"No. {facts.registration_id}"),
    ]
    return [(label, one_line(value)) for label, value in rows if value]


def _paid(facts: PaymentFacts) -> dict[str, str]:
    reason = one_line(facts.failure_reason)
    return {"amount": price(facts.amount), "number": str(facts.payment_id), "reason": reason}


def _title(facts: RegistrationFacts) -> str:
    return one_line(facts.session_name or facts.conference_name)


def _rendered(template: str, subject: str, to: Addressee, values: Mapping[str, Any]) -> Letter:
    shown = {"name": one_line(to.name), "subject": subject, **values}
    return Letter(
        to_name=to.name,
        to_address=to.email,
        subject=subject,
        text=_template(f"{template}.txt").render(shown),
        html=_template(f"{template}.html").render(shown),
    )


@cache
def _template(name: str) -> Template:
    """Compiled once: the environment would ask its own cache, under a lock, each time."""
    return _TEMPLATES.get_template(name)


def _local(instant: datetime, timezone: str) -> datetime:
    return instant.astimezone(ZoneInfo(timezone))


def _day(local: datetime) -> str:
    return f"{local:%A}, {local.day} {local:%B %Y}"


def _instant(instant: datetime, timezone: str) -> str:
    local = _local(instant, timezone)
    return f"{_day(local)}, {local:%H:%M} ({timezone})"
