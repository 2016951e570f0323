"""The examples of seed 004, value by value, and its texts word by word."""

from typing import Any

SIGN_UP: dict[str, Any] = {
    "username": "newuser",
    "email": "newuser@example.com",
    "password": "SecurePass123!",
    "password2": "SecurePass123!",
    "first_name": "John",
    "last_name": "Doe",
}
SIGNED_UP: dict[str, Any] = {
    "username": "newuser",
    "email": "newuser@example.com",
    "first_name": "John",
    "last_name": "Doe",
}
NOT_SIGNED_UP = {
    "username": ["A user with that username already exists."],
    "password": ["Password fields didn't match."],
}
LOGIN = {"username": "testuser", "password": "testpass123"}
LOGGED_IN: dict[str, Any] = {
    "access": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9...",
    "refresh": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9...",
    "user": {
        "id": 1,
        "username": "testuser",
        "email": "test@example.com",
        "first_name": "Test",
        "last_name": "User",
    },
}
NOT_LOGGED_IN = {"detail": "No active account found with the given credentials"}
PROFILE: dict[str, Any] = LOGGED_IN["user"]
PROFILE_IN: dict[str, Any] = {
    "username": "updateduser",
    "email": "updated@example.com",
    "first_name": "Updated",
    "last_name": "Name",
}
PASSWORD_IN = {"old_password": "currentPassword123", "new_password": "newSecurePassword123!"}
PASSWORD_CHANGED = {"detail": "Password updated successfully"}
PASSWORD_WRONG = {"old_password": ["Old password is not correct"]}

LISTED_EVENT: dict[str, Any] = {
    "id": 1,
    "title": "Django Conference 2024",
    "description": "Annual Django developers conference",
    "date": "2024-06-15T09:00:00Z",
    "location": "San Francisco, CA",
    "organizer_name": "John Doe",
    "attendees_count": 45,
    "available_spots": 55,
    "is_active": True,
    "is_past": False,
}
EVENT_LIST: dict[str, Any] = {
    "count": 100,
    "next": "http://api.example.com/events/?page=2",
    "previous": None,
    "results": [LISTED_EVENT],
}
EVENT_IN: dict[str, Any] = {
    "title": "Python Workshop",
    "description": "Hands-on Python programming workshop for beginners",
    "date": "2024-07-20T14:00:00Z",
    "location": "Tech Hub, New York",
    "max_attendees": 30,
}
CREATED: dict[str, Any] = {
    "id": 2,
    "title": "Python Workshop",
    "description": "Hands-on Python programming workshop for beginners",
    "date": "2024-07-20T14:00:00Z",
    "location": "Tech Hub, New York",
    "organizer": 1,
    "organizer_name": "Jane Smith",
    "max_attendees": 30,
    "attendees_count": 0,
    "available_spots": 30,
    "is_active": True,
    "is_past": False,
    "created_at": "2024-01-10T10:00:00Z",
    "updated_at": "2024-01-10T10:00:00Z",
}
CHANGE: dict[str, Any] = {"max_attendees": 200, "location": "Updated location"}

REGISTERED: dict[str, Any] = {
    "id": 10,
    "user": 2,
    "event": 1,
    "registered_at": "2024-01-10T15:30:00Z",
    "is_cancelled": False,
}
ALREADY = {"detail": "You are already registered for this event."}
FULL = {"detail": "This event is full."}
PAST = {"detail": "Cannot register for past events."}
INACTIVE = {"detail": "This event is not active."}
UNREGISTERED = {"detail": "Successfully unregistered from the event."}
NOT_REGISTERED = {"detail": "You are not registered for this event."}
ATTENDEES: dict[str, Any] = {
    "count": 15,
    "results": [
        {
            "id": 5,
            "user": 3,
            "event": 1,
            "registered_at": "2024-01-05T10:00:00Z",
            "is_cancelled": False,
        }
    ],
}
NOT_THE_ORGANIZER = {"detail": "Only the organizer can view attendees."}
MY_REGISTRATIONS: dict[str, Any] = {
    "count": 10,
    "results": [
        {
            "id": 1,
            "event": {"id": 1, "title": "Django Conference", "date": "2024-06-15T09:00:00Z"},
            "registered_at": "2024-01-01T10:00:00Z",
            "is_cancelled": False,
        }
    ],
}

QUERIES = (
    "/api/events/?search=python&location=New York&has_spots=true",
    "/api/events/?date_after=2024-01-01&date_before=2024-12-31",
    "/api/events/?organizer=1&ordering=-date",
)
