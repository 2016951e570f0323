from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.access import Caller, Role
from app.domain.accounts import User
from app.domain.errors import Invalid
from app.domain.profiles import Profile, can_see, ensure_link, normalised_phone, sees_private
from app.domain.verification import digest

NOW = datetime(2026, 11, 21, tzinfo=UTC)
JANE = Profile(
    user=User(
        id=7,
        username="jane",
        email="jane@example.com",
        first_name="Jane",
        last_name="Doe",
        role=Role.ATTENDEE,
        is_active=True,
        created_at=NOW,
        updated_at=NOW,
    ),
    bio="",
    phone="",
    website="",
    organization="",
    avatar="",
    twitter="",
    linkedin="",
    github="",
    facebook="",
    newsletter_subscribed=False,
    notifications_enabled=True,
    verified_at=None,
)


def caller(user_id: int, role: Role = Role.ATTENDEE) -> Caller:
    return Caller(user_id=user_id, username="x", email_folded="x", role=role, family="")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        ("+1234567890", "+1234567890"),
        ("+49 (0)30 / 1234-567", "+49301234567"),
        ("0049 30 1234567", "+49301234567"),
        (" +1 (415) 555-0100 ", "+14155550100"),
        ("123-456-7890", "123-456-7890"),
        ("030 1234567", "030 1234567"),
        ("+49 30 1234567 ext. 5", "+49 30 1234567 ext. 5"),
        ("+12", "+12"),
        ("+0123456789", "+0123456789"),
        ("+1234567890123456", "+1234567890123456"),
        ("ask at the desk", "ask at the desk"),
    ],
)
def test_a_phone_number_is_normalised_where_it_clearly_is_one(written: str, kept: str) -> None:
    assert normalised_phone(written) == kept
    assert normalised_phone(kept) == kept


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://janedoe.com",
        "http://example.com:8080/a?b=c#d",
        "https://bücher.example/ü",
        "https://[2001:db8::1]/",
    ],
)
def test_links_that_are_fine(url: str) -> None:
    ensure_link(url, "website")


@pytest.mark.parametrize(
    "url",
    [
        "janedoe.com",
        "javascript:alert(1)",
        "JavaScript://x.example/%0aalert(1)",
        "data:text/html,x",
        "ftp://example.com",
        "https://",
        "https:///path",
        "//example.com",
        "https://user:pass@example.com",
        "https://example.com/a b",
        'https://example.com/"onclick',
        "https://example.com/<script>",
        "https://example.com:99999",
        "https://[::1",
    ],
)
def test_links_that_are_refused_name_their_field(url: str) -> None:
    with pytest.raises(Invalid) as refusal:
        ensure_link(url, "github")
    assert refusal.value.field == "github"


@pytest.mark.parametrize(
    ("first", "last", "full"),
    [("Jane", "Doe", "Jane Doe"), ("Jane", "", "Jane"), ("", "Doe", "Doe"), ("", "", "jane")],
)
def test_a_full_name(first: str, last: str, full: str) -> None:
    user = replace(JANE.user, first_name=first, last_name=last)
    assert replace(JANE, user=user).full_name == full


@pytest.mark.parametrize(
    ("role", "organizes"), [(Role.ATTENDEE, False), (Role.ORGANIZER, True), (Role.ADMIN, True)]
)
def test_who_is_an_organizer(role: Role, organizes: bool) -> None:
    assert replace(JANE, user=replace(JANE.user, role=role)).is_organizer is organizes


def test_a_profile_is_verified_since_its_address_was_proven() -> None:
    assert not JANE.is_verified
    assert replace(JANE, verified_at=NOW).is_verified


def test_what_is_private_is_for_oneself_and_admins() -> None:
    assert sees_private(caller(7), JANE)
    assert sees_private(caller(8, Role.ADMIN), JANE)
    assert not sees_private(caller(8, Role.ORGANIZER), JANE)


def test_closed_accounts_are_for_admins() -> None:
    closed = replace(JANE, user=replace(JANE.user, is_active=False))
    assert can_see(caller(8), JANE)
    assert not can_see(caller(8), closed)
    assert can_see(caller(8, Role.ADMIN), closed)


def test_a_digest_tells_nothing_of_its_token_and_bears_any() -> None:
    assert "token" not in digest("token")
    assert digest("token") != digest("token2")
    assert len(digest("\udcff")) == 64
