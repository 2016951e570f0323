"""My registrations: all that one ever registered for, with what it is and when it takes place."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.access import Caller
from app.domain.pages import Page, PageRequest
from app.domain.registrations import Registration, RegistrationStatus
from app.domain.times import TimeRange

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRegistration:
    """A registration beside its conference, and its session where it is for one.

    `session_name` is empty and `session_period` None for an admission.
    """

    registration: Registration
    conference_name: str
    conference_period: TimeRange
    location: str
    timezone: str
    session_name: str = ""
    session_period: TimeRange | None = None

    @property
    def period(self) -> TimeRange:
        """When one has to be there."""
        return self.session_period or self.conference_period


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFilter:
    """None means any, and what has ended is there as well.

    `is_standing` is neither cancelled nor expired. Over is what has ended: the session, where it is
    for one, and the conference otherwise. Begun asks for the start of the conference alone.
    """

    is_standing: bool | None = None
    is_over: bool | None = None
    has_begun: bool | None = None
    status: RegistrationStatus | None = None
    conference_id: int | None = None
    admissions: bool = False


async def mine(
    uow: "UnitOfWork", caller: Caller, filter: OwnFilter, page: PageRequest, now: datetime
) -> Page[OwnRegistration]:
    """The caller's own, whoever organizes it; newest first unless ordered otherwise."""
    async with uow.reading() as tx:
        return await tx.own_registrations.page(caller.user_id, filter, page, now)
