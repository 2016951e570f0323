"""The house keeps its shape: what imports, sizes and conventions promise is measured."""

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "worker", "migrations", "tests", "bench", "torture")
FILES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    # What alembic drafts is as long as the tables are many.
    if path.parent != ROOT / "migrations" / "versions"
)
SOURCE = [path for path in FILES if path.relative_to(ROOT).parts[0] in ("app", "worker")]
DOMAIN = sorted((ROOT / "app" / "domain").rglob("*.py"))
NOT_NAMES = {"common", "helpers", "misc", "utils"}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", DOMAIN, ids=named)
def test_the_domain_imports_the_standard_library_and_itself_only(path: Path) -> None:
    foreign = [
        module
        for module in _imported(_tree(path))
        if module.split(".")[0] not in sys.stdlib_module_names
        and not module.startswith("app.domain")
    ]
    assert foreign == []


def test_no_file_is_longer_than_400_lines() -> None:
    long = {named(path): lines for path in FILES if (lines := _lines(path)) > 400}
    assert long == {}


def test_no_function_is_longer_than_60_lines_and_most_are_short() -> None:
    lengths = {
        f"{named(path)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in SOURCE
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > 60} == {}
    assert statistics.median(lengths.values()) <= 10


def test_half_of_the_files_are_short() -> None:
    assert statistics.median(_lines(path) for path in SOURCE) <= 130


def test_a_rule_is_ten_lines_at_most_and_says_its_sentence() -> None:
    wrong = [
        f"{named(path)}:{node.name}"
        for path in DOMAIN
        for node in _tree(path).body
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("ensure_")
        and (not ast.get_docstring(node) or _statement_lines(node) > 10)
    ]
    assert wrong == []


def test_no_module_is_named_after_nothing() -> None:
    assert [named(path) for path in FILES if path.stem in NOT_NAMES] == []


def test_nothing_is_left_for_later() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error")
    left = [named(path) for path in FILES if any(word in path.read_text() for word in words)]
    assert left == []


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def _statement_lines(function: ast.FunctionDef) -> int:
    """The lines of a body without its docstring."""
    body = function.body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def _imported(tree: ast.AST) -> Iterator[str]:
    """What a module imports when it runs: names for the type checker alone are left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
        else:
            yield from _imported(node)
