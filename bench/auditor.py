"""The auditor, asked as anybody asks it."""

import asyncio
import os
import sys
from collections.abc import Mapping


async def broken(environment: Mapping[str, str]) -> str:
    """What it finds in the database of these PLENARY_ variables; nothing where all is kept.

    Asked when nothing is at work there any more.
    """
    auditor = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli", "audit", "--settled"),
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await auditor.communicate()
    if not auditor.returncode:
        return ""
    return said.decode(errors="replace") or f"the auditor ended with {auditor.returncode}"
