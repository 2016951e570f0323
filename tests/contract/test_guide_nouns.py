"""The API guide's conferences, sessions and attendees, request by request: status, shape, types."""

import httpx
import pytest

from tests.contract.answers import data_of, refusal_of
from tests.contract.conftest import created
from tests.contract.guide import ATTENDEE, CONFERENCE, SESSION, Made
from tests.shapes import differences


class TestConferences:
    def test_create(self, admin: httpx.Client) -> None:
        shown = data_of(admin.post("/conferences/", json=CONFERENCE), 201)
        assert differences(CONFERENCE | {"id": 1}, shown) == []
        assert shown | CONFERENCE == shown

    def test_details_and_lists(self, admin: httpx.Client, made: Made) -> None:
        shown = data_of(admin.get(f"/conferences/{made.conference}/"))
        assert shown | CONFERENCE == shown
        everything = data_of(admin.get("/conferences/"))
        assert shown in everything
        assert differences([CONFERENCE | {"id": 1}], everything) == []

    def test_upcoming_is_what_is_still_to_come(self, admin: httpx.Client) -> None:
        future = {"start_date": "2099-09-01", "end_date": "2099-09-03"}
        past = {"start_date": "2001-09-01", "end_date": "2001-09-03"}
        to_come = created(admin, "/conferences/", CONFERENCE | future)
        gone = created(admin, "/conferences/", CONFERENCE | past)
        ids = {item["id"] for item in data_of(admin.get("/conferences/upcoming/"))}
        assert to_come in ids
        assert gone not in ids

    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    def test_update_takes_any_part(self, admin: httpx.Client, made: Made, method: str) -> None:
        changed = {"location": "Oakland"}
        shown = data_of(admin.request(method, f"/conferences/{made.conference}/", json=changed))
        assert shown | CONFERENCE | changed == shown

    def test_delete_is_200_and_then_it_is_gone(self, admin: httpx.Client, made: Made) -> None:
        path = f"/conferences/{made.conference}/"
        assert data_of(admin.delete(path)) is None
        refusal_of(admin.get(path), 404, "not_found")
        refusal_of(admin.get(f"/sessions/{made.session}/"), 404, "not_found")
        ids = {item["id"] for item in data_of(admin.get("/conferences/"))}
        assert made.conference not in ids


class TestSessions:
    def test_create(self, admin: httpx.Client, made: Made) -> None:
        shown = data_of(admin.get(f"/sessions/{made.session}/"))
        documented = SESSION | {"conference": made.conference}
        assert differences(documented | {"id": 1}, shown) == []
        assert shown | documented == shown

    def test_without_a_limit(self, admin: httpx.Client, made: Made) -> None:
        later = {"start_time": "2026-09-02T09:00:00Z", "end_time": "2026-09-02T10:00:00Z"}
        body = SESSION | later | {"conference": made.conference, "max_attendees": None}
        assert data_of(admin.post("/sessions/", json=body), 201)["max_attendees"] is None

    def test_list(self, admin: httpx.Client, made: Made) -> None:
        everything = data_of(admin.get("/sessions/"))
        assert made.session in {item["id"] for item in everything}
        limited = [item for item in everything if item["max_attendees"] is not None]
        assert differences([SESSION | {"id": 1}], limited) == []

    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    def test_update_takes_any_part(self, admin: httpx.Client, made: Made, method: str) -> None:
        changed = {"max_attendees": 600, "price": 49.5}
        shown = data_of(admin.request(method, f"/sessions/{made.session}/", json=changed))
        assert shown | SESSION | {"conference": made.conference} | changed == shown

    def test_delete_is_200_and_then_it_is_gone(self, admin: httpx.Client, made: Made) -> None:
        path = f"/sessions/{made.session}/"
        assert data_of(admin.delete(path)) is None
        refusal_of(admin.get(path), 404, "not_found")

    def test_start_must_be_before_end(self, admin: httpx.Client, made: Made) -> None:
        backwards = {"start_time": "2026-09-01T12:00:00Z", "end_time": "2026-09-01T11:00:00Z"}
        answer = admin.post(
            "/sessions/", json=SESSION | backwards | {"conference": made.conference}
        )
        body = refusal_of(answer, 400, "invalid_period")
        assert body["message"] == "Validation failed"
        assert list(body["errors"]) == ["end_time"]

    def test_sessions_cannot_overlap(self, admin: httpx.Client, made: Made) -> None:
        answer = admin.post("/sessions/", json=SESSION | {"conference": made.conference})
        body = refusal_of(answer, 409, "session_overlap")
        assert body["conflicts_with"] == {
            "kind": "session",
            "id": made.session,
            "name": SESSION["session_name"],
        }

    def test_touching_ends_are_fine(self, admin: httpx.Client, made: Made) -> None:
        next_one = {"start_time": SESSION["end_time"], "end_time": "2026-09-01T11:00:00Z"}
        created(admin, "/sessions/", SESSION | next_one | {"conference": made.conference})


class TestAttendees:
    def test_create(self, admin: httpx.Client, email: str) -> None:
        shown = data_of(admin.post("/attendees/", json=ATTENDEE | {"email": email}), 201)
        assert differences(ATTENDEE | {"id": 1}, shown) == []
        assert shown | ATTENDEE | {"email": email} == shown

    def test_details_and_list(self, admin: httpx.Client, made: Made) -> None:
        shown = data_of(admin.get(f"/attendees/{made.attendee}/"))
        everything = data_of(admin.get("/attendees/"))
        assert shown in everything
        assert differences([ATTENDEE | {"id": 1}], everything) == []

    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    def test_update_takes_any_part(
        self, admin: httpx.Client, made: Made, email: str, method: str
    ) -> None:
        changed = {"organization": "Innovate Labs"}
        shown = data_of(admin.request(method, f"/attendees/{made.attendee}/", json=changed))
        assert shown | ATTENDEE | {"email": email} | changed == shown

    def test_delete_is_200_and_then_it_is_gone(self, admin: httpx.Client, made: Made) -> None:
        path = f"/attendees/{made.attendee}/"
        assert data_of(admin.delete(path)) is None
        refusal_of(admin.get(path), 404, "not_found")

    @pytest.mark.usefixtures("made")
    def test_an_address_belongs_to_one(self, admin: httpx.Client, email: str) -> None:
        answer = admin.post("/attendees/", json=ATTENDEE | {"email": email.upper()})
        assert list(refusal_of(answer, 409, "email_taken")["errors"]) == ["email"]

    def test_recommendations(self, admin: httpx.Client, made: Made) -> None:
        path = f"/attendees/{made.attendee}/recommendations/"
        shown = data_of(admin.get(f"{path}?email=true"))
        assert isinstance(shown, list)
        for session in shown:
            assert differences({"id": 1, "session_name": "…", "reasons": []}, session) == []
        again = admin.get(f"{path}?email=true").json()["message"]
        assert again != "Operation successful", "a second mail on one day is not sent, and says so"
