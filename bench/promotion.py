"""A thousand people wait, and the organizer finds a larger room."""

import json
from collections.abc import Sequence
from statistics import median

from app.routers.v1.paths import V1
from bench import data
from bench.client import encode, volley
from bench.process import ServerProcess
from bench.stage import Stage
from bench.verdicts import Verdict, at_most

NAME = "promotion"
MOST_MS = 1_000
_SECONDS = 60.0


async def measure(stage: Stage) -> Sequence[Verdict]:
    """From the request that raises the capacity to its answer, which comes after the commit."""
    times = []
    transactions = 0
    with stage.server() as server:
        # What a first request costs is not what is measured.
        await enlarge(stage, server, data.PROMOTED_SESSIONS[0], 1)
        for session in data.PROMOTED_SESSIONS[1 : stage.plan.rounds + 1]:
            await stage.bench.let_wait(session, data.WAITING)
            times.append(await enlarge(stage, server, session, data.WAITING + 1))
            transactions = max(transactions, await stage.bench.promoted_in(session, data.WAITING))
            await stage.bench.drop_mails()
    work = f"promotion of {data.WAITING:,} after a capacity raise"
    together = at_most(f"{work}, transactions", transactions, 1, "")
    return [at_most(work, median(times), MOST_MS, "ms"), together]


async def enlarge(stage: Stage, server: ServerProcess, session: int, capacity: int) -> float:
    """Give a session so many seats; returns the milliseconds until that is answered."""
    request = encode(
        "PATCH",
        f"{V1}/sessions/{session}/",
        token=stage.requests.token(data.ADMIN),
        body=json.dumps({"max_attendees": capacity}).encode(),
    )
    answered = await volley(server.port, iter([request]), clients=1, seconds=_SECONDS)
    if answered.errors:
        raise RuntimeError(f"the capacity was not raised: {answered.sample}")
    return answered.milliseconds[0]
