"""Tries mutants inside one run of pytest: it runs every test once, then forks for each mutant.

A fork has all tests loaded already, and runs only those that reach the function of its mutant until
one of them fails. Started with `-p tests.mutants.trial` in the folder of the mutants.
"""

import json
import os
import resource
import signal
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

WANTED, FOUND = Path("wanted.json"), Path("found.json")
KILLED, SURVIVED, ENDLESS, UNREACHED = "killed", "survived", "endless", "unreached"
# In seconds: of CPU, whatever else the machine does; and by the clock, for what waits for ever.
MOST_CPU, MOST_WAITING = 20, 300


class Trial:
    def __init__(self) -> None:
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(f"{report.nodeid}\n{report.longreprtext}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Every test without a mutant, which must pass; then every mutant."""
        reaching = self._reaching(session.items)
        if self.failed:
            raise session.Failed(f"Without any mutant: {self.failed[0]}")
        found = {}
        for mutant in json.loads(WANTED.read_text()):
            tests = reaching.get(mutant.partition("__mutmut_")[0], [])
            found[mutant] = self._outcome(mutant, tests) if tests else UNREACHED
            # What is known so far is kept, should this be interrupted.
            FOUND.write_text(json.dumps(found))
        return True

    def _reaching(self, items: Sequence[pytest.Item]) -> dict[str, list[pytest.Item]]:
        """The tests that reach a function, the quickest first."""
        reaching: dict[str, list[tuple[float, int]]] = defaultdict(list)
        set_mutant_under_test("stats")
        for place, item in enumerate(items):
            state()._stats.clear()
            began = time.process_time()
            _run(item, items[place + 1 :])
            took = time.process_time() - began
            for function in state()._stats:
                reaching[function].append((took, place))
        set_mutant_under_test("")
        return {name: [items[at] for _, at in sorted(by)] for name, by in reaching.items()}

    def _outcome(self, mutant: str, tests: Sequence[pytest.Item]) -> str:
        child = os.fork()
        if not child:
            self._try(mutant, tests)
        _, status = os.waitpid(child, 0)
        ended = os.waitstatus_to_exitcode(status)
        if -ended in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL):
            return ENDLESS
        return KILLED if ended else SURVIVED

    def _try(self, mutant: str, tests: Sequence[pytest.Item]) -> None:
        """In the fork, which ends here: with 1 as soon as the mutant is noticed."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU, MOST_CPU + 5))
        signal.alarm(MOST_WAITING)
        set_mutant_under_test(mutant)
        try:
            for place, item in enumerate(tests):
                _run(item, tests[place + 1 :])
                if self.failed:
                    break
        finally:
            os._exit(bool(self.failed))


def _run(item: pytest.Item, others: Sequence[pytest.Item]) -> None:
    """What the next test does not need is put away."""
    following = others[0] if others else None
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Trial(), "trial")
