"""What is left of a conference: what people say of it, and what they have in hand of it."""

from sqlalchemy import String, cast

from app.admin.fields import Link, Moment, Number, Text, Words, YesNo
from app.admin.listing import Listing
from app.repositories import tables

_v, _f = tables.reviews.c, tables.certificates.c
_u, _c, _a = tables.users.c, tables.conferences.c, tables.attendees.c
_issuers = tables.users.alias("issuer")


class Reviews(Listing):
    key = "reviews"
    noted_as = "review"
    menu_label = "Reviews"
    display_name = "Review"
    icon = "fa fa-star"
    source = tables.reviews.join(tables.users, _v.user_id == _u.id).join(
        tables.conferences, _v.conference_id == _c.id
    )
    columns = {**dict(_v.items()), "user": _u.username, "conference": _c.name}
    fields = [
        Number("id", label="No."),
        Link("conference", key="conferences", by="conference_id"),
        Link("user", key="users", by="user_id"),
        Number("rating"),
        Words("title"),
        Text("review"),
        YesNo("attended"),
        Number("helpful_count", label="Helpful"),
        Number("unhelpful_count", label="Not helpful"),
        Moment("created_at", label="Created"),
        Moment("updated_at", exclude_from_list=True),
        Moment("deleted_at", exclude_from_list=True),
    ]
    searched = ("title", "user")
    living = _v.deleted_at.is_(None)


class Certificates(Listing):
    key = "certificates"
    noted_as = "certificate"
    menu_label = "Certificates"
    display_name = "Certificate"
    icon = "fa fa-award"
    source = (
        tables.certificates.join(tables.conferences, _f.conference_id == _c.id)
        .join(tables.attendees, _f.attendee_id == _a.id)
        .outerjoin(_issuers, _f.issued_by == _issuers.c.id)
    )
    columns = {
        **{name: column for name, column in _f.items() if name != "hours"},
        "conference": _c.name,
        "attendee": _f.attendee_name,
        "email": _a.email,
        "hours": cast(_f.hours, String),
        "issuer": _issuers.c.username,
    }
    fields = [
        Number("id", label="No."),
        Words("number", copy_to_clipboard=True),
        Link("attendee", key="attendees", by="attendee_id"),
        Words("email", label="E-mail"),
        Link("conference", key="conferences", by="conference_id"),
        Words("hours"),
        Moment("issued_at", label="Issued"),
        Words("issuer", label="Issued by"),
        Moment("downloaded_at", label="Downloaded"),
        Words("conference_name", label="Conference as issued", exclude_from_list=True),
        Words("skill_tags", exclude_from_list=True),
    ]
    searched = ("number", "attendee", "email")
