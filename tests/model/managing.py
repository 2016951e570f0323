"""Steps of those who run it: capacities, prices, times, the door, and the end of things."""

from functools import partial
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.model import keeping, scene
from tests.model.claiming import Claiming, has_claims
from tests.model.machine import CAPACITIES, PICKS, PRICES
from tests.model.scene import V1
from tests.model.things import Conference, Kind, Session, Thing

_PLACES = st.integers(0, 2)
_MANAGERS = st.sampled_from(("organizer", "organizer", "admin", "admin", "stranger"))
_nonces = count(1)
# Whatever ends for good comes late in a story.
_BEFORE_THE_END = 8
is_late = precondition(lambda self: len(self.house.claims) >= _BEFORE_THE_END)


class Managing(Claiming):
    @rule(pick=PICKS, capacity=CAPACITIES, role=_MANAGERS, method=st.sampled_from(("PUT", "PATCH")))
    def set_capacity(self, pick: int, capacity: int | None, role: str, method: str) -> None:
        pool = self._pool(pick)
        caller = self.caller(role, self.house.people[0])
        path, name = _setting(pool)
        predicted = partial(keeping.set_capacity, self.house, caller, pool, capacity)
        self.ask(predicted, (method, path, {name: capacity}), caller)

    @rule(pick=PICKS, price=PRICES, role=_MANAGERS)
    def set_price(self, pick: int, price: int, role: str) -> None:
        pool = self._pool(pick)
        caller = self.caller(role, self.house.people[0])
        path, _ = _setting(pool)
        predicted = partial(keeping.set_price, caller, pool, price)
        self.ask(predicted, ("PATCH", path, {"price": f"{price / 100:.2f}"}), caller)

    @rule(session=_PLACES, start=st.integers(0, 3), role=_MANAGERS)
    def reschedule(self, session: int, start: int, role: str) -> None:
        place = self.house.sessions[session]
        caller = self.caller(role, self.house.people[0])
        predicted = partial(keeping.reschedule, self.house, caller, place, start, start + 2)
        body = {"start_time": scene.at(start), "end_time": scene.at(start + 2)}
        self.ask(predicted, ("PATCH", f"{V1}/sessions/{place.id}/", body), caller)

    @rule(place=_PLACES, is_closed=st.booleans(), role=_MANAGERS)
    def close_registration(self, place: int, is_closed: bool, role: str) -> None:
        conference = self.house.conferences[place]
        caller = self.caller(role, self.house.people[0])
        body = {"registration_deadline": "2020-01-01T00:00:00Z" if is_closed else None}
        predicted = partial(keeping.close, caller, conference, is_closed=is_closed)
        self.ask(predicted, ("PATCH", f"{V1}/conferences/{conference.id}/", body), caller)

    @rule(
        place=_PLACES,
        capacity=CAPACITIES,
        price=PRICES,
        is_on_sale=st.sampled_from((True, True, False)),
        role=_MANAGERS,
    )
    def offer_a_ticket_type(
        self, place: int, capacity: int | None, price: int, is_on_sale: bool, role: str
    ) -> None:
        conference = self.house.conferences[place]
        caller = self.caller(role, self.house.people[0])
        kind = Kind(
            id=0,
            capacity=capacity,
            price=price,
            conference=conference,
            name=f"Kind {len(self.house.kinds)}",
            is_on_sale=is_on_sale,
        )
        predicted = partial(keeping.ensure_offers, caller, conference)
        path = f"{V1}/conferences/{conference.id}/ticket-types/"
        _, answer = self.ask(predicted, ("POST", path, scene.kind_body(kind)), caller, good=201)
        if answer.status == 201:
            kind.id = answer.data["id"]
            self.house.kinds.append(kind)

    @precondition(lambda self: bool(self.house.kinds))
    @rule(pick=PICKS, role=_MANAGERS)
    def delete_a_ticket_type(self, pick: int, role: str) -> None:
        kind = self.house.kinds[pick % len(self.house.kinds)]
        caller = self.caller(role, self.house.people[0])
        predicted = partial(keeping.delete_kind, self.house, caller, kind)
        self.ask(predicted, ("DELETE", _setting(kind)[0], None), caller)

    @has_claims
    @rule(pick=PICKS, all_of_them=st.booleans())
    def let_holds_run_out(self, pick: int, all_of_them: bool) -> None:
        held = [claim for claim in self.house.claims if claim.status == "pending"]
        if held and not all_of_them:
            held = [held[pick % len(held)]]
        self.house.end(held, "expired")
        self.world.run_out([claim.id for claim in held])

    @has_claims
    @rule()
    def sweep(self) -> None:
        """Whatever is due by the clock has been done already."""
        self.world.sweep()

    @has_claims
    @rule(pick=PICKS, role=st.sampled_from(("organizer", "admin", "organizer", "self")))
    def check_in(self, pick: int, role: str) -> None:
        claim = self._picked(pick, lambda claim: claim.status == "confirmed")
        if not claim.code:
            path = f"{V1}/registrations/{claim.id}/ticket/"
            ticket = self.world.ask("admin", "GET", path)
            if ticket.status != 200:
                assert not claim.is_live
                return
            claim.code = ticket.data["code"]
        caller = self.caller(role, claim.person)
        predicted = partial(keeping.check_in, caller, claim)
        body = {"code": claim.code, "nonce": f"scan-{next(_nonces)}"}
        _, answer = self.ask(predicted, ("POST", f"{V1}/check-ins/", body), caller)
        if answer.status == 200:
            claim.check_in = answer.data["id"]

    @precondition(lambda self: any(claim.check_in for claim in self.house.claims))
    @rule(pick=PICKS, role=st.sampled_from(("organizer", "admin", "self")))
    def undo_a_check_in(self, pick: int, role: str) -> None:
        inside = [claim for claim in self.house.claims if claim.check_in]
        claim = inside[pick % len(inside)]
        caller = self.caller(role, claim.person)
        path = f"{V1}/check-ins/{claim.check_in}/undo/"
        self.ask(partial(keeping.undo, caller, claim), ("POST", path, None), caller)

    @is_late
    @rule(pick=PICKS, role=_MANAGERS)
    def end_something(self, pick: int, role: str) -> None:
        """A session, or a conference with everything in it, is deleted or cancelled."""
        caller = self.caller(role, self.house.people[0])
        house = self.house
        places: list[Conference | Session] = [*house.sessions, *house.sessions, *house.conferences]
        place = places[pick % len(places)]
        if isinstance(place, Session):
            predicted = partial(keeping.delete_session, self.house, caller, place)
            self.ask(predicted, ("DELETE", f"{V1}/sessions/{place.id}/", None), caller)
        elif pick % 2:
            predicted = partial(keeping.delete_conference, self.house, caller, place)
            self.ask(predicted, ("DELETE", f"{V1}/conferences/{place.id}/", None), caller)
        else:
            predicted = partial(keeping.cancel_conference, self.house, caller, place)
            self.ask(predicted, ("POST", f"{V1}/conferences/{place.id}/cancel/", None), caller)

    def _pool(self, pick: int) -> Thing:
        house = self.house
        pools: list[Thing] = [*house.conferences, *house.sessions, *house.kinds]
        return pools[pick % len(pools)]


def _setting(pool: Thing) -> tuple[str, str]:
    """Where something is changed, and what its capacity is called there."""
    if isinstance(pool, Session):
        return f"{V1}/sessions/{pool.id}/", "max_attendees"
    if isinstance(pool, Kind):
        return f"{V1}/conferences/{pool.conference.id}/ticket-types/{pool.id}/", "quantity"
    return f"{V1}/conferences/{pool.id}/", "capacity"
