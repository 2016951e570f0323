"""The API guide's tokens, its two spellings of every path, and its errors."""

from typing import Any

import httpx
import pytest

from tests.contract.answers import data_of, refusal_of
from tests.contract.guide import (
    ATTENDEE,
    CONFERENCE,
    LISTS,
    LOGIN,
    SESSION,
    TOKENS,
    Made,
)
from tests.shapes import differences


def slashless(path: str) -> str:
    """The same path as clients write it that leave the last slash out."""
    return path.replace("/?", "?") if "?" in path else path.rstrip("/")


class TestAuthentication:
    def test_login_answers_as_documented(self, stranger: httpx.Client) -> None:
        answer = stranger.post("/token/", json=LOGIN)
        assert answer.status_code == 200
        assert differences(TOKENS, answer.json()) == []
        assert answer.json()["status"] == "success"
        assert answer.json()["message"] == "Operation successful"

    def test_refresh_gives_an_access_token_that_works(self, stranger: httpx.Client) -> None:
        refresh = data_of(stranger.post("/token/", json=LOGIN))["refresh"]
        access = data_of(stranger.post("/token/refresh/", json={"refresh": refresh}))["access"]
        headers = {"Authorization": f"Bearer {access}"}
        data_of(stranger.get("/conferences/", headers=headers))

    def test_a_wrong_password_is_401(self, stranger: httpx.Client) -> None:
        answer = stranger.post("/token/", json=LOGIN | {"password": "your_password"})
        refusal_of(answer, 401, "bad_credentials")

    @pytest.mark.parametrize("path", LISTS)
    def test_everything_else_needs_a_token(self, stranger: httpx.Client, path: str) -> None:
        body = refusal_of(stranger.get(path), 401, "not_authenticated")
        assert list(body["errors"]) == ["detail"]

    def test_a_forged_token_is_401(self, admin: httpx.Client) -> None:
        head, claims, signature = admin.headers["Authorization"].split(".")
        forged = ".".join((head, claims, signature[::-1]))
        answer = admin.get("/conferences/", headers={"Authorization": forged})
        refusal_of(answer, 401, "invalid_token")

    def test_a_refresh_token_is_no_access_token(self, stranger: httpx.Client) -> None:
        refresh = data_of(stranger.post("/token/", json=LOGIN))["refresh"]
        headers = {"Authorization": f"Bearer {refresh}"}
        refusal_of(stranger.get("/conferences/", headers=headers), 401, "invalid_token")


class TestSlashes:
    """Paths work with the trailing slash and without it, and none redirects."""

    @pytest.mark.parametrize("path", LISTS)
    def test_reading(self, admin: httpx.Client, path: str) -> None:
        assert admin.get(path).status_code == 200
        assert admin.get(slashless(path)).status_code == 200

    def test_logging_in(self, stranger: httpx.Client) -> None:
        refresh = data_of(stranger.post("/token", json=LOGIN))["refresh"]
        data_of(stranger.post("/token/refresh", json={"refresh": refresh}))

    def test_writing(self, admin: httpx.Client, made: Made) -> None:
        conference = data_of(admin.post("/conferences", json=CONFERENCE), 201)["id"]
        place = f"/conferences/{conference}"
        data_of(admin.get(place))
        data_of(admin.put(place, json={"location": "Oakland"}))
        data_of(admin.patch(place, json={"location": "Oakland"}))
        data_of(admin.delete(place))
        registered = data_of(admin.post("/registrations", json=made.registration), 201)["id"]
        data_of(admin.post("/payments/process", json={"registration_id": registered}))


class TestErrors:
    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/token/", LOGIN),
            ("/conferences/", {key: CONFERENCE[key] for key in ("conference_name", "start_date")}),
            ("/sessions/", {key: SESSION[key] for key in ("session_name", "conference")}),
            ("/attendees/", {key: ATTENDEE[key] for key in ("attendee_name", "email")}),
            ("/registrations/", {"conference": 1}),
            ("/payments/process/", {"registration_id": 15}),
        ],
    )
    def test_each_wrong_field_is_named(
        self, admin: httpx.Client, path: str, body: dict[str, Any]
    ) -> None:
        """Objects are no strings, numbers or dates; `surprise` is no field at all."""
        wrong: dict[str, Any] = {key: {"not": "this"} for key in body} | {"surprise": 1}
        refused = refusal_of(admin.post(path, json=wrong), 400, "invalid")
        assert refused["message"] == "Validation failed"
        assert set(refused["errors"]) >= set(wrong)

    def test_what_is_not_json_is_400(self, admin: httpx.Client) -> None:
        headers = {"Content-Type": "application/json"}
        answer = admin.post("/conferences/", content=b"{", headers=headers)
        refusal_of(answer, 400, "invalid")

    @pytest.mark.parametrize("noun", ["conferences", "sessions", "attendees", "registrations"])
    @pytest.mark.parametrize("number", ["999999999", "0", "-1", "nobody", "9" * 30])
    def test_what_is_not_there_is_404(self, admin: httpx.Client, noun: str, number: str) -> None:
        body = refusal_of(admin.get(f"/{noun}/{number}/"), 404, "not_found")
        assert list(body["errors"]) == ["detail"]

    def test_what_one_may_not_do_is_403(self, stranger: httpx.Client, email: str) -> None:
        name = email.partition("@")[0]
        account = {"username": name, "email": email, "password": "StrongPass123"}
        data_of(stranger.post("/users/", json=account), 201)
        login = {"username": name, "password": "StrongPass123"}
        token = data_of(stranger.post("/token/", json=login))["access"]
        headers = {"Authorization": f"Bearer {token}"}
        for refused in (
            stranger.post("/conferences/", json=CONFERENCE, headers=headers),
            stranger.get("/core/logs/", headers=headers),
        ):
            assert list(refusal_of(refused, 403, "forbidden")["errors"]) == ["detail"]

    def test_unknown_paths_and_methods_come_in_the_envelope(self, admin: httpx.Client) -> None:
        refusal_of(admin.get("/nothing/"), 404, "not_found")
        refusal_of(admin.delete("/conferences/"), 405, "method_not_allowed")

    def test_unknown_query_parameters_are_named(self, admin: httpx.Client) -> None:
        body = refusal_of(admin.get("/conferences/?surprise=1"), 400, "invalid")
        assert list(body["errors"]) == ["surprise"]
