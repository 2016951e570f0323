"""`plenary audit`, asked as anybody would ask it: as a command, of a database."""

import asyncio
import os
import sys
from typing import Any

_AUDIT_SECONDS = 120.0


async def audit(url: str, secret: str, *, settled: bool = False) -> tuple[str, list[str]]:
    """How it ended, and what it found."""
    inherited: dict[str, Any] = {k: v for k, v in os.environ.items() if k[:8] != "PLENARY_"}
    asked = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app.cli",
        "audit",
        *(("--settled",) if settled else ()),
        env=inherited | {"PLENARY_DATABASE_URL": url, "PLENARY_SECRET_KEY": secret},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(_AUDIT_SECONDS):
            said, _ = await asked.communicate()
    except TimeoutError:
        asked.kill()
        return "did not end", ["plenary audit did not end"]
    ended = f"ended with {asked.returncode}"
    if not asked.returncode:
        return ended, []
    return ended, [f"plenary audit {ended}: {said.decode(errors='replace').strip()[-2000:]}"]
