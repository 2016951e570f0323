"""The machine: tells stories, step by step; after each, service and model have to agree.

Each step asks the model first. What it refuses, the service has to refuse with the same code; what
it does, the service has to have done.
"""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from tests.model import scene, view
from tests.model.house import House
from tests.model.scene import V1, Numbers
from tests.model.things import ADMIN, ORGANIZER, Caller, Claim, Person, Refused
from tests.model.world import Answer, World

T = TypeVar("T")
# By contract, where a rule that refuses is told by a 400.
_PLAIN = frozenset({"management", "mini", "jointoit"})
_STATUSES = {
    "forbidden": 403,
    "not_found": 404,
    "unknown": 404,
    "invalid": 400,
    "unknown_reference": 400,
    "ticket_type_required": 400,
    "session_not_in_conference": 400,
}

CAPACITIES = st.sampled_from((1, 2, 3, 1, 2, 4, None))
PRICES = st.sampled_from((0, 5000, 0))
PICKS = st.integers(0, 99)
ROLES = st.sampled_from(("self", "self", "organizer", "admin", "stranger"))
NUMBERS = st.builds(
    Numbers,
    capacities=st.tuples(*[CAPACITIES] * 8),
    prices=st.tuples(*[PRICES] * 5),
    starts=st.tuples(*[st.sampled_from((0, 1, 1, 2))] * 3),
    has_kinds=st.booleans(),
)


class Story(RuleBasedStateMachine):
    """What all stories share; the steps are in `steps.py` and `keeping_steps.py`."""

    world: ClassVar[World]
    # Where every story is to have the same numbers.
    fixed: ClassVar[Numbers | None] = None

    def __init__(self) -> None:
        super().__init__()
        self.house = House()
        self.world.begin()

    @initialize(numbers=NUMBERS)
    def set_up(self, numbers: Numbers) -> None:
        scene.set_up(self.house, self.world, self.fixed or numbers)

    @invariant()
    def service_and_model_agree(self) -> None:
        over = [claim for claim in self.house.claims if claim.is_over]
        assert view.differences(self.house, self.world, [c for c in over if self._is_news(c)]) == []

    @invariant()
    def every_promise_is_kept(self) -> None:
        assert self.world.broken_promises() == []

    def teardown(self) -> None:
        self.world.end()

    def ask(
        self,
        predicted: Callable[[], T],
        request: tuple[str, str, Any],
        caller: Caller | None,
        *,
        contract: str = "native",
        good: int = 200,
    ) -> tuple[T | None, Answer]:
        """Ask the model and the service; they have to say the same."""
        told, code = None, ""
        try:
            told = predicted()
        except Refused as refused:
            code = refused.code
        answer = self.world.ask(name_of(caller), *request)
        self.world.told[code or "done"] += 1
        status = good if not code else status_of(code, contract)
        assert (answer.status, answer.code) == (status, code), (request, answer.data)
        return told, answer

    def register(
        self,
        predicted: Callable[[], Claim],
        request: tuple[str, str, Any],
        caller: Caller | None,
        *,
        contract: str = "native",
        good: int = 201,
    ) -> None:
        claim, answer = self.ask(predicted, request, caller, contract=contract, good=good)
        if claim is None:
            return
        claim.id = answer.data["id"]
        if claim.person.attendee is None:
            path = f"{V1}/registrations/{claim.id}/"
            claim.person.attendee = self.world.ask("admin", "GET", path).data["attendee"]
        if claim.is_waiting and "position" in answer.data:
            assert answer.data["position"] == len(self.house.queue(claim.target, claim.kind))

    def pick(self, pick: int, fits: Callable[[Claim], bool] = lambda _: True) -> Claim | None:
        """Mostly one that fits, and now and then any at all."""
        claims = self.house.claims
        fitting = [claim for claim in claims if fits(claim)] if pick % 5 else claims
        among = fitting or claims
        return among[pick % len(among)] if among else None

    def caller(self, role: str, person: Person) -> Caller:
        """Who has no account is spoken for by the organizer."""
        if role == "admin":
            return ADMIN
        if role == "organizer" or (role == "self" and person.user is None):
            return ORGANIZER
        if role == "self":
            return Caller(role="user", person=person)
        others = [one for one in self.house.people if one.user is not None and one is not person]
        return Caller(role="user", person=others[0])

    def _is_news(self, claim: Claim) -> bool:
        known: dict[int, tuple[Any, ...]] = vars(self).setdefault("_ended", {})
        shown = (claim.status, claim.check_in)
        is_news = known.get(claim.id) != shown
        known[claim.id] = shown
        return is_news


def name_of(caller: Caller | None) -> str | None:
    if caller is None:
        return None
    return caller.person.name if caller.person else caller.role


def status_of(code: str, contract: str) -> int:
    if code in _STATUSES:
        return _STATUSES[code]
    return 400 if contract in _PLAIN else 409
