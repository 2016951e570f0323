"""The map from measures to tests leads to tests that there are."""

import re

import pytest

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


def test_no_requirement_is_met_and_not_met() -> None:
    text = DOCUMENT.read_text()
    met, _, gaps = text.partition("## What is not met")
    number = re.compile(r"^\| ([\d., ]+) \|", re.MULTILINE)
    known = {one for row in number.findall(met) for one in row.split(", ")}
    missing = {one for row in number.findall(gaps) for one in row.split(", ")}
    assert missing
    assert known & missing == set()
