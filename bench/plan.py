"""What the command line asks for."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# More registrations a second than any machine here has managed; a round that uses them up ends.
MOST_PER_SECOND = 8_000
WARM_UP_SECONDS = 0.5
# What a door is to know at least, however short the rounds are.
FEWEST_PEOPLE = 100_000
# What is measured at a million registrations, which are filled in first.
LARGE = "large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    rounds: int
    seconds: float
    database_url: str | None
    json: Path | None
    only: frozenset[str]
    port: int
    log: Path | None
    large: bool

    @property
    def most_per_round(self) -> int:
        return int(self.seconds * MOST_PER_SECOND)

    @property
    def registrants(self) -> int:
        """Enough that nobody registers twice for the same session."""
        warm_up = int(WARM_UP_SECONDS * MOST_PER_SECOND)
        return max(FEWEST_PEOPLE, warm_up + self.rounds * self.most_per_round)

    def wants(self, name: str) -> bool:
        """Whether this is to be measured; where nothing is named, all is that takes little time."""
        if name == LARGE:
            return self.large or name in self.only
        return not self.only or name in self.only


def read(arguments: Sequence[str], names: Sequence[str]) -> Plan:
    """The plan; `names` are what can be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measures, and prints two tables."
    )
    parser.add_argument("--rounds", type=int, default=5, help="of each workload (%(default)s)")
    parser.add_argument("--seconds", type=float, default=3.0, help="per round (%(default)s)")
    parser.add_argument(
        "--database-url", help="a PostgreSQL to use; a database is made and dropped"
    )
    parser.add_argument("--json", type=Path, help="write the figures there, for programs")
    parser.add_argument("--only", default="", help=f"some, with commas: {', '.join(names)}")
    parser.add_argument(
        "--large", action="store_true", help="also at 1,000,000 registrations, which takes minutes"
    )
    parser.add_argument("--port", type=int, default=0, help="the server's (a free one)")
    parser.add_argument("--log", type=Path, help="keep what the servers log")
    given = vars(parser.parse_args(arguments))
    only = frozenset(name for name in given.pop("only").split(",") if name)
    unknown = only - set(names)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return Plan(**given, only=only)
