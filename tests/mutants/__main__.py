"""Mutation testing: `make mutants`. Whether the tests of the domain notice when a rule is changed.

Parts of names choose mutants: `python -m tests.mutants admission.x_has_seats`.
`--missed` tries those alone that were not noticed the last time.
"""

import argparse
import json
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

from tests.mutants.making import HOME, becomes, make
from tests.mutants.trial import FOUND, KILLED, SURVIVED, WANTED

KEPT = HOME / "outcomes.json"
EQUIVALENT = Path(__file__).parent / "equivalent.toml"
LEAST = 90.0


def main() -> int:
    """0 when enough is noticed, and what is not is known to be the same."""
    parser = argparse.ArgumentParser(description="Do the tests notice when a rule is changed?")
    parser.add_argument("--missed", action="store_true", help="those not noticed the last time")
    parser.add_argument("parts", nargs="*", help="of the names of mutants")
    asked = parser.parse_args()
    settings = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["mutmut"]
    made = make(settings["only_mutate"])
    before = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    wanted = [
        mutant
        for mutant in made
        if (not asked.missed or before.get(mutant) != KILLED)
        and (not asked.parts or any(part in mutant for part in asked.parts))
    ]
    tried = _tried(wanted, settings["pytest_add_cli_args_test_selection"])
    outcomes = {mutant: now for mutant in made if (now := tried.get(mutant, before.get(mutant)))}
    KEPT.write_text(json.dumps(outcomes, indent=0))
    return _report(made, outcomes)


def _tried(wanted: list[str], tests: list[str]) -> dict[str, str]:
    (HOME / WANTED).write_text(json.dumps(wanted))
    (HOME / FOUND).unlink(missing_ok=True)
    quiet = ["-q", "-s", "-p", "no:xdist", "-p", "no:cacheprovider"]
    house = ["--rootdir=.", "--hypothesis-profile=mutants", "-p", "tests.mutants.trial"]
    subprocess.run([sys.executable, "-m", "pytest", *quiet, *house, *tests], cwd=HOME, check=True)
    found: dict[str, str] = json.loads((HOME / FOUND).read_text())
    return found


def _report(made: dict[str, Path], outcomes: dict[str, str]) -> int:
    same = {
        mutant: reason["because"]
        for reason in tomllib.loads(EQUIVALENT.read_text())["reason"]
        for mutant in reason["mutants"]
    }
    modules: dict[Path, Counter[str]] = {}
    unexplained, met = [], set()
    for mutant, path in made.items():
        outcome = outcomes.get(mutant, "not tried")
        count = modules.setdefault(path, Counter())
        count[outcome] += 1
        if outcome != KILLED:
            rule = mutant.partition("__mutmut_")[0]
            named = f"{rule}: {becomes(path, mutant)}"
            met.add(named)
            if outcome == SURVIVED and named in same:
                count["same"] += 1
            else:
                unexplained.append(f"{outcome:10} {mutant}\n{'':10} {named}")
    print("\n".join(unexplained))
    print(f"\n{'module':32}{'mutants':>8}{'noticed':>8}{'raw':>8}{'without the same':>18}")
    for path, count in modules.items():
        print(_line(str(path), count))
    whole: Counter[str] = sum(modules.values(), Counter())
    print(_line("together", whole))
    stale = set(same) - met
    print("".join(f"\nnot met any more: {name}" for name in sorted(stale)))
    return int(bool(unexplained or stale) or 100 * _noticed(whole) / _all(whole) < LEAST)


def _all(count: Counter[str]) -> int:
    return count.total() - count["same"]


def _noticed(count: Counter[str]) -> int:
    """A mutant that never ends is noticed by anybody who waits."""
    return count[KILLED] + count["endless"]


def _line(name: str, count: Counter[str]) -> str:
    noticed, tried = _noticed(count), _all(count)
    without = 100 * noticed / max(tried - count["same"], 1)
    return f"{name:32}{tried:8}{noticed:8}{100 * noticed / tried:7.1f}%{without:17.1f}%"


if __name__ == "__main__":
    sys.exit(main())
