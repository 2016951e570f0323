"""The examples of seed 003, value by value; what is to come lies in years to come."""

from typing import Any

TOKENS = {"access": "eyJ0eXAiOiJKV1QiLCJhbGc...", "refresh": "eyJ0eXAiOiJKV1QiLCJhbGc..."}
REFRESHED = {"access": "eyJ0eXAiOiJKV1QiLCJhbGc..."}
LISTED_USER: dict[str, Any] = {
    "id": 1,
    "username": "admin",
    "email": "admin@example.com",
    "full_name": "Admin User",
    "user_type": "admin",
    "avatar": None,
    "organization": "",
}
ME: dict[str, Any] = {
    "id": 1,
    "username": "admin",
    "email": "admin@example.com",
    "first_name": "Admin",
    "last_name": "User",
    "full_name": "Admin User",
    "user_type": "admin",
    "bio": "",
    "phone": "",
    "avatar": None,
    "website": "",
    "organization": "",
    "is_verified": False,
    "is_active": True,
    "is_organizer": True,
    "profile": {},
}
SIGN_UP: dict[str, Any] = {
    "username": "newuser",
    "email": "newuser@example.com",
    "password": "secure_password",
    "password_confirm": "secure_password",
    "first_name": "John",
    "last_name": "Doe",
    "user_type": "attendee",
}
SIGNED_UP: dict[str, Any] = {
    "id": 2,
    "username": "newuser",
    "email": "newuser@example.com",
    "first_name": "John",
    "last_name": "Doe",
    "full_name": "John Doe",
    "user_type": "attendee",
}
PROFILE_IN: dict[str, Any] = {
    "first_name": "John",
    "last_name": "Doe",
    "bio": "Software developer",
    "phone": "+1234567890",
    "website": "https://johndoe.com",
    "organization": "Tech Company",
}
SETTINGS_IN: dict[str, Any] = {
    "twitter": "https://twitter.com/johndoe",
    "linkedin": "https://linkedin.com/in/johndoe",
    "github": "https://github.com/johndoe",
    "facebook": "https://facebook.com/johndoe",
    "newsletter_subscribed": True,
    "notifications_enabled": True,
}
LISTED_EVENT: dict[str, Any] = {
    "id": 1,
    "title": "Test Workshop",
    "category": "workshop",
    "organizer_name": "Admin User",
    "location": "Test Location",
    "is_online": False,
    "status": "published",
    "start_date": "2025-12-27T12:00:00Z",
    "end_date": "2025-12-27T14:00:00Z",
    "max_attendees": 50,
    "attendees_count": 0,
    "price": "0.00",
    "cover_image": None,
}
EVENT: dict[str, Any] = {
    "id": 1,
    "title": "Test Workshop",
    "description": "A test workshop",
    "category": "workshop",
    "organizer": 1,
    "organizer_name": "Admin User",
    "location": "Test Location",
    "is_online": False,
    "online_url": "",
    "status": "published",
    "start_date": "2025-12-27T12:00:00Z",
    "end_date": "2025-12-27T14:00:00Z",
    "registration_deadline": "2025-12-25T12:00:00Z",
    "max_attendees": 50,
    "attendees_count": 0,
    "available_spots": 50,
    "is_registration_open": True,
    "price": "0.00",
    "cover_image": None,
    "tags": "",
    "sessions": [],
    "created_at": "2025-12-20T12:00:00Z",
    "updated_at": "2025-12-20T12:00:00Z",
}
EVENT_IN: dict[str, Any] = {
    "title": "Advanced Python Workshop",
    "description": "Learn advanced Python concepts",
    "category": "workshop",
    "location": "Virtual",
    "is_online": True,
    "online_url": "https://zoom.us/...",
    "start_date": "2035-12-27T14:00:00Z",
    "end_date": "2035-12-27T17:00:00Z",
    "registration_deadline": "2035-12-26T14:00:00Z",
    "max_attendees": 30,
    "price": "29.99",
    "tags": "python, programming, advanced",
}
CURL_EVENT_IN: dict[str, Any] = {
    "title": "New Workshop",
    "description": "Workshop description",
    "category": "workshop",
    "location": "Virtual",
    "is_online": True,
    "online_url": "https://zoom.us/...",
    "start_date": "2035-12-27T14:00:00Z",
    "end_date": "2035-12-27T17:00:00Z",
    "registration_deadline": "2035-12-26T14:00:00Z",
    "max_attendees": 30,
    "price": "0.00",
}
STATISTICS: dict[str, Any] = {
    "total_attendees": 0,
    "available_spots": 50,
    "waitlist_count": 0,
    "reviews_count": 0,
    "average_rating": 0,
    "total_revenue": 0.0,
}
SESSION: dict[str, Any] = {
    "id": 1,
    "title": "Session Title",
    "description": "Session description",
    "start_time": "2025-12-27T14:00:00Z",
    "end_time": "2025-12-27T15:00:00Z",
    "speaker": 1,
    "speaker_name": "Speaker Name",
    "room_or_link": "Room A",
    "created_at": "2025-12-20T12:00:00Z",
    "updated_at": "2025-12-20T12:00:00Z",
}
SESSION_IN: dict[str, Any] = {
    "event": 1,
    "title": "Opening Keynote",
    "description": "Opening keynote speech",
    "start_time": "2035-12-27T14:00:00Z",
    "end_time": "2035-12-27T15:00:00Z",
    "speaker": 1,
    "room_or_link": "Main Hall",
}
BOOKING_IN: dict[str, Any] = {
    "event": 1,
    "number_of_tickets": 1,
    "special_requirements": "Need vegetarian meals",
}
BOOKING: dict[str, Any] = {
    "id": 1,
    "event": 1,
    "event_title": "Test Workshop",
    "user": 2,
    "user_name": "John Doe",
    "status": "pending",
    "number_of_tickets": 1,
    "total_price": "0.00",
    "special_requirements": "Need vegetarian meals",
    "registered_at": "2025-12-20T12:00:00Z",
    "confirmed_at": None,
    "cancelled_at": None,
}
CONFIRMED = BOOKING | {"status": "confirmed", "confirmed_at": "2025-12-20T12:00:01Z"}
PAYMENT_IN: dict[str, Any] = {"booking": 1, "amount": "29.99", "method": "mock"}
PAYMENT: dict[str, Any] = {
    "id": 1,
    "booking": 1,
    "booking_event": "Test Workshop",
    "user": 2,
    "user_name": "John Doe",
    "amount": "0.00",
    "currency": "USD",
    "status": "pending",
    "method": "mock",
    "transaction_id": "EVH-ABCD1234EFGH",
    "reference_number": "",
    "created_at": "2025-12-20T12:00:00Z",
    "processed_at": None,
    "refunded_at": None,
}
NOTIFICATION: dict[str, Any] = {
    "id": 1,
    "user": 2,
    "user_name": "John Doe",
    "event": 1,
    "event_title": "Test Workshop",
    "notification_type": "booking_confirmation",
    "title": "Booking Confirmation",
    "message": "Your booking has been confirmed",
    "is_read": False,
    "created_at": "2025-12-20T12:00:00Z",
    "read_at": None,
}
UNREAD = {"unread_count": 5}
REVIEW_IN: dict[str, Any] = {
    "event": 1,
    "rating": 5,
    "title": "Excellent workshop!",
    "review": "Very informative and well organized",
    "attended": True,
}
REVIEW: dict[str, Any] = {
    "id": 1,
    "event": 1,
    "event_title": "Test Workshop",
    "user": 2,
    "user_name": "John Doe",
    "rating": 5,
    "title": "Excellent workshop!",
    "review": "Very informative and well organized",
    "attended": True,
    "helpful_count": 5,
    "unhelpful_count": 0,
    "helpful_percentage": 100.0,
    "created_at": "2025-12-20T12:00:00Z",
    "updated_at": "2025-12-20T12:00:00Z",
}
CERTIFICATE: dict[str, Any] = {
    "id": 1,
    "event": 1,
    "event_title": "Test Workshop",
    "user": 2,
    "user_name": "John Doe",
    "certificate_number": "CERT-1-2-ABC123",
    "hours_completed": 2.0,
    "skill_tags": "python, programming",
    "pdf_file": None,
    "is_downloaded": False,
    "issued_date": "2025-12-20T12:00:00Z",
    "downloaded_at": None,
}
NOT_FOUND = {"detail": "Not found.", "error": "The requested resource was not found."}
