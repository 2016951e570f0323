import hashlib
import re
from pathlib import Path

import httpx
import pytest

from app.routers.documentation import ASSETS

DOCS = ASSETS / "docs"


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
async def test_pages_load_nothing_from_elsewhere(client: httpx.AsyncClient, page: str) -> None:
    answer = await client.get(page)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    loaded = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert loaded
    for path in loaded:
        assert path.startswith("/static/docs/")
        assert (await client.get(path)).status_code == 200


async def test_the_root_leads_to_the_documentation(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/docs")


async def test_the_document_is_served(client: httpx.AsyncClient) -> None:
    answer = await client.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["info"]["title"] == "Plenary"
    assert "/api/v1/token/" in answer.json()["paths"]


def test_vendored_files_are_those_that_were_reviewed() -> None:
    lines = (DOCS / "SHA256SUMS").read_text().splitlines()
    kept = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    there = {str(path.relative_to(DOCS)): _digest(path) for path in DOCS.glob("*/*")}
    assert there == kept


@pytest.mark.parametrize("host", ["cdn.redoc", "otel.cloud", "jsdelivr", "unpkg", "googleapis"])
def test_vendored_files_name_no_host_to_load_from(host: str) -> None:
    naming = [path.name for path in DOCS.glob("*/*.*s") if host in path.read_text()]
    assert naming == []


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
