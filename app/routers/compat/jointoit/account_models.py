"""Accounts as JSON (seed 004, Authentication Endpoints)."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from app.domain.accounts import SignUp, User
from app.domain.logins import Login
from app.domain.profiles import ProfileChange
from app.routers.compat import tokens
from app.routers.compat.tokens import TOKEN
from app.routers.fields import AnyPassword, Email, NewPassword, ShortText, Username, left_out

_NEW: dict[str, Any] = {
    "username": "newuser",
    "email": "newuser@example.com",
    "first_name": "John",
    "last_name": "Doe",
}
_SECRET = "SecurePass123!"  # noqa: S105
_USER: dict[str, Any] = {
    "id": 1,
    "username": "testuser",
    "email": "test@example.com",
    "first_name": "Test",
    "last_name": "User",
}
_CHANGE: dict[str, Any] = {
    "username": "updateduser",
    "email": "updated@example.com",
    "first_name": "Updated",
    "last_name": "Name",
}


class SignUpIn(BaseModel):
    """The password is sent twice, so that nobody is locked out by a slip."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [_NEW | {"password": _SECRET, "password2": _SECRET}]}
    )

    username: Username
    email: Email
    password: NewPassword
    password2: AnyPassword
    first_name: ShortText = ""
    last_name: ShortText = ""

    def draft(self) -> SignUp:
        return SignUp(
            username=self.username,
            email=self.email,
            password=self.password,
            first_name=self.first_name,
            last_name=self.last_name,
        )


class CredentialsIn(tokens.Credentials):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"username": "testuser", "password": "testpass123"}]}
    )


class AccountOut(BaseModel):
    """What an account says of itself."""

    model_config = ConfigDict(json_schema_extra={"examples": [_NEW]})

    username: str
    email: str
    first_name: str
    last_name: str

    @classmethod
    def of(cls, user: User) -> "AccountOut":
        return cls(
            username=user.username,
            email=user.email,
            first_name=user.first_name,
            last_name=user.last_name,
        )


class UserOut(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_USER]})

    id: int
    username: str
    email: str
    first_name: str
    last_name: str

    @classmethod
    def of(cls, user: User) -> "UserOut":
        return cls(
            id=user.id,
            username=user.username,
            email=user.email,
            first_name=user.first_name,
            last_name=user.last_name,
        )


class LoginOut(BaseModel):
    """`access` goes into the `Authorization` header, `refresh` is kept for the next one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"access": TOKEN, "refresh": TOKEN, "user": _USER}]}
    )

    access: str
    refresh: str
    user: UserOut

    @classmethod
    def of(cls, login: Login) -> "LoginOut":
        pair = login.tokens
        return cls(access=pair.access, refresh=pair.refresh, user=UserOut.of(login.user))


class ProfileIn(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHANGE]})

    username: Username = left_out()
    email: Email = left_out()
    first_name: ShortText = left_out()
    last_name: ShortText = left_out()

    def change(self) -> ProfileChange:
        return ProfileChange(**self.model_dump(include=self.model_fields_set))


class PasswordIn(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"old_password": "currentPassword123", "new_password": "newSecurePassword123!"}
            ]
        }
    )

    old_password: AnyPassword
    new_password: NewPassword


class DoneOut(BaseModel):
    """That it was done, in words."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"detail": "Password updated successfully"}]}
    )

    detail: str
