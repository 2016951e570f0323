"""Loads a library without what it takes along whenever that is installed, and is never used here.

Such a part is found by trying: it is missing for a moment, as where it is not installed.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(*packages: str) -> Iterator[None]:
    """Within the block there are no such packages, for whoever has not loaded them yet."""
    missing = [package for package in packages if package not in sys.modules]
    for package in missing:
        sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for package in missing:
            del sys.modules[package]
