"""Has the C library give back what is not used any more."""

import ctypes
from contextlib import suppress

_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_ARENAS = 1


def give_back() -> None:
    """Have glibc return at once what a password hash took, and all threads share one heap.

    By itself it gives each thread a heap of its own, which keeps what was freed in it. Few allocate
    at the same time here. To be called before there are threads.
    """
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, 1024 * 1024)
        libc.mallopt(_M_ARENA_MAX, _ARENAS)
