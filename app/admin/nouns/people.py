"""Who comes and who logs in. The hash of a password is no column here."""

from sqlalchemy import BigInteger, column, text, true

from app.admin.fields import Link, Moment, Number, Status, Words, YesNo
from app.admin.listing import Listing
from app.admin.reading import Clause
from app.domain.access import Caller
from app.repositories import tables
from app.repositories.ownership import people_of

_a, _u = tables.attendees.c, tables.users.c


class Attendees(Listing):
    key = "attendees"
    noted_as = "attendee"
    menu_label = "Attendees"
    display_name = "Attendee"
    icon = "fa fa-users"
    source = tables.attendees.outerjoin(tables.users, _a.user_id == _u.id)
    columns = {**dict(_a.items()), "account": _u.username}
    fields = [
        Number("id", label="No."),
        Words("name"),
        Words("email", label="E-mail"),
        Words("phone_number", label="Phone"),
        Words("organization"),
        Link("account", key="users", by="user_id"),
        Moment("created_at", label="Created"),
        Moment("updated_at", exclude_from_list=True),
        Moment("deleted_at", exclude_from_list=True),
    ]
    searched = ("name", "email", "organization")
    living = _a.deleted_at.is_(None)
    related = (("registrations", "attendee"), ("certificates", "attendee"))

    def sight(self, caller: Caller) -> Clause:
        """Organizers see their guests, those whom they entered, and themselves."""
        if caller.is_admin:
            return true()
        own = text(people_of(":viewer")).bindparams(viewer=caller.user_id)
        return _a.id.in_(own.columns(column("id", BigInteger)))


class Users(Listing):
    key = "users"
    noted_as = "user"
    menu_label = "Users"
    display_name = "User"
    icon = "fa fa-user-lock"
    for_admins = True
    source = tables.users
    columns = {
        name: _u[name]
        for name in (
            "id",
            "username",
            "email",
            "first_name",
            "last_name",
            "role",
            "is_active",
            "created_at",
            "updated_at",
        )
    }
    fields = [
        Number("id", label="No."),
        Words("username"),
        Words("email", label="E-mail"),
        Words("first_name"),
        Words("last_name"),
        Status("role", choices=("attendee", "organizer", "admin")),
        YesNo("is_active", label="Active"),
        Moment("created_at", label="Created"),
        Moment("updated_at", exclude_from_list=True),
    ]
    searched = ("username", "email", "first_name", "last_name")
    related = (("conferences", "organizer"), ("attendees", "account"), ("notifications", "user"))

    def sight(self, caller: Caller) -> Clause:
        return true()
