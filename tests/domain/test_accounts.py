import pytest

from app.domain.access import Role
from app.domain.accounts import ensure_open_role, ensure_username
from app.domain.common_passwords import COMMON
from app.domain.errors import Invalid, WeakPassword
from app.domain.leaked_passwords import LEAKED
from app.domain.passwords import ensure_password


@pytest.mark.parametrize("username", ["a", "jane", "jane.doe+x@y-z_1", "Łukasz", "x" * 150])
def test_usernames_that_are_fine(username: str) -> None:
    ensure_username(username)


@pytest.mark.parametrize("username", ["", " ", "a b", "a\n", "a/b", "<b>", "a\0", "x" * 151])
def test_usernames_that_are_refused(username: str) -> None:
    with pytest.raises(Invalid) as refusal:
        ensure_username(username)
    assert refusal.value.field == "username"


@pytest.mark.parametrize("role", [Role.ATTENDEE, Role.ORGANIZER])
def test_sign_up_may_ask_for(role: Role) -> None:
    ensure_open_role(role)


def test_sign_up_never_makes_an_admin() -> None:
    with pytest.raises(Invalid):
        ensure_open_role(Role.ADMIN)


@pytest.mark.parametrize(
    "password",
    [
        "StrongPass123",
        "secure_password",
        "SecurePass123!",
        "newSecurePassword123!",
        "x" * 8 + "-",
        "ü" * 256,
    ],
)
def test_passwords_that_are_fine(password: str) -> None:
    ensure_password(password, username="jane")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short12",
        "x" * 257,
        "8273648264",
        "١٢٣٤٥٦٧٨٩",
        "password1",
        "PassWord1",
        "jane.doe",
        "JANE.DOE",
        "chewbacca",
        "Galatasaray",
        "Plenary-2026!",
        "plenaryadmin1",
    ],
)
def test_passwords_that_are_too_easy(password: str) -> None:
    with pytest.raises(WeakPassword) as refusal:
        ensure_password(password, username="Jane.Doe", field="new_password")
    assert refusal.value.field == "new_password"


def test_the_list_holds_only_what_other_rules_let_through() -> None:
    known = COMMON | LEAKED
    assert len(known) >= 3000
    assert all(len(word) >= 8 and not word.isdigit() and word == word.casefold() for word in known)
