"""Every way in which Plenary says no, each with a stable code.

    DomainError
    ├── Invalid             what was sent cannot be meant; no rule was asked
    │   ├── InvalidPeriod, InvalidImage, StartsInPast, TicketTypeRequired
    │   └── …
    ├── Unauthenticated     nobody, or not provably somebody
    ├── Forbidden           somebody, but not allowed
    ├── NotFound            not there, or not there for the one who asks
    ├── Refused             well formed, and a rule of the domain says no
    │   ├── SessionOverlap, RoomOverlap, SpeakerOverlap, ScheduleConflict
    │   ├── SessionFull, ConferenceFull, TicketTypeSoldOut, CapacityBelowTaken, NotOnSale
    │   ├── AlreadyRegistered, NotRegistered, RegistrationClosed, ConferencePast, ConferenceInactive
    │   ├── HoldExpired, PaymentState, AlreadyPaid, AmountMismatch
    │   ├── AlreadyCheckedIn, Unpaid, TicketCancelled, WrongConference, NotCheckedIn
    │   ├── NameTaken, CategoryInUse, TicketTypeInUse, SeatsAvailable
    │   ├── ReviewNotAllowed, AlreadyReviewed, CertificateNotDue, RefundTooLarge
    │   └── …
    ├── KeyReused           an idempotency key sent again with another body
    ├── TooMany             slow down; `retry_after` says for how long
    └── Busy                come back in `retry_after` seconds; nothing was written, unless it
                            says that nobody knows

An error is a fact. Which HTTP status it becomes is the business of each contract.
"""

from app.domain.errors.base import (
    Busy,
    DomainError,
    Forbidden,
    Invalid,
    KeyReused,
    Later,
    NotFound,
    Other,
    Overtaken,
    Refused,
    TooMany,
    Unauthenticated,
)
from app.domain.errors.refusals import (
    AlreadyCheckedIn,
    AlreadyPaid,
    AlreadyRegistered,
    AlreadyReviewed,
    AmountMismatch,
    CapacityBelowTaken,
    CategoryInUse,
    CertificateNotDue,
    ConferenceFull,
    ConferenceInactive,
    ConferencePast,
    ConferenceState,
    ConflictingWrite,
    EmailOfAccount,
    EmailTaken,
    Full,
    HoldExpired,
    KeyInProgress,
    NameTaken,
    NotCheckedIn,
    NotOnSale,
    NotRegistered,
    PaymentState,
    RefundTooLarge,
    RegistrationClosed,
    RegistrationState,
    ReviewNotAllowed,
    RoomOverlap,
    ScheduleConflict,
    SeatsAvailable,
    SessionFull,
    SessionOverlap,
    SpeakerOverlap,
    TicketCancelled,
    TicketTypeInUse,
    TicketTypeSoldOut,
    Unpaid,
    UsernameTaken,
    WrongConference,
)
from app.domain.errors.requests import (
    BadCredentials,
    BadSignature,
    InvalidImage,
    InvalidPeriod,
    InvalidToken,
    SessionNotInConference,
    StartsInPast,
    TicketTypeRequired,
    UnknownReference,
    UnknownTicket,
    WeakPassword,
    WrongPassword,
)

__all__ = [
    "AlreadyCheckedIn",
    "AlreadyPaid",
    "AlreadyRegistered",
    "AlreadyReviewed",
    "AmountMismatch",
    "BadCredentials",
    "BadSignature",
    "Busy",
    "CapacityBelowTaken",
    "CategoryInUse",
    "CertificateNotDue",
    "ConferenceFull",
    "ConferenceInactive",
    "ConferencePast",
    "ConferenceState",
    "ConflictingWrite",
    "DomainError",
    "EmailOfAccount",
    "EmailTaken",
    "Forbidden",
    "Full",
    "HoldExpired",
    "Invalid",
    "InvalidImage",
    "InvalidPeriod",
    "InvalidToken",
    "KeyInProgress",
    "KeyReused",
    "Later",
    "NameTaken",
    "NotCheckedIn",
    "NotFound",
    "NotOnSale",
    "NotRegistered",
    "Other",
    "Overtaken",
    "PaymentState",
    "RefundTooLarge",
    "Refused",
    "RegistrationClosed",
    "RegistrationState",
    "ReviewNotAllowed",
    "RoomOverlap",
    "ScheduleConflict",
    "SeatsAvailable",
    "SessionFull",
    "SessionNotInConference",
    "SessionOverlap",
    "SpeakerOverlap",
    "StartsInPast",
    "TicketCancelled",
    "TicketTypeInUse",
    "TicketTypeRequired",
    "TicketTypeSoldOut",
    "TooMany",
    "Unauthenticated",
    "UnknownReference",
    "UnknownTicket",
    "Unpaid",
    "UsernameTaken",
    "WeakPassword",
    "WrongConference",
    "WrongPassword",
]
