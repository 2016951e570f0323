import asyncio

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


def asked(method: str, path: str, headers: Headers) -> dict[str, object]:
    """What a server tells of a request."""
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
    }


class Leaving:
    """A client that sends a part of its request, and hangs up: a server sends it nothing more."""

    def __init__(self, *parts: dict[str, object], stays: float = 0.0) -> None:
        self._parts = list(parts)
        self._stays = stays
        self.sent: list[object] = []

    async def receive(self) -> dict[str, object]:
        if self._parts:
            return self._parts.pop(0)
        await asyncio.sleep(self._stays)
        return {"type": "http.disconnect"}

    async def send(self, message: object) -> None:
        self.sent.append(message)


async def test_who_hangs_up_in_the_midst_of_asking_is_no_error(
    client: httpx.AsyncClient,
    app: Served,
    as_admin: Headers,
    caplog: pytest.LogCaptureFixture,
) -> None:
    begun = {"type": "http.request", "body": b"{", "more_body": True}
    headers = as_admin | {"Idempotency-Key": "one", "Content-Length": "9"}
    headers |= {"Content-Type": "application/json"}
    # FastAPI reads the body of most routes and takes a part for a malformed whole.
    for path, status in (("/api/v1/payments/callback/", 499), ("/api/v1/attendees/", 400)):
        leaving = Leaving(begun)
        await app(asked("POST", path, headers), leaving.receive, leaving.send)
        newest = (await logs(client, app, as_admin))[0]
        assert (newest["path"], newest["status"]) == (path, status)
    assert "unexpected" not in caplog.text


async def test_who_hangs_up_before_an_answer_begins_is_gone(
    client: httpx.AsyncClient,
    app: Served,
    as_admin: Headers,
    caplog: pytest.LogCaptureFixture,
) -> None:
    leaving = Leaving({"type": "http.request", "body": b"", "more_body": False})
    path = "/api/v1/exports/attendees.xlsx"
    await app(asked("GET", path, as_admin), leaving.receive, leaving.send)
    newest = (await logs(client, app, as_admin))[0]
    assert (newest["path"], newest["status"], leaving.sent) == (path, 499, [])
    assert caplog.records == []


async def test_who_hangs_up_during_an_answer_got_what_was_begun(
    client: httpx.AsyncClient, app: Served, as_admin: Headers
) -> None:
    whole = {"type": "http.request", "body": b"", "more_body": False}
    leaving = Leaving(whole, stays=5.0)
    path = "/api/v1/exports/attendees.csv"
    await app(asked("GET", path, as_admin), leaving.receive, leaving.send)
    newest = (await logs(client, app, as_admin))[0]
    assert (newest["path"], newest["status"]) == (path, 200)
