"""The curl commands of seed 002, pasted: nothing is changed but the address of the server."""

import json
import subprocess
from typing import Any

from tests.compat.mini_event import seed
from tests.shapes import differences

# The dates of the document have gone by; it says itself to adjust them.
FUTURE = seed.CREATE.replace("2026-03-1", "2031-03-1")


def pasted(command: str, base_url: str, *, event: int = 1) -> tuple[int, Any]:
    """The status and the body that a shell gets for a command of the document."""
    command = command.replace("http://127.0.0.1:8000", base_url)
    command = command.replace("/events/1/", f"/events/{event}/").rstrip()
    said = subprocess.run(
        ["bash", "-c", f"{command} -sS -w '\\n%{{http_code}}'"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    body, _, status = said.stdout.rpartition("\n")
    return int(status), json.loads(body)


def test_the_commands_of_the_document_do_what_it_says(base_url: str) -> None:
    status, event = pasted(FUTURE, base_url)
    assert (status, differences(seed.EVENT, event)) == (201, [])
    status, events = pasted(seed.LIST, base_url)
    assert (status, differences([seed.EVENT], events)) == (200, [])
    assert event in events
    assert pasted(seed.DETAIL, base_url, event=event["id"]) == (200, event)
    status, bob = pasted(seed.REGISTER, base_url, event=event["id"])
    assert (status, differences(seed.ATTENDEE, bob)) == (201, [])
    listed = {key: bob[key] for key in seed.ATTENDEE}
    assert pasted(seed.ATTENDEES, base_url, event=event["id"]) == (200, [listed])
    status, refusal = pasted(seed.REGISTER, base_url, event=event["id"])
    assert (status, list(refusal)) == (400, ["detail", "code"])


def test_the_dates_of_the_document_are_over(base_url: str) -> None:
    refusal = {"start_time": ["The start must lie in the future."]}
    assert pasted(seed.CREATE, base_url) == (400, refusal)
