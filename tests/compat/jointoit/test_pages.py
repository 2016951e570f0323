"""Seed 004, API Documentation: the pages are where the document says, and need no network."""

import re

import httpx
import pytest


@pytest.mark.parametrize("page", ["docs", "redoc"])
async def test_the_documented_pages(api: httpx.AsyncClient, page: str, slash: str) -> None:
    answer = await api.get(f"/api/{page}{slash}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert 'data-document="/compat/jointoit/openapi.json"' in answer.text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert loaded
    assert all(path.startswith("/static/docs/") for path in loaded)
    assert (await api.get(f"/{page}{slash}")).text == answer.text


async def test_every_documented_path_is_served(api: httpx.AsyncClient) -> None:
    paths = (await api.get("/openapi.json")).json()["paths"]
    served = {f"{method.upper()} {path}" for path, item in paths.items() for method in item}
    assert served >= {
        "POST /api/auth/register/",
        "POST /api/auth/login/",
        "POST /api/auth/token/refresh/",
        "GET /api/auth/profile/",
        "PUT /api/auth/profile/update/",
        "POST /api/auth/change-password/",
        "GET /api/events/",
        "POST /api/events/",
        "GET /api/events/{id}/",
        "PUT /api/events/{id}/",
        "PATCH /api/events/{id}/",
        "DELETE /api/events/{id}/",
        "GET /api/events/upcoming/",
        "GET /api/events/my_events/",
        "POST /api/events/{id}/register/",
        "POST /api/events/{id}/unregister/",
        "GET /api/events/{id}/attendees/",
        "GET /api/my-registrations/",
        "GET /api/my-registrations/active/",
        "GET /api/my-registrations/past/",
    }
