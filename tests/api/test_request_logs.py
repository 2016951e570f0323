import httpx
import pytest

from tests.serving import Served

Headers = dict[str, str]
LOGS = "/api/v1/core/logs/"


async def logs(
    client: httpx.AsyncClient, app: Served, admin: Headers, query: str = ""
) -> list[dict[str, object]]:
    """What the log says now; the requests so far are written first."""
    await app.runtime.logs.flush()
    answer = await client.get(f"{LOGS}{query}", headers=admin)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["data"]
    return found


async def test_a_request_is_logged_with_who_and_what(
    client: httpx.AsyncClient, app: Served, as_admin: Headers
) -> None:
    answer = await client.get(
        "/api/v1/conferences?page=1&token=abc", headers={**as_admin, "X-Request-ID": "given-1"}
    )
    assert answer.headers["x-request-id"] == "given-1"
    newest = (await logs(client, app, as_admin))[0]
    assert newest["request_id"] == "given-1"
    assert newest["method"] == "GET"
    assert newest["path"] == "/api/v1/conferences"
    assert newest["query"] == "page=1&token=***"
    assert newest["status"] == 400
    assert newest["user"] is not None
    assert newest["ip"] == "127.0.0.1"
    assert str(newest["timestamp"]).endswith("Z")


async def test_who_is_not_logged_in_has_no_name(
    client: httpx.AsyncClient, app: Served, as_admin: Headers
) -> None:
    await client.get("/api/v1/conferences/")
    newest = (await logs(client, app, as_admin))[0]
    assert (newest["status"], newest["user"]) == (401, None)


async def test_health_checks_are_left_out(
    client: httpx.AsyncClient, app: Served, as_admin: Headers
) -> None:
    await client.get("/healthz")
    paths = [entry["path"] for entry in await logs(client, app, as_admin)]
    assert "/healthz" not in paths


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ("?method=post", ["/api/v1/nowhere/"]),
        ("?status=404&method=GET", ["/api/v1/nothing/%_"]),
        ("?path=/api/v1/nothing/%25_", ["/api/v1/nothing/%_"]),
        ("?request_id=mine", ["/api/v1/nowhere/"]),
        ("?since=2100-01-01T00:00:00Z", []),
        ("?until=2001-01-01T00:00:00Z", []),
        ("?user=nobody", []),
    ],
)
async def test_filters(
    client: httpx.AsyncClient, app: Served, as_admin: Headers, query: str, paths: list[str]
) -> None:
    await client.get("/api/v1/nothing/%25_")
    await client.post("/api/v1/nowhere/", headers={"X-Request-ID": "mine"})
    found = [entry["path"] for entry in await logs(client, app, as_admin, query)]
    assert [path for path in found if path != "/api/v1/token/"] == paths


async def test_pages_are_newest_first(
    client: httpx.AsyncClient, app: Served, as_admin: Headers
) -> None:
    for number in range(3):
        await client.get(f"/api/v1/nothing/{number}/")
    found = await logs(client, app, as_admin, "?path=/api/v1/nothing&page_size=2")
    assert [entry["path"] for entry in found] == ["/api/v1/nothing/2/", "/api/v1/nothing/1/"]


async def test_only_admins_read_it(client: httpx.AsyncClient, as_organizer: Headers) -> None:
    assert (await client.get(LOGS)).status_code == 401
    assert (await client.get(LOGS, headers=as_organizer)).status_code == 403


async def test_an_unknown_filter_is_named(client: httpx.AsyncClient, as_admin: Headers) -> None:
    answer = await client.get(f"{LOGS}?colour=red", headers=as_admin)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["colour"]


async def test_paths_that_no_database_holds_are_logged_all_the_same(
    client: httpx.AsyncClient, app: Served, as_admin: Headers
) -> None:
    await client.get("/api/v1/x%00y/")
    assert "/api/v1/x�y/" in [entry["path"] for entry in await logs(client, app, as_admin)]
