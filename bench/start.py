"""How long `plenary serve` takes until it is ready, where it has run before."""

import time
from collections.abc import Mapping, Sequence
from statistics import median

from bench.process import free_port, server_process
from bench.stage import Stage
from bench.verdicts import Verdict, at_most

NAME = "start"
MOST_SECONDS = 2.0
_SERVE = ("-m", "app.cli", "serve")


async def measure(stage: Stage) -> Sequence[Verdict]:
    """From the command to the first time it says that it is ready, its database's start included.

    With a database that is given, that one is running already.
    """
    environment = _environment(stage)
    _start(stage, environment)
    times = [_start(stage, environment) for _ in range(stage.plan.rounds)]
    work = "plenary serve on an existing data directory, ready"
    return [at_most(work, median(times), MOST_SECONDS, "s")]


def _start(stage: Stage, environment: Mapping[str, str]) -> float:
    began = time.perf_counter()
    with server_process(environment, stage.log, free_port(), _SERVE):
        return time.perf_counter() - began


def _environment(stage: Stage) -> Mapping[str, str]:
    """A data directory of its own, which holds the database unless one is given.

    As where it is installed, the bytecode is kept from one start to the next, also where whoever
    measures has Python write none.
    """
    given = {
        **stage.environment,
        "PLENARY_DATA_DIR": str(stage.home / "served"),
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(stage.home / "bytecode"),
    }
    if stage.plan.database_url is None:
        del given["PLENARY_DATABASE_URL"]
    return given
