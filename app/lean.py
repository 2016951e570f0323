"""Loads a library without what it takes along, and is never used here.

Some of that is optional: it is missing for a moment, as where it is not installed. Some is taken by
a package for what else is in it: the package itself waits until somebody asks it for something.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.abc import Loader
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any


@contextmanager
def without(*packages: str) -> Iterator[None]:
    """Within the block there are no such packages, for whoever has not loaded them yet."""
    missing = [package for package in packages if package not in sys.modules]
    never(*missing)
    try:
        yield
    finally:
        for package in missing:
            del sys.modules[package]


def never(*packages: str) -> None:
    """From now on there are no such packages, for whoever has not loaded them yet."""
    for package in packages:
        sys.modules.setdefault(package, None)  # type: ignore[arg-type]


@contextmanager
def only_parts_of(package: str) -> Iterator[None]:
    """Within the block, modules of a package are loaded without the package itself.

    That is loaded, once and as a whole, when somebody asks it for a name that it does not have yet.
    """
    if package in sys.modules:
        yield
        return
    spec = find_spec(package)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    hull = sys.modules[package] = module_from_spec(spec)
    try:
        yield
    except BaseException:
        del sys.modules[package]
        raise
    vars(hull)["__getattr__"] = partial(_ask, hull, spec.loader)


def _ask(hull: ModuleType, loader: Loader, name: str) -> Any:
    # Names like __wrapped__ are asked of every module by whoever looks around.
    if name.startswith("__"):
        raise AttributeError(name=name, obj=hull)
    vars(hull).pop("__getattr__", None)
    loader.exec_module(hull)
    return getattr(hull, name)
