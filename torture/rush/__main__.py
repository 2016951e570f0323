"""`python -m torture.rush`: two hundred buyers for ten seats, a thousand times.

Everything it starts is its own and gone afterwards; nothing but 127.0.0.1 is spoken to. It ends
with 0 if in every round exactly the seats that there are were sold, and with 1 otherwise.
"""

import argparse
import json
import secrets
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import uvloop

from torture.rush import report, rounds
from torture.rush.rounds import Outcome, Plan
from torture.sabotage import SABOTAGES


def main() -> None:
    given = _given(sys.argv[1:])
    plan = Plan(
        seed=given.seed,
        rounds=given.rounds,
        buyers=given.buyers,
        connections=given.connections,
        servers=given.servers,
        sabotage=given.sabotage,
    )
    folder = Path(tempfile.mkdtemp(prefix="plenary-rush-"))
    print(f"seed {plan.seed}, {plan.rounds} rounds; logs in {folder}", flush=True)
    is_good = False
    try:
        outcome = uvloop.run(rounds.run(plan, folder, _tell))
        print("\n".join(report.lines(outcome)))
        if given.json is not None:
            given.json.write_text(json.dumps(report.content(outcome), indent=2) + "\n")
        is_good = outcome.kept
    finally:
        if is_good:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"what was logged lies in {folder}")
    sys.exit(0 if is_good else 1)


def _tell(outcome: Outcome) -> None:
    done = outcome.rounds.total()
    if done % 50 == 0:
        print(f"  {report.progress(outcome)}", flush=True)


def _given(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m torture.rush", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000, help="(%(default)s)")
    parser.add_argument("--buyers", type=int, default=200, help="in each (%(default)s)")
    parser.add_argument("--connections", type=int, default=64, help="(%(default)s)")
    parser.add_argument("--servers", type=int, default=2, help="server processes (%(default)s)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="(drawn)")
    parser.add_argument("--sabotage", default="", choices=["", *SABOTAGES])
    parser.add_argument("--json", type=Path, help="write the report there, too")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
