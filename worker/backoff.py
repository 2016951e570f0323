"""How long to wait before trying again: three times longer each time, with jitter."""

from secrets import SystemRandom

_random = SystemRandom()


def pause(failures: int, first: float, longest: float) -> float:
    """Seconds to wait after that many failures in a row (1 or more).

    Jitter takes off up to half, so that what failed together is not tried again together.
    """
    # The exponent is capped: beyond it the result is `longest` anyway.
    return min(longest, first * 3.0 ** min(failures - 1, 30)) * _random.uniform(0.5, 1.0)
