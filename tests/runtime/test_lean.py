"""A server has in memory what it uses."""

import subprocess
import sys

# Each is large, and comes with the first who needs it: a payment, a picture, a ticket, an admin.
SELDOM = {
    "PIL",
    "aiosmtplib",
    "alembic",
    "arq",
    "cryptography",
    "fpdf",
    "httpx",
    "icalendar",
    "redis",
    "rich",
    "rsa",
    "starlette_admin",
    "xlsxwriter",
}


def loaded_with(module: str) -> set[str]:
    """The packages that are there once a module is imported in a fresh process."""
    program = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
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
