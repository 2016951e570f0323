"""Has the C library give back what is not used any more, and the collector look where it helps."""

import ctypes
import gc
from contextlib import suppress

_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_ARENAS = 1
# More than are made until a server serves: until then there is hardly any garbage.
_LOADED_AT_ONCE = 1_000_000
_GARBAGE_THRESHOLDS = (10_000, 20, 50)


def give_back() -> None:
    """Have glibc return at once what a password hash took, and all threads share one heap.

    By itself it gives each thread a heap of its own, which keeps what was freed in it. Few allocate
    at the same time here. To be called before there are threads.
    """
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, 1024 * 1024)
        libc.mallopt(_M_ARENA_MAX, _ARENAS)


def expect_much() -> None:
    """What is loaded from now on stays: nobody looks through it again and again while it grows.

    That would be a sixth of what the start of a server takes. To be ended by `keep_what_stands`.
    """
    gc.set_threshold(_LOADED_AT_ONCE)


def keep_what_stands() -> None:
    """What stands now stands until the end: the collector need not look through it again.

    Every full look at it would stop all requests for tens of milliseconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
