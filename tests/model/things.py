"""What the model is made of: plain values, each with the id by which the service knows it."""

from dataclasses import dataclass, field
from math import inf


@dataclass(kw_only=True, eq=False)
class Pool:
    """Something of which there are so many seats; None is no limit."""

    id: int
    capacity: int | None
    price: int = 0
    is_deleted: bool = False


@dataclass(kw_only=True, eq=False)
class Conference(Pool):
    """`is_ours` is the organizer's; one put up without a login is managed by admins alone."""

    is_ours: bool
    is_cancelled: bool = False
    is_closed: bool = False


@dataclass(kw_only=True, eq=False)
class Session(Pool):
    """Begins and ends so many half hours after its conference."""

    conference: Conference
    start: int
    end: int


@dataclass(kw_only=True, eq=False)
class Kind(Pool):
    """A ticket type: a kind of admission."""

    conference: Conference
    name: str
    is_on_sale: bool = True


Thing = Conference | Session | Kind


@dataclass(kw_only=True, eq=False)
class Person:
    """`user` has an account, and has proven the address; `is_entered` was entered by the organizer.

    Who is neither comes as a guest, and has no `attendee` before they have come.
    """

    name: str
    email: str
    attendee: int | None = None
    user: int | None = None
    is_entered: bool = False


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks: an admin, the organizer, or somebody for themselves."""

    role: str
    person: Person | None = None

    def manages(self, conference: Conference) -> bool:
        return self.role == "admin" or (self.role == "organizer" and conference.is_ours)


ADMIN = Caller(role="admin")
ORGANIZER = Caller(role="organizer")


@dataclass(kw_only=True, eq=False)
class Payment:
    """An attempt to pay; in minor units."""

    amount: int
    id: int = 0
    status: str = "pending"
    refunded: int = 0

    @property
    def rest(self) -> int:
        return self.amount - self.refunded


@dataclass(kw_only=True, eq=False)
class Claim:
    """A registration; `owner` is the account it belongs to, if it is one's for certain."""

    person: Person
    conference: Conference
    session: Session | None
    kind: Kind | None
    quantity: int
    price: int
    status: str
    guest_name: str = ""
    id: int = 0
    check_in: int | None = None
    code: str = ""
    payments: list[Payment] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        return self.status in ("pending", "confirmed")

    @property
    def is_waiting(self) -> bool:
        return self.status == "waitlisted"

    @property
    def is_over(self) -> bool:
        return not (self.is_live or self.is_waiting)

    @property
    def target(self) -> Conference | Session:
        return self.session or self.conference

    @property
    def offer(self) -> "Offer":
        return Offer(self.target, self.kind)

    @property
    def latest(self) -> Payment | None:
        return self.payments[-1] if self.payments else None


@dataclass(frozen=True)
class Offer:
    """A seat in a session, or an admission, perhaps of a kind."""

    target: Conference | Session
    kind: Kind | None = None

    @property
    def pools(self) -> list[Thing]:
        """The scarcest is named first where several are equally scarce."""
        return [self.target] if self.kind is None else [self.kind, self.target]

    @property
    def price(self) -> int:
        return self.target.price if self.kind is None else self.kind.price


@dataclass(kw_only=True)
class Wish:
    """What somebody asks for; the fields are those of the requests of all contracts together."""

    caller: Caller | None
    person: Person
    conference: Conference
    session: Session | None = None
    kind: Kind | None = None
    quantity: int = 1
    may_wait: bool = False
    must_wait: bool = False
    takes_any_kind: bool = False
    awaits_confirmation: bool = False
    comes_before_start: bool = False
    guest_name: str = ""


class Refused(Exception):
    """The model says no, with the code that the service is to say it with."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def left_of(capacity: int | None, taken: int) -> float:
    return inf if capacity is None else max(0, capacity - taken)
