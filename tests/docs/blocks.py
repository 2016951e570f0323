"""The code blocks of a Markdown file, and what happens when somebody pastes them."""

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SECONDS = 120
_END = "---- the end of block"


class Block(NamedTuple):
    language: str
    text: str


def blocks(path: str) -> list[Block]:
    """All fenced blocks of a file of the project, in order."""
    return [Block(*found) for found in _BLOCK.findall((ROOT / path).read_text())]


def pasted(commands: list[str], url: str, directory: Path) -> list[str]:
    """What each block prints, pasted one after the other into one shell; none may fail."""
    script = "".join(f"{text}\necho; echo '{_END}'\n" for text in commands)
    # What Plenary prints at its start; a test's server listens elsewhere.
    script = script.replace("http://127.0.0.1:8000", url)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return [printed.strip() for printed in done.stdout.split(_END)[:-1]]
