"""How long to wait: longer each time before trying again, and while others are busy."""

from secrets import SystemRandom

_random = SystemRandom()
# Whoever wakes so many seconds after they wanted to has waited for others.
LATE = 0.005


def pause(failures: int, first: float, longest: float) -> float:
    """Seconds to wait after that many failures in a row (1 or more).

    Jitter takes off up to half, so that what failed together is not tried again together.
    """
    # The exponent is capped: beyond it the result is `longest` anyway.
    return min(longest, first * 3.0 ** min(failures - 1, 30)) * _random.uniform(0.5, 1.0)


def breather(last: float, *, busy: bool, shortest: float, longest: float) -> float:
    """Seconds to wait between claims: twice as long each time while the process is busy."""
    return min(2 * last, longest) if busy and longest > shortest else shortest
