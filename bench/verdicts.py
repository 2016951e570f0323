"""What is to be reached, and whether it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.report import Series, columns
from bench.rounds import ALONE, HOT, PAIR, RIVAL
from bench.workloads import NOOP

# Of what the endpoint that does nothing answers in the same time.
OF_NOOP = {
    HOT: 0.7,
    "spread": 0.35,
    "check-in": 0.4,
    "list": 0.6,
    "detail": 0.6,
    "public-list": 0.6,
    "public-detail": 0.6,
    "unchanged-list": 0.9,
    "unchanged-detail": 0.9,
}
PAIR_P99_MS = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A bar and the figure that is held against it; the ratio where the bar is one."""

    work: str
    bar: str
    figure: str
    holds: bool
    ratio: float | None = None


def of_rounds(series: Sequence[Series]) -> Iterator[Verdict]:
    """Of those that were measured."""
    measured = {one.name: one for one in series if one.rounds}
    for name, bar in OF_NOOP.items():
        if name in measured and NOOP in measured:
            one = measured[name]
            yield _at_least(one, bar, median(one.ratios), NOOP)
    if HOT in measured and RIVAL in measured:
        ratio = _ratio(measured, HOT, RIVAL)
        yield _at_least(measured[HOT], 1.0, ratio, f"pgbench ({measured[RIVAL].rate:,.0f}/s)")
    if PAIR in measured and ALONE in measured:
        pair = measured[PAIR]
        ratio = _ratio(measured, PAIR, ALONE)
        yield _at_least(pair, 1.0, ratio, f"one process ({measured[ALONE].rate:,.0f}/s)")
        yield at_most(f"{pair.title}, p99", pair.p99, PAIR_P99_MS, "ms")


def at_most(work: str, figure: float, bar: float, unit: str) -> Verdict:
    return Verdict(
        work=work,
        bar=f"≤ {bar:,.4g} {unit}",
        figure=f"{figure:,.3g} {unit}",
        holds=figure <= bar,
    )


def at_least(work: str, figure: float, bar: float, unit: str) -> Verdict:
    return Verdict(
        work=work,
        bar=f"≥ {bar:,.0f}{unit}",
        figure=f"{figure:,.0f}{unit}",
        holds=figure >= bar,
    )


def table(verdicts: Sequence[Verdict]) -> str:
    """One line per bar."""
    lines = [
        (
            one.work,
            one.bar,
            one.figure,
            "" if one.ratio is None else f"{one.ratio:.2f}",
            "reached" if one.holds else "MISSED",
        )
        for one in verdicts
    ]
    return columns([("work", "bar", "figure", "ratio", "verdict"), *lines])


def _at_least(one: Series, bar: float, ratio: float, of: str) -> Verdict:
    return Verdict(
        work=one.title,
        bar=f"≥ {bar:g} × {of}",
        figure=f"{one.rate:,.0f}/s",
        ratio=round(ratio, 3),
        holds=ratio >= bar,
    )


def _ratio(measured: Mapping[str, Series], one: str, other: str) -> float:
    """Round by round, so that drift cancels out."""
    rounds = zip(measured[one].rounds, measured[other].rounds, strict=True)
    return median(mine.rate / theirs.rate for mine, theirs in rounds)
