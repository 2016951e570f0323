"""A server has in memory what it uses."""

import subprocess
import sys

# Each is large, and comes with the first who needs it: a payment, a picture, a ticket, an admin.
SELDOM = {
    "PIL",
    "aiosmtplib",
    "alembic",
    "arq",
    "click",
    "cryptography",
    "fpdf",
    "httpx",
    "icalendar",
    "multiprocessing",
    "pydantic.v1",
    "redis",
    "rich",
    "rsa",
    "sqlalchemy.orm",
    "starlette_admin",
    "xlsxwriter",
}


def loaded_with(module: str) -> set[str]:
    """The modules that are there once a module is imported in a fresh process."""
    program = f"import sys, {module}; print(*(name for name, it in sys.modules.items() if it))"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


def test_what_a_server_seldom_needs_is_not_loaded_with_it() -> None:
    assert loaded_with("app.serving") & SELDOM == set()


def test_what_is_kept_out_of_one_library_is_there_for_others() -> None:
    assert {"cryptography", "rich"} <= loaded_with(
        "app.security, app.telemetry, cryptography.x509, rich.console"
    )


def test_a_package_of_which_parts_are_loaded_is_there_as_a_whole_for_whoever_asks() -> None:
    program = (
        "from app.alchemy import AsyncEngine; from app.serving import Uvicorn;"
        " from sqlalchemy.ext import asyncio; import uvicorn;"
        " assert asyncio.AsyncEngine is AsyncEngine and asyncio.AsyncSession;"
        " assert uvicorn.Server is Uvicorn and callable(uvicorn.run);"
        " assert not hasattr(uvicorn, 'nothing')"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
