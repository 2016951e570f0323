"""What can be done on the site: each action is one use case of the domain, for who is logged in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette_admin.filters import FilterValidationError
from starlette_admin.flash import flash

from app.admin.entrance import caller_of, runtime_of
from app.admin.filters import whole_number
from app.domain import checking_in, endings, promotion, redriving
from app.domain.access import Caller
from app.domain.errors import NotCheckedIn, NotFound
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """What an action hands to its use case."""

    uow: UnitOfWork
    caller: Caller
    now: datetime


def acting(request: Request) -> Acting:
    """The present caller about to write; counted as every write is."""
    runtime, caller = runtime_of(request), caller_of(request)
    runtime.throttle.write(f"user:{caller.user_id}")
    return Acting(uow=runtime.unit_of_work(), caller=caller, now=utc_now())


def number_of(pk: Any) -> int:
    """The id in a link or a form. Raises NotFound for what is none."""
    try:
        return whole_number(pk)
    except FilterValidationError:
        raise NotFound from None


async def cancel_registration(request: Request, registration_id: int) -> None:
    act = acting(request)
    ended = await endings.cancel(act.uow, act.caller, registration_id, act.now)
    flash(request, f"Registration {ended.id} is cancelled.", "success")


async def call_up(request: Request, conference_id: int, session_id: int | None) -> None:
    act = acting(request)
    served = await promotion.call(act.uow, act.caller, conference_id, session_id, act.now)
    if served:
        flash(request, f"Registrations that have their seats now: {served}.", "success")
    else:
        flash(request, "There is no free seat for those who wait.", "info")


async def undo_check_in(request: Request, check_in_id: int | None) -> None:
    if check_in_id is None:
        raise NotCheckedIn
    act = acting(request)
    undone = await checking_in.undo(act.uow, act.caller, check_in_id, act.now)
    flash(request, f"{undone.attendee_name} is not checked in any more.", "success")


async def redrive(request: Request, ids: list[int] | None) -> None:
    act = acting(request)
    opened = await redriving.redrive(act.uow, act.caller, ids, act.now)
    if opened:
        flash(request, f"Messages that are tried anew: {opened}.", "success")
    else:
        flash(request, "None of them was dead; nothing was to be done.", "info")
