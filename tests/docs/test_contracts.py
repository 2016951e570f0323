"""What the document of the contracts shows is what happens."""

import json
from pathlib import Path

from app.config import CONTRACTS
from app.routers.compat.mounted import APPLICATIONS, COMPAT
from tests.docs.blocks import ROOT, blocks, pasted
from tests.shapes import differences


def test_the_commands_print_what_is_shown(demo_url: str, tmp_path: Path) -> None:
    shown = blocks("docs/contracts.md")
    commands = [block.text for block in shown if block.language == "bash"]
    answers = [block.text for block in shown if block.language == "json"]
    for printed, answer in zip(pasted(commands, demo_url, tmp_path), answers, strict=True):
        assert differences(json.loads(answer), json.loads(printed.splitlines()[-1])) == []


def test_each_contract_is_named_with_its_place() -> None:
    text = (ROOT / "docs" / "contracts.md").read_text()
    for name in APPLICATIONS:
        assert f"`{COMPAT}/{name}`" in text
    reserved = set(CONTRACTS) - set(APPLICATIONS)
    assert [name for name in reserved if f"`{name}`" not in text] == []
