"""The examples of seed 001, value by value."""

from typing import Any

JOHN: dict[str, Any] = {
    "username": "johndoe",
    "email": "john@example.com",
    "password": "StrongPass123",
    "first_name": "John",
    "last_name": "Doe",
    "role": "attendee",
}
USER: dict[str, Any] = {
    "id": 2,
    "username": "johndoe",
    "email": "john@example.com",
    "first_name": "John",
    "last_name": "Doe",
    "role": "attendee",
}
LOGIN = {"username": "johndoe", "password": "StrongPass123"}
TOKENS = {
    "refresh": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9. ...",
    "access": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9. ...",
}
CATEGORIES = [{"id": 1, "name": "Technology", "slug": "technology"}]
EVENT_IN: dict[str, Any] = {
    "title": "Tech Conference 2025",
    "description": "Future of AI and Web",
    "date_time": "2025-12-15T10:00:00Z",
    "location": "New York",
    "capacity": 100,
    "visibility": "public",
    "category": 1,
}
EVENT: dict[str, Any] = {
    "id": 7,
    "title": "Tech Conference 2025",
    "description": "Future of AI and Web",
    "date_time": "2025-12-15T10:00:00Z",
    "location": "New York",
    "capacity": 100,
    "created_at": "2025-09-07T12:58:51.068830Z",
    "organizer": 1,
    "visibility": "public",
    "image": None,
    "category": 1,
    "sessions": [],
    "ticket_types": [],
}
TICKET_TYPES = [
    {"id": 1, "name": "General", "price": "50.00", "quantity": 80},
    {"id": 2, "name": "VIP", "price": "150.00", "quantity": 20},
]
CHANGE = EVENT_IN | {"description": "Future of AI"}
REGISTRATION: dict[str, Any] = {
    "id": 1,
    "user": 2,
    "event": 1,
    "ticket_type": 1,
    "registered_at": "2025-09-04T12:30:00Z",
    "is_waitlisted": False,
    "ticket": {
        "code": "5e2a4d53-7b31-4d80-8b61-12ecf0eaa999",
        "issued_at": "2025-09-04T12:30:00Z",
        "is_checked_in": False,
    },
}
MY_REGISTRATIONS: list[dict[str, Any]] = [
    {
        "id": 10,
        "event": 5,
        "ticket_type": 1,
        "registered_at": "2025-09-04T12:00:00Z",
        "is_waitlisted": False,
    }
]
