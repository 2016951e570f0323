"""The documents' commands do what the documents say they do."""

import json
from pathlib import Path
from typing import Any

from tests.docs.blocks import blocks, pasted
from tests.shapes import differences

# What an answer says in words is documented word by word.
SAID = ("status", "code", "message", "errors")


def test_the_readme_leads_to_a_paid_registration(demo_url: str, tmp_path: Path) -> None:
    commands = [block.text for block in blocks("README.md") if not block.text.startswith("make ")]
    *_, paid, reports = pasted(commands, demo_url, tmp_path)
    assert paid in ("Paid", "Failed")
    registration, conferences, sessions = (json.loads(line) for line in reports.splitlines())
    assert registration["data"]["status"] == ("confirmed" if paid == "Paid" else "pending")
    assert conferences["data"]
    assert any(row["total_registrations"] == 1 for row in sessions["data"])


def test_the_tour_prints_what_it_shows(demo_url: str, tmp_path: Path) -> None:
    tour = blocks("docs/api.md")
    commands = [block.text for block in tour if block.language == "bash"]
    printed = iter(pasted(commands, demo_url, tmp_path))
    answer = ""
    for block in tour:
        if block.language == "bash":
            answer = next(printed)
        else:
            _compare(json.loads(block.text), json.loads(answer.splitlines()[-1]), block.text)


def _compare(shown: dict[str, Any], answer: dict[str, Any], text: str) -> None:
    assert differences(shown, answer) == [], f"{text}\n{answer}"
    for name in SAID:
        if name in shown:
            assert shown[name] == answer[name], text
