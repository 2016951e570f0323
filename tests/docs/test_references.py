"""What the documents name is there: files, make targets, settings."""

import re

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from app.cli import app as command_line
from app.config import Settings
from app.routers.refusals import FRAMEWORK_CODES
from tests.docs.blocks import ROOT

DOCUMENTS = sorted(
    str(path.relative_to(ROOT)) for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
TARGET = re.compile(r"`?\bmake ([a-z-]+)\b(?=`| [A-Z]+=|\n)")
SETTING = re.compile(r"^\| `([A-Z0-9_]+)` \| (?:`(.*?)`)? *\|", re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    here = (ROOT / document).parent
    for link in LINK.findall((ROOT / document).read_text()):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (here / file).resolve() if file else ROOT / document
        assert target.exists(), f"{document}: {link}"
        if anchor:
            assert anchor in _anchors(target.read_text()), f"{document}: {link}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_make_targets_exist(document: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(TARGET.findall((ROOT / document).read_text()))
    assert named <= targets


def test_every_setting_is_documented_with_its_default() -> None:
    documented = dict(SETTING.findall((ROOT / "docs/operating.md").read_text()))
    fields = Settings.model_fields
    assert list(documented) == [name.upper() for name in fields]
    for name, shown in documented.items():
        field = fields[name.lower()]
        # Computed, secret, or nothing: explained in words.
        default = (
            "" if field.default_factory or "Secret" in str(field.annotation) else field.default
        )
        assert shown == _shown(default), name


def test_every_command_is_documented() -> None:
    group = get_command(command_line)
    assert isinstance(group, TyperGroup)
    text = (ROOT / "docs/operating.md").read_text()
    assert set(re.findall(r"^plenary ([a-z-]+)", text, re.MULTILINE)) == set(group.commands)


def test_the_codes_of_the_http_layer_are_documented() -> None:
    text = (ROOT / "docs/errors.md").read_text().partition("## Codes of the HTTP layer")[2]
    documented = dict(re.findall(r"^\| `([a-z_]+)` \| (\d{3}) \|", text, re.MULTILINE))
    answered = {code: str(status) for status, (code, _) in FRAMEWORK_CODES.items()}
    del answered["not_found"]
    assert documented == answered | {"internal_error": "500"}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_exist(document: str) -> None:
    group = get_command(command_line)
    assert isinstance(group, TyperGroup)
    named = set(re.findall(r"`plenary ([a-z][a-z-]*)", (ROOT / document).read_text()))
    assert named <= set(group.commands)


def _shown(default: object) -> str:
    if default is None:
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    return ",".join(default) if isinstance(default, tuple) else str(default)


def _anchors(text: str) -> set[str]:
    return {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")
        for heading in HEADING.findall(text)
    }
