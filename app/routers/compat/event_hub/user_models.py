"""Accounts as JSON (seed 003, Users)."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from app.domain.access import Caller, Role
from app.domain.accounts import SignUp, User
from app.domain.errors import Invalid
from app.domain.pages import PageRequest
from app.domain.profiles import Profile, ProfileChange, ProfileFilter, sees_private
from app.routers.compat.event_hub.asking import ListQuery
from app.routers.fields import (
    AnyPassword,
    Email,
    Flag,
    LongText,
    Needle,
    NewPassword,
    Phone,
    ShortText,
    Username,
    left_out,
)
from app.routers.media import avatar_path

_SIGN_UP: dict[str, Any] = {
    "username": "newuser",
    "email": "newuser@example.com",
    "password": "secure_password",
    "password_confirm": "secure_password",
    "first_name": "John",
    "last_name": "Doe",
    "user_type": "attendee",
}
_LISTED: dict[str, Any] = {
    "id": 1,
    "username": "admin",
    "email": "admin@example.com",
    "full_name": "Admin User",
    "user_type": "admin",
    "avatar": None,
    "organization": "",
}
_CHANGE: dict[str, Any] = {
    "first_name": "John",
    "last_name": "Doe",
    "bio": "Software developer",
    "phone": "+1234567890",
    "website": "https://johndoe.com",
    "organization": "Tech Company",
}
_SETTINGS: dict[str, Any] = {
    "twitter": "https://twitter.com/johndoe",
    "linkedin": "https://linkedin.com/in/johndoe",
    "github": "https://github.com/johndoe",
    "facebook": "https://facebook.com/johndoe",
    "newsletter_subscribed": True,
    "notifications_enabled": True,
}
_ME: dict[str, Any] = {
    **_LISTED,
    "first_name": "Admin",
    "last_name": "User",
    "bio": "",
    "phone": "",
    "website": "",
    "is_verified": False,
    "is_active": True,
    "is_organizer": True,
    "date_joined": "2025-12-20T12:00:00Z",
    "profile": _SETTINGS,
}


class SignUpIn(BaseModel):
    """The password is sent twice, so that nobody is locked out by a slip."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SIGN_UP]})

    username: Username
    email: Email
    password: NewPassword
    password_confirm: AnyPassword
    first_name: ShortText = ""
    last_name: ShortText = ""
    user_type: Literal["attendee", "organizer"] = "attendee"

    def draft(self) -> SignUp:
        if self.password != self.password_confirm:
            raise Invalid(errors={"password_confirm": ["The passwords are not the same."]})
        return SignUp(
            username=self.username,
            email=self.email,
            password=self.password,
            first_name=self.first_name,
            last_name=self.last_name,
            role=Role(self.user_type),
        )


class ProfileIn(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHANGE]})

    username: Username = left_out()
    email: Email = left_out()
    first_name: ShortText = left_out()
    last_name: ShortText = left_out()
    bio: LongText = left_out()
    phone: Phone = left_out()
    website: ShortText = left_out()
    organization: ShortText = left_out()
    # An address that was shown before changes nothing; nothing takes the picture away.
    avatar: str | None = left_out()

    @property
    def takes_avatar_away(self) -> bool:
        return "avatar" in self.model_fields_set and not self.avatar

    def change(self) -> ProfileChange:
        return ProfileChange(**self.model_dump(include=self.model_fields_set - {"avatar"}))


class SettingsIn(BaseModel):
    """Links and switches; what is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SETTINGS]})

    twitter: ShortText = left_out()
    linkedin: ShortText = left_out()
    github: ShortText = left_out()
    facebook: ShortText = left_out()
    newsletter_subscribed: Flag = left_out()
    notifications_enabled: Flag = left_out()

    def change(self) -> ProfileChange:
        return ProfileChange(**self.model_dump(include=self.model_fields_set))


class SettingsOut(BaseModel):
    """One's links, and whether newsletters and notifications are wanted."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SETTINGS]})

    twitter: str
    linkedin: str
    github: str
    facebook: str
    newsletter_subscribed: bool
    notifications_enabled: bool

    @classmethod
    def of(cls, profile: Profile) -> "SettingsOut":
        return cls.model_construct(**{name: getattr(profile, name) for name in cls.model_fields})


class ListedUserOut(BaseModel):
    """`email` is empty for whoever is neither this user nor an admin."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LISTED]})

    id: int
    username: str
    email: str
    full_name: str
    user_type: Role
    avatar: str | None
    organization: str

    @classmethod
    def of(cls, profile: Profile, me: Caller, here: str) -> "ListedUserOut":
        user = profile.user
        return cls.model_construct(
            id=user.id,
            username=user.username,
            email=user.email if sees_private(me, profile) else "",
            full_name=profile.full_name,
            user_type=user.role,
            avatar=_address(profile.avatar, here),
            organization=profile.organization,
        )


class UserOut(BaseModel):
    """`is_verified` once the e-mail address was proven by the link that is mailed."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ME]})

    id: int
    username: str
    email: str
    first_name: str
    last_name: str
    full_name: str
    user_type: Role
    bio: str
    phone: str
    avatar: str | None
    website: str
    organization: str
    is_verified: bool
    is_active: bool
    is_organizer: bool
    date_joined: datetime
    profile: SettingsOut

    @classmethod
    def of(cls, profile: Profile, here: str) -> "UserOut":
        user = profile.user
        return cls.model_construct(
            id=user.id,
            username=user.username,
            email=user.email,
            first_name=user.first_name,
            last_name=user.last_name,
            full_name=profile.full_name,
            user_type=user.role,
            bio=profile.bio,
            phone=profile.phone,
            avatar=_address(profile.avatar, here),
            website=profile.website,
            organization=profile.organization,
            is_verified=profile.is_verified,
            is_active=user.is_active,
            is_organizer=profile.is_organizer,
            date_joined=user.created_at,
            profile=SettingsOut.of(profile),
        )


class UsersQuery(ListQuery):
    """By name and address as they are, whatever their case."""

    username: Needle | None = None
    email: Needle | None = None
    ordering: Literal["date_joined", "-date_joined", "username", "-username"] = "-date_joined"

    def filter(self) -> ProfileFilter:
        return ProfileFilter(username=self.username, email=self.email)

    def page_request(self) -> PageRequest:
        return self.paged(self.ordering)


def untold(user: User) -> Profile:
    """The profile of somebody who has just signed up, and has told nothing yet."""
    return Profile(
        user=user,
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


def _address(avatar: str, here: str) -> str | None:
    path = avatar_path(avatar)
    return path and f"{here.rstrip('/')}{path}"
