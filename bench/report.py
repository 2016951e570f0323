"""What was measured, as a table for people and as JSON for programs."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any

from bench.client import Round
from bench.data import Check


@dataclass(slots=True, kw_only=True)
class Series:
    """The rounds of one workload; `ratios` are to the noop rounds before and after each."""

    name: str
    title: str
    clients: int
    # The sessions that fill up, for the recount.
    fills: range | None = None
    rounds: list[Round] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0
    _warm_ups: list[Round] = field(default_factory=list)

    def add(self, measured: Round, cpu_seconds: float) -> None:
        self.rounds.append(measured)
        self.cpu_seconds += cpu_seconds

    def warm_up(self, measured: Round) -> None:
        """Not measured, but what it registered is counted in the end."""
        self._warm_ups.append(measured)

    @property
    def answered(self) -> int:
        return sum(measured.answered for measured in self.rounds)

    @property
    def acknowledged(self) -> int:
        """How often the server said yes, the warm-up included."""
        return sum(measured.statuses[measured.expected] for measured in self._all)

    @property
    def errors(self) -> int:
        return sum(measured.errors for measured in self._all)

    @property
    def sample(self) -> str:
        """The first answer that was not as expected."""
        return next((measured.sample for measured in self._all if measured.sample), "")

    @property
    def rate(self) -> float:
        return median(measured.rate for measured in self.rounds)

    @property
    def p99(self) -> float:
        """Milliseconds."""
        return self._cuts[98]

    @property
    def _all(self) -> list[Round]:
        return [*self._warm_ups, *self.rounds]

    @property
    def _cuts(self) -> Sequence[float]:
        times = [time for measured in self.rounds for time in measured.milliseconds]
        return quantiles(times, n=100) if len(times) > 1 else [0.0] * 99

    def summary(self) -> dict[str, Any]:
        rates = [measured.rate for measured in self.rounds]
        cuts = self._cuts
        return {
            "name": self.name,
            "title": self.title,
            "clients": self.clients,
            "per_second": {
                "median": round(self.rate, 1),
                "min": round(min(rates), 1),
                "max": round(max(rates), 1),
            },
            "milliseconds": {"p50": round(cuts[49], 2), "p99": round(cuts[98], 2)},
            "server_cpu_us": round(self.cpu_seconds / max(1, self.answered) * 1e6, 1),
            "of_noop": round(median(self.ratios), 3) if self.ratios else None,
            "requests": self.answered,
            "errors": self.errors,
        }


def set_ratios(noop: Sequence[Round], series: Iterable[Series]) -> None:
    """Compare each round to the noop rounds on both its sides, so that drift cancels out.

    A noop round precedes each round of each series, and one more ends the whole.
    """
    measured = list(series)
    for place, one in enumerate(measured):
        for turn, got in enumerate(one.rounds):
            before = turn * len(measured) + place
            one.ratios.append(got.rate / mean(beside.rate for beside in noop[before : before + 2]))


def machine(database: dict[str, str]) -> dict[str, Any]:
    """Where this was measured."""
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "postgres": database,
    }


def table(series: Iterable[Series]) -> str:
    """One line per workload."""
    head = (
        "workload",
        "clients",
        "req/s",
        "(min–max)",
        "p50 ms",
        "p99 ms",
        "CPU µs",
        "of noop",
        "errors",
    )
    return columns([head, *(_cells(one.summary()) for one in series)])


def columns(lines: Sequence[Sequence[str]]) -> str:
    """The first to the left, the others to the right."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def sentence(check: Check) -> str:
    """What the recount of sessions says."""
    verdict = "ok" if check.holds else "WRONG"
    return (
        f"{verdict}: {check.workload}: {check.acknowledged:,} acknowledged, {check.live:,} live"
        f" registrations, {check.counted:,} seats taken, {check.wrong_sessions} sessions miscounted"
    )


def _cells(summary: dict[str, Any]) -> tuple[str, ...]:
    rate, times = summary["per_second"], summary["milliseconds"]
    ratio = summary["of_noop"]
    return (
        summary["title"],
        str(summary["clients"]),
        f"{rate['median']:,.0f}",
        f"({rate['min']:,.0f}–{rate['max']:,.0f})",
        f"{times['p50']:.1f}",
        f"{times['p99']:.1f}",
        f"{summary['server_cpu_us']:,.0f}",
        "" if ratio is None else f"{ratio:.2f}",
        str(summary["errors"]),
    )


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(named, platform.processor())
