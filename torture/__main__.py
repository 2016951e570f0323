"""`python -m torture`: a campaign of faults against a whole installation, and its verdict.

Everything it starts is its own and gone afterwards; nothing but 127.0.0.1 is spoken to.
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

from torture import campaign, report
from torture.campaign import Plan
from torture.nemesis import KINDS
from torture.sabotage import SABOTAGES


def main() -> None:
    given = _given(sys.argv[1:])
    plan = Plan(
        seed=given.seed,
        seconds=given.seconds,
        clients=given.clients,
        servers=given.servers,
        every=given.every,
        faults=tuple(given.faults.split(",")) if given.faults else tuple(KINDS),
        sabotage=given.sabotage,
    )
    folder = Path(tempfile.mkdtemp(prefix="plenary-torture-"))
    print(f"seed {plan.seed}, {plan.seconds:g} s; logs in {folder}", flush=True)
    is_good = False
    try:
        outcome = uvloop.run(campaign.run(plan, folder))
        print("\n".join(report.lines(outcome)))
        if given.json is not None:
            given.json.write_text(json.dumps(report.content(outcome), indent=2) + "\n")
        is_good = report.is_as_it_should_be(outcome)
    finally:
        if is_good and not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"what was logged and acknowledged lies in {folder}")
    sys.exit(0 if is_good else 1)


def _given(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m torture", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of attack (%(default)s)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="(drawn)")
    parser.add_argument("--clients", type=int, default=12, help="(%(default)s)")
    parser.add_argument("--servers", type=int, default=2, help="server processes (%(default)s)")
    parser.add_argument("--every", type=float, default=1.5, help="seconds between faults")
    parser.add_argument("--faults", default="", help=f"names with commas: {', '.join(KINDS)}")
    parser.add_argument("--sabotage", default="", choices=["", *SABOTAGES])
    parser.add_argument("--json", type=Path, help="write the report there, too")
    parser.add_argument("--keep", action="store_true", help="keep the logs of a good campaign")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
