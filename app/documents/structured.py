"""Conferences as search engines and mail programs read them: schema.org's Event, as JSON-LD."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.conferences import Conference, ConferenceStatus
from app.domain.money import Money, exponent
from app.domain.showing import available_spots, average_rating, is_registration_open, tags_of
from app.domain.ticket_types import TicketType, is_on_sale
from app.domain.times import TimeRange, first_day, is_whole_days, last_day

Thing = dict[str, object]
_CONTEXT = "https://schema.org"


def event_of(
    conference: Conference,
    *,
    url: str,
    image: str | None,
    organizer_name: str | None,
    offers: Sequence[TicketType],
    now: datetime,
) -> Thing:
    """What anybody may know of a conference. `url` is its page, and `image` its cover's address.

    Where to meet online is a secret: the page stands for it. Without ticket types (`offers`) the
    conference itself is what is on offer.
    """
    is_off = conference.status is ConferenceStatus.CANCELLED
    told: Thing = {
        "@context": _CONTEXT,
        "@type": "Event",
        "@id": url,
        "url": url,
        "name": conference.name,
        "description": conference.description,
        "eventStatus": _term("EventCancelled" if is_off else "EventScheduled"),
        "eventAttendanceMode": _term(f"{_attendance(conference)}EventAttendanceMode"),
        **_dates(conference.period, conference.timezone),
        "location": _location(conference, url),
        "isAccessibleForFree": _is_free(conference, offers),
        "keywords": list(tags_of(conference)),
        "offers": _offers(conference, offers, url, now),
        "image": [image] if image else [],
        **_capacity(conference),
        **_rating(conference),
    }
    if organizer_name:
        told["organizer"] = {"@type": "Person", "name": organizer_name}
    return {name: value for name, value in told.items() if value not in ("", [], None)}


def _term(name: str) -> str:
    return f"{_CONTEXT}/{name}"


def _attendance(conference: Conference) -> str:
    if not conference.is_online:
        return "Offline"
    return "Mixed" if conference.location else "Online"


def _dates(period: TimeRange, timezone: str) -> Thing:
    """Days where it lasts for whole ones, and moments with their offset otherwise."""
    if is_whole_days(period, timezone):
        start, end = first_day(period, timezone), last_day(period, timezone)
        return {"startDate": start.isoformat(), "endDate": end.isoformat()}
    zone = ZoneInfo(timezone)
    return {
        "startDate": period.start.astimezone(zone).isoformat(timespec="seconds"),
        "endDate": period.end.astimezone(zone).isoformat(timespec="seconds"),
    }


def _location(conference: Conference, url: str) -> object:
    place = {"@type": "Place", "name": conference.location, "address": conference.location}
    online = {"@type": "VirtualLocation", "url": url}
    if not conference.is_online:
        return place if conference.location else None
    return [place, online] if conference.location else online


def _is_free(conference: Conference, offers: Sequence[TicketType]) -> bool:
    """Whether one can be there without paying."""
    prices = [kind.price for kind in offers] or [conference.price]
    return any(price.is_free for price in prices)


def _offers(
    conference: Conference, offers: Sequence[TicketType], url: str, now: datetime
) -> Sequence[Thing]:
    """Nothing is on offer any more once it is called off."""
    if conference.status is ConferenceStatus.CANCELLED:
        return []
    if not offers:
        terms = _availability(conference, available_spots(conference), None, now)
        return [_offer("", conference.price, url) | terms]
    return [
        _offer(kind.name, kind.price, url)
        | _availability(conference, _least(conference, kind), kind, now)
        for kind in offers
    ]


def _offer(name: str, price: Money, url: str) -> Thing:
    named: Thing = {"name": name} if name else {}
    return {
        "@type": "Offer",
        **named,
        "price": f"{price.amount:.{exponent(price.currency)}f}",
        "priceCurrency": price.currency,
        "url": url,
    }


def _availability(
    conference: Conference, left: int | None, kind: TicketType | None, now: datetime
) -> Thing:
    """Whether there is one to be had, and when."""
    start, sales_end = (kind.sales_start, kind.sales_end) if kind else (None, None)
    ends = [moment for moment in (conference.registration_deadline, sales_end) if moment]
    end = min(ends, default=None)
    is_open = is_registration_open(conference, now) and is_on_sale(None, sales_end, now)
    availability = "InStock" if is_on_sale(start, None, now) else "PreOrder"
    if left == 0 or not is_open:
        availability = "SoldOut"
    told: Thing = {"availability": _term(availability)}
    if start is not None:
        told["validFrom"] = start.isoformat(timespec="seconds")
    if end is not None:
        told["validThrough"] = end.isoformat(timespec="seconds")
    return told


def _least(conference: Conference, kind: TicketType) -> int | None:
    """The seats left of a kind: it has no more than the conference has."""
    limits = (available_spots(conference), kind.remaining)
    return min((left for left in limits if left is not None), default=None)


def _capacity(conference: Conference) -> Thing:
    if conference.capacity is None:
        return {}
    return {
        "maximumAttendeeCapacity": conference.capacity,
        "remainingAttendeeCapacity": available_spots(conference),
    }


def _rating(conference: Conference) -> Thing:
    if not conference.reviews_count:
        return {}
    return {
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": average_rating(conference.reviews_count, conference.ratings_sum),
            "reviewCount": conference.reviews_count,
            "bestRating": 5,
            "worstRating": 1,
        }
    }
