import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not `tmp_path`: other users, such as that of the database, are shut out of where that is."""
    made = Path(tempfile.mkdtemp(prefix="plenary-torture-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)
