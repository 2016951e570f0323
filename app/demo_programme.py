"""What the demo shows: people, conferences, who goes where; days count from the present one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.conferences import ConferenceStatus, Visibility

# The guide's example session lies on this day; the first conference includes it.
GUIDE_DAY = date(2026, 9, 1)

ORGANIZERS = (("organizer", "Olga", "Lindqvist"), ("marco", "Marco", "Bellini"))
VISITORS = (
    ("alice", "Alice", "Nakamura"),
    ("bob", "Bob", "Adeyemi"),
    ("carol", "Carol", "Jensen"),
    ("dave", "Dave", "Kowalski"),
)
GUESTS = (
    ("Eva Santos", "Harbour Analytics"),
    ("Farid Rahimi", "Northwind Labs"),
    ("Grace Muller", "City Library"),
    ("Hiro Tanaka", "Blue Bridge"),
    ("Ines Dubois", "Open Fields"),
    ("John Example", "Innovate Corp"),
    ("Kim Larsen", "Harbour Analytics"),
    ("Lena Vogel", "University of Ghent"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A session: `day` counts from today, `taken` names attendees by their place in the list.

    Those who find no seat wait.
    """

    name: str
    day: int
    at: str
    minutes: int = 60
    speaker: str = ""
    room: str = ""
    capacity: int | None = None
    price: str = "0"
    taken: Sequence[int] = ()
    paid: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A ticket type, and who took one or waits for it."""

    name: str
    price: str
    quantity: int
    taken: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A conference: `first` and `last` are days from today; who is admitted is in `taken`."""

    name: str
    first: int
    last: int
    location: str
    description: str
    slots: Sequence[Slot] = ()
    capacity: int | None = None
    price: str = "0"
    multi_track: bool = False
    status: ConferenceStatus = ConferenceStatus.PUBLISHED
    visibility: Visibility = Visibility.PUBLIC
    since_guide_day: bool = False
    taken: Sequence[int] = ()
    kinds: Sequence[Kind] = ()
    category: int | None = None


PROGRAMME = Occasion(
    name="Plenary Open Programme",
    first=-80,
    last=60,
    since_guide_day=True,
    location="Town Hall, Ghent",
    capacity=100,
    category=1,
    kinds=(
        Kind(name="General", price="50.00", quantity=80),
        Kind(name="VIP", price="150.00", quantity=20),
    ),
    description="An evening talk every other week, for everybody: cities, machines and attention.",
    slots=(
        Slot(name="How Cities Think", day=-21, at="18:00", speaker="Amara Okafor", capacity=30,
             taken=(1, 2, 5, 6, 9)),
        Slot(name="Reading Machines", day=-7, at="18:00", speaker="Tomas Novak", capacity=20,
             price="25.00", taken=(1, 3, 7, 8), paid=(1, 3, 7)),
        Slot(name="Letters to a Young Engineer", day=7, at="18:00", speaker="Amara Okafor",
             capacity=3, taken=(2, 3, 5)),
        Slot(name="Quiet Software", day=14, at="18:00", speaker="Priya Raman", capacity=4,
             taken=(1, 6)),
        Slot(name="The Economics of Attention", day=21, at="18:00", speaker="Tomas Novak",
             capacity=12, price="40.00", taken=(4, 8, 11), paid=(8,)),
        Slot(name="Cities, Machines, Attention: an open round", day=28, at="18:00", minutes=90,
             speaker="Olga Lindqvist", taken=(1, 2)),
    ),
)  # fmt: skip

OCCASIONS = (
    PROGRAMME,
    Occasion(
        name="Tech Horizons",
        first=35,
        last=37,
        multi_track=True,
        capacity=200,
        location="Harbour Centre, Rotterdam",
        description="Three days on databases, distributed systems and the people who run them.",
        slots=(
            Slot(name="Opening: Boring Technology", day=35, at="09:00", speaker="Priya Raman",
                 room="Main hall", capacity=150, taken=(1, 2, 3, 5, 6, 7, 8)),
            Slot(name="Locks, Politely", day=35, at="11:00", speaker="Tomas Novak",
                 room="Main hall", capacity=100, taken=(1, 2, 5)),
            Slot(name="Designing for Keyboards", day=35, at="11:00", speaker="Sofia Marin",
                 room="Room 2", capacity=5, taken=(3, 6, 7, 8, 9, 10, 12)),
            Slot(name="Workshop: Query Plans", day=36, at="09:30", minutes=180,
                 speaker="Tomas Novak", room="Room 2", capacity=12, price="120.00",
                 taken=(1, 2, 3), paid=(1, 2)),
            Slot(name="Workshop: Incident Reviews", day=36, at="09:30", minutes=180,
                 speaker="Kofi Mensah", room="Room 3", capacity=12, price="95.50", taken=(5,)),
            Slot(name="Closing: What We Forgot", day=37, at="15:00", speaker="Priya Raman",
                 room="Main hall", capacity=150, taken=(1, 5, 6)),
        ),
        taken=(1, 2, 3, 5),
    ),
    Occasion(
        name="Data Day",
        first=-45,
        last=-44,
        location="University of Ghent",
        description="Two days of statistics for the public good.",
        slots=(
            Slot(name="Counting People", day=-45, at="10:00", speaker="Lena Vogel", capacity=40,
                 taken=(1, 2, 4, 5, 9)),
            Slot(name="Maps That Lie", day=-45, at="13:00", speaker="Sofia Marin", capacity=40,
                 price="15.00", taken=(1, 4, 5), paid=(1, 4, 5)),
            Slot(name="Open Data Clinic", day=-44, at="10:00", minutes=120, speaker="Kofi Mensah",
                 capacity=10, price="60.00", taken=(2, 9), paid=(2, 9)),
        ),
    ),
    Occasion(
        name="Green Energy Forum",
        first=-1,
        last=1,
        capacity=6,
        location="Windmill Park, Aarhus",
        description="Wind, heat and storage: engineers and town councils at one table.",
        slots=(
            Slot(name="Heat from Data Centres", day=-1, at="10:00", speaker="Carol Jensen",
                 capacity=25, taken=(6, 7)),
            Slot(name="Storage without Lithium", day=1, at="10:00", speaker="Kofi Mensah",
                 capacity=25, taken=(6, 7, 8)),
        ),
        taken=(3, 6, 7, 8, 9, 11),
    ),
    Occasion(
        name="Makers' Fair",
        first=70,
        last=71,
        multi_track=True,
        capacity=100,
        category=1,
        location="Old Tram Depot, Lisbon",
        description="Bring what you built. Bring what broke.",
        kinds=(
            Kind(name="Visitor", price="0", quantity=97, taken=(2, 5, 6, 7)),
            Kind(name="Table of your own", price="0", quantity=3, taken=(1, 8, 9, 3, 12)),
        ),
    ),
    Occasion(
        name="Founders' Retreat",
        first=90,
        last=92,
        capacity=8,
        price="300.00",
        visibility=Visibility.PRIVATE,
        location="Abbey Guesthouse, Ardennes",
        description="By invitation.",
        taken=(5, 6),
    ),
    Occasion(
        name="Robotics Days",
        first=120,
        last=121,
        status=ConferenceStatus.DRAFT,
        location="To be announced",
        description="In preparation.",
    ),
)  # fmt: skip
