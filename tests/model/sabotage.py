"""One rule is taken out of the service, and what guards it in the database: the model must notice.

A story that is told to such a service and noticed by nobody would prove nothing.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from app.domain import admission, moving, payments, promotion
from app.domain.promotion import Turn
from tests.model.scene import Numbers


@dataclass(frozen=True, kw_only=True)
class Sabotage:
    """What is taken out, and how: names of the program, and statements of the database.

    The `numbers` are those of stories in which that matters often, and the `steps` those that they
    are made of.
    """

    what: str
    names: Mapping[tuple[Any, str], Any]
    statements: Sequence[str] = ()
    numbers: Numbers
    steps: frozenset[str]

    def patched(self) -> ExitStack:
        stack = ExitStack()
        for (module, name), other in self.names.items():
            stack.enter_context(patch.object(module, name, other))
        return stack


def _anything(*_: object, **__: object) -> None:
    """Nothing is refused."""


async def _nobody(*_: object) -> Mapping[Any, int]:
    """Nobody moves up."""
    return {}


_call_up = promotion.call_up


def _last_first(queue: Sequence[Any], *facts: Any) -> list[Turn]:
    return _call_up(list(reversed(queue)), *facts)


class _WithoutPromotion:
    """What `moving` knows of `promotion`, but for what it does."""

    serve = staticmethod(_nobody)


def _numbers(capacity: int | None, price: int, *starts: int) -> Numbers:
    return Numbers(capacities=(capacity,) * 8, prices=(price,) * 5, starts=starts, has_kinds=False)


SABOTAGES: Mapping[str, Sabotage] = {
    "queue": Sabotage(
        what="who came last to a queue is served first",
        names={(promotion, "call_up"): _last_first},
        numbers=_numbers(1, 0, 0, 2, 4),
        steps=frozenset({"register_by_event_management", "cancel"}),
    ),
    "refunds": Sabotage(
        what="more is given back than was paid",
        names={(payments, "ensure_amount"): _anything},
        numbers=_numbers(None, 5000, 0, 2, 4),
        steps=frozenset({"register_for_session", "pay", "call_back", "refund"}),
        statements=("ALTER TABLE payments DROP CONSTRAINT ck_payments_refunds_within_amount",),
    ),
    "schedule": Sabotage(
        what="people sit in two sessions at the same time",
        names={(admission, "ensure_schedule_free"): _anything},
        numbers=_numbers(None, 0, 0, 0, 0),
        steps=frozenset({"register_for_session"}),
        statements=("ALTER TABLE registrations DROP CONSTRAINT ex_registrations_schedule",),
    ),
    "moves": Sabotage(
        what="the seat of one who moves elsewhere stays empty",
        names={(moving, "promotion"): _WithoutPromotion},
        numbers=_numbers(1, 0, 0, 2, 4),
        steps=frozenset({"register_for_session", "move"}),
    ),
}
