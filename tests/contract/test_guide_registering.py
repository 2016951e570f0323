"""The API guide's registrations, payments, reports, search and logs, request by request."""

import time

import httpx
import pytest

from tests.contract.answers import data_of, refusal_of
from tests.contract.conftest import created
from tests.contract.guide import (
    ATTENDEE,
    CONFERENCE,
    CONFERENCE_ROW,
    LOG_ROW,
    SESSION,
    SESSION_ROW,
    Made,
)
from tests.shapes import differences


class TestRegistrations:
    def test_create(self, admin: httpx.Client, made: Made) -> None:
        shown = data_of(admin.post("/registrations/", json=made.registration), 201)
        assert differences(made.registration | {"id": 1, "status": "confirmed"}, shown) == []
        assert shown | made.registration == shown

    def test_details_and_list(self, admin: httpx.Client, registration: int) -> None:
        shown = data_of(admin.get(f"/registrations/{registration}/"))
        assert shown in data_of(admin.get("/registrations/"))

    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    def test_update_moves_to_another_session(
        self, admin: httpx.Client, made: Made, registration: int, method: str
    ) -> None:
        later = {"start_time": "2026-09-02T09:00:00Z", "end_time": "2026-09-02T10:00:00Z"}
        other = created(admin, "/sessions/", SESSION | later | {"conference": made.conference})
        path = f"/registrations/{registration}/"
        shown = data_of(admin.request(method, path, json={"session": other}))
        assert shown | made.registration | {"session": other} == shown
        data_of(admin.request(method, path, json=made.registration))

    def test_delete_frees_the_seat(
        self, admin: httpx.Client, made: Made, registration: int
    ) -> None:
        path = f"/registrations/{registration}/"
        assert data_of(admin.delete(path)) is None
        assert data_of(admin.get(path))["status"] == "cancelled"
        ids = {item["id"] for item in data_of(admin.get("/registrations/"))}
        assert registration not in ids
        data_of(admin.post("/registrations/", json=made.registration), 201)

    @pytest.mark.usefixtures("registration")
    def test_twice_is_refused(self, admin: httpx.Client, made: Made) -> None:
        answer = admin.post("/registrations/", json=made.registration)
        refusal_of(answer, 409, "already_registered")

    @pytest.mark.usefixtures("registration")
    def test_a_full_session_is_refused(self, admin: httpx.Client, made: Made, email: str) -> None:
        data_of(admin.put(f"/sessions/{made.session}/", json={"max_attendees": 1}))
        other = created(admin, "/attendees/", ATTENDEE | {"email": f"second.{email}"})
        answer = admin.post("/registrations/", json=made.registration | {"attendee": other})
        assert list(refusal_of(answer, 409, "session_full")["errors"]) == ["session"]

    @pytest.mark.usefixtures("registration")
    def test_a_clashing_schedule_is_refused_across_conferences(
        self, admin: httpx.Client, made: Made
    ) -> None:
        elsewhere = created(admin, "/conferences/", CONFERENCE)
        other = created(admin, "/sessions/", SESSION | {"conference": elsewhere})
        body = {"conference": elsewhere, "session": other, "attendee": made.attendee}
        refused = refusal_of(admin.post("/registrations/", json=body), 409, "schedule_conflict")
        assert refused["conflicts_with"]["id"] == made.session

    def test_a_session_of_another_conference_is_400(self, admin: httpx.Client, made: Made) -> None:
        elsewhere = created(admin, "/conferences/", CONFERENCE)
        answer = admin.post("/registrations/", json=made.registration | {"conference": elsewhere})
        assert list(refusal_of(answer, 400, "session_not_in_conference")["errors"]) == ["session"]


class TestPayments:
    def test_process_says_paid_or_failed(self, admin: httpx.Client, registration: int) -> None:
        answer = admin.post("/payments/process/", json={"registration_id": registration})
        assert data_of(answer)["status"] in ("Paid", "Failed")
        assert ("Paid" in answer.text) != ("Failed" in answer.text)

    def test_nobody_pays_twice(self, admin: httpx.Client, registration: int) -> None:
        body = {"registration_id": registration}
        while data_of(admin.post("/payments/process/", json=body))["status"] != "Paid":
            """Four of five succeed."""
        refusal_of(admin.post("/payments/process/", json=body), 409, "already_paid")

    def test_an_unknown_registration_is_404(self, admin: httpx.Client) -> None:
        answer = admin.post("/payments/process/", json={"registration_id": 10**9})
        refusal_of(answer, 404, "not_found")


class TestReportsSearchAndLogs:
    @pytest.mark.parametrize(
        ("word", "shelf"),
        [
            ("SUMMIT", "conferences"),
            ("global", "conferences"),
            ("keyn", "sessions"),
            ("jane", "sessions"),
        ],
    )
    @pytest.mark.usefixtures("made")
    def test_search_finds_names_descriptions_and_speakers(
        self, admin: httpx.Client, word: str, shelf: str
    ) -> None:
        found = data_of(admin.get("/search/", params={"q": word}))
        assert sorted(found) == ["conferences", "sessions"]
        assert found[shelf]

    def test_an_empty_search_is_400(self, admin: httpx.Client) -> None:
        assert list(refusal_of(admin.get("/search/?q="), 400, "invalid")["errors"]) == ["q"]

    @pytest.mark.usefixtures("registration")
    def test_conference_report(self, admin: httpx.Client) -> None:
        rows = data_of(admin.get("/reports/conferences/"))
        assert differences([CONFERENCE_ROW], rows) == []
        assert any(row | CONFERENCE_ROW == row for row in rows)

    @pytest.mark.usefixtures("registration")
    def test_session_report(self, admin: httpx.Client) -> None:
        rows = data_of(admin.get("/reports/sessions/"))
        assert differences([SESSION_ROW], rows) == []
        wanted = SESSION_ROW | {"remaining_capacity": 499}
        assert any(row | wanted == row for row in rows)

    def test_revenue_counts_what_is_paid(self, admin: httpx.Client, made: Made) -> None:
        data_of(admin.put(f"/sessions/{made.session}/", json={"price": 20}))
        paid = {"registration_id": created(admin, "/registrations/", made.registration)}
        while data_of(admin.post("/payments/process/", json=paid))["status"] != "Paid":
            """Four of five succeed."""
        rows = data_of(admin.get("/reports/sessions/"))
        assert any(row["revenue"] == 20 for row in rows)

    def test_logs_show_a_request_within_two_seconds(self, admin: httpx.Client) -> None:
        admin.get("/search/?q=logged")
        deadline = time.monotonic() + 2
        while True:
            rows = data_of(admin.get("/core/logs/?path=/api/v1/search/"))
            if any(row["query"] == "q=logged" for row in rows):
                break
            assert time.monotonic() < deadline, "the request is not in the log"
            time.sleep(0.1)
        assert differences([LOG_ROW], rows) == []
        assert rows[0]["user"] == "admin"
