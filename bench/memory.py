"""What one server process takes after many requests, and whether it takes ever more."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from bench import data
from bench.client import volley
from bench.process import ServerProcess
from bench.stage import Stage
from bench.verdicts import Verdict, at_most
from bench.workloads import Workload, workloads

NAME = "memory"
REQUESTS = 200_000
MOST_MIB = 120.0
# What the second half may add to what the first half left: pages of the allocator, and no more.
FLAT = 1.02
_MIXED = ("list", "detail", "search", "public-list", "public-detail")
_SECONDS = 600.0
_AT_ONCE = 2_000
# Few enough that nobody is refused while pages are written anew.
_CLIENTS = 16


async def measure(stage: Stage) -> Sequence[Verdict]:
    """People look around and register; looked at after half of the requests and after all."""
    asked = [one for one in workloads(stage.requests) if one.name in _MIXED]
    asked.append(stage.requests.into("memory", "register", data.MIXED_SESSION))
    with stage.servers(1) as server:
        await _ask(stage, server, asked, REQUESTS // 2)
        halfway, _ = server.memory_mib()
        print(f"Memory after {REQUESTS // 2:,} requests: {halfway:.1f} MiB …", flush=True)
        await _ask(stage, server, asked, REQUESTS // 2)
        now, peak = server.memory_mib()
    work = f"memory of one server process after {REQUESTS:,} requests"
    after_all = at_most(work, now, MOST_MIB, "MiB")
    return [
        replace(after_all, figure=f"{after_all.figure} (peak {peak:.0f})"),
        at_most(f"what it is of that after {REQUESTS // 2:,}", now / halfway, FLAT, "×"),
    ]


async def _ask(stage: Stage, server: ServerProcess, asked: Sequence[Workload], many: int) -> None:
    """Each in turn, some thousand requests at a time."""
    turns = max(1, many // (_AT_ONCE * len(asked)))
    each = many // (turns * len(asked))
    for _ in range(turns):
        for one in asked:
            requests = islice(one.requests(each, server.port), each)
            answered = await volley(
                server.port, requests, clients=_CLIENTS, seconds=_SECONDS, expected=one.expected
            )
            if answered.errors:
                raise RuntimeError(f"{one.name} is not answered as expected: {answered.sample}")
            await stage.bench.drop_mails()
