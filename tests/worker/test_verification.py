from datetime import UTC, datetime, timedelta

from app.domain.access import Role
from app.domain.accounts import User
from worker import emails
from worker.mailer import Letter

JOINED = datetime(2026, 11, 21, tzinfo=UTC)
LINK = "https://conf.example/verify?token=x&y"


def a_letter(**others: str) -> Letter:
    user = User(
        id=7,
        username="jane",
        email="jane@example.com",
        first_name=others.get("first_name", "Jane"),
        last_name="Doe",
        role=Role.ATTENDEE,
        is_active=True,
        created_at=JOINED,
        updated_at=JOINED,
    )
    return emails.verification_asked(user, LINK, timedelta(days=3))


def test_the_letter_holds_the_link_in_both_its_forms() -> None:
    letter = a_letter()
    assert (letter.to_address, letter.subject) == (
        "jane@example.com",
        "Please verify your e-mail address",
    )
    assert f"\n{LINK}\n" in letter.text
    assert 'href="https://conf.example/verify?token=x&amp;y"' in letter.html
    assert "3 days" in letter.text


def test_the_letter_says_nothing_that_its_sender_could_have_made_up() -> None:
    letter = a_letter(first_name="You have won, see evil.example")
    assert "evil.example" not in letter.text + letter.html + letter.to_name
    assert "Hello jane," in letter.text
