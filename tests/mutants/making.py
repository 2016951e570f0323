"""Makes the mutants: a copy of the project in which every rule stands beside its mutants.

What is mutated is what decides: the plain functions of the modules named in `pyproject.toml`. Use
cases, the `async` ones, load and write what was decided; their mutants are made and not tried.
"""

import ast
import shutil
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from functools import cache
from hashlib import sha256
from pathlib import Path

from mutmut.mutation.file_mutation import mutate_file_contents

HOME = Path("mutants")
MADE = HOME / "made"
# What the tests import, and what pytest reads.
BESIDE = ("app", "migrations", "tests", "worker", "pyproject.toml")


def make(modules: Sequence[str]) -> dict[str, Path]:
    """The mutants of all rules by name, and the module of each; those of a text are made once."""
    MADE.mkdir(parents=True, exist_ok=True)
    for name in BESIDE:
        _copy(Path(name))
    made = {}
    for path in map(Path, modules):
        (HOME / path).write_text(_mutated(path))
        for mutant in _mutants_of(path):
            made[f"{'.'.join(path.with_suffix('').parts)}.{mutant}"] = path
    return made


def becomes(path: Path, mutant: str) -> str:
    """The lines of a mutant in which it differs from its rule."""
    functions = _functions(HOME / path)
    name = mutant.rpartition(".")[2]
    rule = functions[f"{name.partition('__mutmut_')[0]}__mutmut_orig"]
    lines = list(unified_diff(_written(rule), _written(functions[name]), lineterm="", n=0))
    return " ".join(line[1:].strip() for line in lines[2:] if line[0] == "+")


def _copy(source: Path) -> None:
    copied = HOME / source
    if source.is_file():
        shutil.copy2(source, copied)
        return
    shutil.rmtree(copied, ignore_errors=True)
    shutil.copytree(source, copied)


def _mutated(path: Path) -> str:
    text = path.read_text()
    kept = MADE / f"{sha256(text.encode()).hexdigest()}.py"
    if not kept.exists():
        kept.write_text(mutate_file_contents(str(path), text).code)
    return kept.read_text()


def _mutants_of(path: Path) -> Iterator[str]:
    for name, function in _functions(HOME / path).items():
        _, mark, number = name.partition("__mutmut_")
        if mark and number != "orig" and isinstance(function, ast.FunctionDef):
            yield name


@cache
def _functions(path: Path) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    return {
        node.name: node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _written(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    head = f"({ast.unparse(function.args)})"
    body = "\n".join(ast.unparse(statement) for statement in function.body)
    return [head, *body.splitlines()]
