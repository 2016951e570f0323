"""Loads a library without what it takes along whenever that is installed, and is never used here.

Such a part is found by trying: it is missing for a moment, as where it is not installed.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(package: str) -> Iterator[None]:
    """Within the block there is no such package, for whoever has not loaded it yet."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]
