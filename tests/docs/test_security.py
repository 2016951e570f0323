"""The map from measures to tests leads to tests that there are."""

import re

import pytest

from tests.docs.asvs import REQUIREMENTS
from tests.docs.blocks import ROOT

DOCUMENT = ROOT / "docs" / "security.md"
_ROW = re.compile(r"^\| (API\d+ [^|]+|[\d., ]+) \|([^|]*)\|([^|]*)\|$", re.MULTILINE)
_TEST = re.compile(r"\]\(\.\./(tests/[^)#]+)\)")
ROWS = [found.groups() for found in _ROW.finditer(DOCUMENT.read_text())]


@pytest.mark.parametrize(("measure", "how", "tests"), ROWS, ids=[row[0] for row in ROWS])
def test_each_measure_names_its_tests(measure: str, how: str, tests: str) -> None:
    assert how.strip(), measure
    named = _TEST.findall(tests)
    assert named, f"nothing tests {measure}"
    for path in named:
        file = ROOT / path
        assert file.name.startswith("test_"), path
        assert "def test_" in file.read_text(), path


def test_the_ten_risks_are_all_there() -> None:
    risks = [measure.split()[0] for measure, _, _ in ROWS if measure.startswith("API")]
    assert risks == [f"API{number}" for number in range(1, 11)]


def numbers(part: str) -> list[str]:
    """The requirements in the first column of its table."""
    rows = re.findall(r"^\| ([\d., *]+) \|", part, re.MULTILINE)
    return [one for row in rows for one in row.split(", ")]


def test_each_requirement_is_met_or_not_met_or_does_not_apply() -> None:
    met, _, rest = DOCUMENT.read_text().partition("## What is not met")
    missing, _, left_out = rest.partition("## What does not apply")
    stated = numbers(met) + numbers(missing)
    assert len(stated) == len(set(stated)), "said twice"
    sections = {one.removesuffix("*") for one in numbers(left_out) if one.endswith("*")}
    alone = {one for one in numbers(left_out) if not one.endswith("*")}
    assert not alone & set(stated)

    def is_there(number: str) -> bool:
        return number in alone or number in stated or number.startswith(tuple(sections))

    assert len(REQUIREMENTS) == 253
    assert [one for one in REQUIREMENTS if not is_there(one)] == []
    # 1.2.10 is of level 3; no other number is one that there is not.
    assert {*stated, *alone} - {*REQUIREMENTS} == {"1.2.10"}
