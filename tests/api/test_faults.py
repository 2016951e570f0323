"""What is malformed is told in words: no patterns, no names of a programming language."""

import re
from typing import Annotated, Any, Literal

import httpx
import pytest
from pydantic import BaseModel, Field, ValidationError

from app.domain.conferences import Visibility
from app.routers.faults import by_field
from app.routers.fields import Currency, Day, Email, Instant, Name, Slug, Username
from app.routers.v1.check_in_models import DeviceTime, Nonce
from app.routers.v1.listing import orderable
from tests.factories import Units, a_user, login

BARE = re.compile(r"[\^$\\\[\]{}']|\bpk\b|\b(pattern|regex|Input|String|None|True|Enum)\b")


class Everything(BaseModel):
    currency: Currency = ""
    day: Day | None = None
    email: Email = ""
    instant: Instant | None = None
    name: Name = ""
    nonce: Nonce = ""
    ordering: Annotated[str, orderable("name", "created_at")] = ""
    relevant: Annotated[str, orderable("start_date", alone="relevance")] = ""
    role: Literal["attendee", "organizer"] = "attendee"
    scanned: DeviceTime | None = None
    slug: Slug = ""
    sorted: Literal["price", "-price", "start", "-start"] = "price"
    type: Literal["payment.settled"] = "payment.settled"
    username: Username = ""
    valid: Literal[True] = True
    visibility: Visibility = Visibility.PUBLIC
    whole: Annotated[list[int], Field(max_length=2)] = []
    some: Annotated[list[int], Field(min_length=2)] = []
    none: Annotated[str, Field(max_length=0)] = ""
    size: Annotated[int, Field(ge=1, le=9)] = 1


def said(field: str, value: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        Everything.model_validate({field: value})
    faults = [fault | {"loc": ("body", *fault["loc"])} for fault in refused.value.errors()]
    [message] = by_field(faults)[field]
    return message


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("currency", "usd", "Three capital letters are required, as in USD."),
        ("day", "2024-13-01", "This is no day of the calendar."),
        ("day", "2027-02-30", "This is no day of the calendar."),
        ("day", "0000-01-01", "This is no day of the calendar."),
        ("day", "tomorrow", "This must be a date in the form YYYY-MM-DD."),
        ("day", "1999-12-31", "This must lie within the years 2000 to 2100."),
        ("instant", "2027-02-30T10:00:00Z", "This is no day of the calendar."),
        ("instant", "2027-02-03T25:00:00Z", "This is no time of day, or its offset is none."),
        ("instant", "2027-02-03T10:00:00+99:00", "This is no time of day, or its offset is none."),
        ("scanned", "2027-13-03T10:00:00Z", "This is no day of the calendar."),
        ("email", "x", "This is no e-mail address, such as ada@example.org."),
        ("email", "ada@nowhere", "This is no e-mail address, such as ada@example.org."),
        ("email", "", "This field may not be blank."),
        ("name", "x" * 201, "At most 200 characters are allowed."),
        ("nonce", "a b", "1 to 100 printable ASCII characters without spaces are required."),
        ("ordering", "bogus", "Choose from name, created_at; - before one for descending."),
        (
            "relevant",
            "-relevance",
            "Choose from relevance, start_date; - before one for descending.",
        ),
        ("sorted", "bogus", "Choose from price, start; - before one for descending."),
        ("role", "admin", "Choose from attendee, organizer."),
        ("visibility", "secret", "Choose from public, private."),
        ("type", "other", "This must be payment.settled."),
        ("valid", False, "This must be true."),
        ("slug", "Not One", "Lower-case letters and digits only, with single hyphens between."),
        ("username", "a b", "Letters, digits and @ . + - _ only."),
        ("whole", [1, 2, 3], "At most 2 items are allowed."),
        ("some", [1], "At least 2 items are required."),
        ("none", "x", "This must be empty."),
        ("size", 10, "This must be less than or equal to 9."),
    ],
)
def test_what_is_wrong_is_said_in_words(field: str, value: Any, message: str) -> None:
    assert said(field, value) == message
    assert BARE.search(message) is None


LISTS = [
    "attendees/",
    "certificates/",
    "conferences/",
    "invoices/",
    "notifications/",
    "payments/",
    "public/conferences/",
    "registrations/",
    "registrations/mine/",
    "reviews/",
    "sessions/",
]


@pytest.mark.parametrize("path", LISTS)
async def test_every_list_names_its_orders(
    client: httpx.AsyncClient, uow: Units, path: str
) -> None:
    headers = await login(client, await a_user(uow))
    answer = await client.get(f"/api/v1/{path}?ordering=bogus", headers=headers)
    assert answer.status_code == 400
    [message] = answer.json()["errors"]["ordering"]
    assert re.fullmatch(r"Choose from [a-z_, ]+; - before one for descending\.", message)


async def test_no_parameter_of_any_list_is_answered_with_a_pattern(
    client: httpx.AsyncClient, uow: Units
) -> None:
    """Each parameter of every list, sent as what it cannot be."""
    headers = await login(client, await a_user(uow))
    paths = (await client.get("/openapi.json")).json()["paths"]
    for path, operations in paths.items():
        asked = [
            one["name"]
            for one in operations.get("get", {}).get("parameters", [])
            if one.get("in") == "query"
        ]
        if not asked or "{" in path:
            continue
        answer = await client.get(path, params=dict.fromkeys(asked, "^\u2028?"), headers=headers)
        for messages in answer.json().get("errors", {}).values():
            assert [message for message in messages if BARE.search(message)] == []


async def test_of_very_many_faults_the_first_are_told(client: httpx.AsyncClient) -> None:
    unknown = {f"field_{number}": number for number in range(5_000)}
    answer = await client.post("/api/v1/token/", json={"username": 7, **unknown})
    told = answer.json()["errors"]
    assert (answer.status_code, len(told)) == (400, 100)
    assert {"username", "password", "field_0"} <= set(told)
