"""Profiles as they are sent and shown: one's own, and what others see of one."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from app.domain.access import Caller, Role
from app.domain.profiles import Profile, ProfileChange, ProfileFilter, sees_private
from app.routers.fields import (
    Email,
    Flag,
    LongText,
    Needle,
    Phone,
    ShortText,
    Token,
    Username,
    left_out,
)
from app.routers.media import avatar_path
from app.routers.v1.listing import ListQuery, orderable

_PUBLIC: dict[str, Any] = {
    "username": "jane",
    "first_name": "Jane",
    "last_name": "Doe",
    "bio": "Writes compilers.",
    "website": "https://jane.example",
    "organization": "Tech Company",
    "twitter": "",
    "linkedin": "",
    "github": "https://code.example/janedoe",
    "facebook": "",
}
_PRIVATE: dict[str, Any] = {
    "email": "jane@example.com",
    "phone": "+1234567890",
    "newsletter_subscribed": False,
    "notifications_enabled": True,
}
_SHOWN: dict[str, Any] = {
    "id": 7,
    "full_name": "Jane Doe",
    "role": "organizer",
    "is_organizer": True,
    "avatar": None,
    "created_at": "2026-08-01T10:00:00Z",
}


class ProfileIn(BaseModel):
    """Any part of one's own profile; role and password are not changed here."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_PUBLIC | _PRIVATE]})

    username: Username = left_out()
    email: Email = left_out()
    first_name: ShortText = left_out()
    last_name: ShortText = left_out()
    bio: LongText = left_out()
    phone: Phone = left_out()
    website: ShortText = left_out()
    organization: ShortText = left_out()
    twitter: ShortText = left_out()
    linkedin: ShortText = left_out()
    github: ShortText = left_out()
    facebook: ShortText = left_out()
    newsletter_subscribed: Flag = left_out()
    notifications_enabled: Flag = left_out()

    def change(self) -> ProfileChange:
        return ProfileChange(**{name: getattr(self, name) for name in self.model_fields_set})


class TokenIn(BaseModel):
    """The token of the link that was mailed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"token": "cL1dAqPq0q1mXb2hY2l3yq0mB1l4Yk7gQm8xk7o9T3s"}]},
    )

    token: Token


class ProfileOut(BaseModel):
    """All of an account, as its owner sees it; `avatar` is where the picture is found."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _PUBLIC
                | _PRIVATE
                | _SHOWN
                | {"is_verified": True, "updated_at": "2026-08-01T10:00:00Z"}
            ]
        }
    )

    id: int
    username: str
    email: str
    first_name: str
    last_name: str
    full_name: str
    role: Role
    is_organizer: bool
    is_verified: bool
    bio: str
    phone: str
    website: str
    organization: str
    avatar: str | None
    twitter: str
    linkedin: str
    github: str
    facebook: str
    newsletter_subscribed: bool
    notifications_enabled: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, profile: Profile) -> "ProfileOut":
        return cls(
            **_shared(profile),
            email=profile.user.email,
            phone=profile.phone,
            is_verified=profile.is_verified,
            newsletter_subscribed=profile.newsletter_subscribed,
            notifications_enabled=profile.notifications_enabled,
            updated_at=profile.user.updated_at,
        )


class PersonOut(BaseModel):
    """What others see of an account; `email` and `phone` are shown to itself and to admins."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [_PUBLIC | _SHOWN | {"email": None, "phone": None, "is_active": True}]
        }
    )

    id: int
    username: str
    first_name: str
    last_name: str
    full_name: str
    role: Role
    is_organizer: bool
    is_active: bool
    bio: str
    website: str
    organization: str
    avatar: str | None
    twitter: str
    linkedin: str
    github: str
    facebook: str
    created_at: datetime
    email: str | None
    phone: str | None

    @classmethod
    def of(cls, profile: Profile, viewer: Caller) -> "PersonOut":
        shows = sees_private(viewer, profile)
        return cls(
            **_shared(profile),
            is_active=profile.user.is_active,
            email=profile.user.email if shows else None,
            phone=profile.phone if shows else None,
        )


class UsersQuery(ListQuery):
    """`username` and `email` are compared whole, whatever their case; `search` finds parts."""

    ordering: Annotated[str, orderable("id", "username", "date_joined")] = "username"
    username: Needle | None = None
    email: Needle | None = None
    role: Role | None = None
    search: Needle | None = None

    def filter(self) -> ProfileFilter:
        return ProfileFilter(
            username=self.username, email=self.email, role=self.role, search=self.search
        )


def _shared(profile: Profile) -> dict[str, Any]:
    user = profile.user
    return {
        "id": user.id,
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "full_name": profile.full_name,
        "role": user.role,
        "is_organizer": profile.is_organizer,
        "bio": profile.bio,
        "website": profile.website,
        "organization": profile.organization,
        "avatar": avatar_path(profile.avatar),
        "twitter": profile.twitter,
        "linkedin": profile.linkedin,
        "github": profile.github,
        "facebook": profile.facebook,
        "created_at": user.created_at,
    }
