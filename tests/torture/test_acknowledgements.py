import asyncio
from pathlib import Path
from typing import Any

from torture import acknowledgements
from torture.acknowledgements import Acknowledgements
from torture.auditor import Acknowledged


def line(what: str, path: str, body: Any, **data: Any) -> acknowledgements.Line:
    return {"what": what, "path": path, "key": f"{what}{path}", "body": body, "data": data}


async def test_what_is_noted_is_in_the_file_by_then(tmp_path: Path) -> None:
    path = tmp_path / "acknowledged"
    async with Acknowledgements(path) as kept:
        await asyncio.gather(*(kept.note({"n": number}) for number in range(50)))
        assert sorted(one["n"] for one in acknowledgements.read(path)) == list(range(50))


def test_what_was_acknowledged_adds_up() -> None:
    known = Acknowledged()
    wish = {"conference": 1, "session": 2, "attendee": 3}
    known.add(line("register", "/api/v1/registrations/", wish, id=7))
    known.add(line("register", "/api/v1/registrations/", wish, id=8))
    known.add(line("move", "/api/v1/registrations/7/", {"session": 5}, id=7))
    known.add(line("cancel", "/api/v1/registrations/8/cancel/", None))
    known.add(line("pay", "/api/v1/payments/process/", {"registration_id": 7}, id=1, status="Paid"))
    known.add(line("refund", "/api/v1/payments/1/refunds/", {}, id=2, amount=25.0))
    known.add(line("set_capacity", "/api/v1/sessions/5/", {"max_attendees": 9}, max_attendees=9))
    assert set(known.registrations) == {7, 8}
    assert known.sessions == {7: 5, 8: 2}
    assert known.cancelled == {8}
    assert known.refunded == {1}
    assert known.capacities == {("sessions", 5): 9}


def test_a_refusal_is_known_by_its_key_alone() -> None:
    known = Acknowledged()
    known.add({"what": "pay", "path": "/", "key": "k", "body": {}, "status": 409, "code": "x"})
    assert known.refused == {"k"}
    assert known.done == set()
