"""The examples of seed 002, value by value, and its curl commands, line by line."""

from typing import Any

EVENT_IN: dict[str, Any] = {
    "name": "Global AI Summit 2026",
    "location": "Bengaluru International Exhibition Centre",
    "start_time": "2026-03-15T09:00:00Z",
    "end_time": "2026-03-17T17:00:00Z",
    "max_capacity": 750,
}
# "Adjust start_time and end_time to be in the future relative to your current time."
ADJUSTED = EVENT_IN | {"start_time": "2031-03-15T09:00:00Z", "end_time": "2031-03-17T17:00:00Z"}
EVENT = {"id": 1} | ADJUSTED
BOB = {"name": "Bob The Builder", "email": "bob@example.com"}
ATTENDEE: dict[str, Any] = {"id": 1, "event": 1} | BOB | {"registered_at": "2026-02-01T10:00:00Z"}

CREATE = """\
curl -X POST \\
  http://127.0.0.1:8000/api/events/ \\
  -H 'Content-Type: application/json' \\
  -d '{
    "name": "Global AI Summit 2026",
    "location": "Bengaluru International Exhibition Centre",
    "start_time": "2026-03-15T09:00:00Z",
    "end_time": "2026-03-17T17:00:00Z",
    "max_capacity": 750
  }'
"""
LIST = """\
curl -X GET \\
  http://127.0.0.1:8000/api/events/
"""
DETAIL = """\
curl -X GET \\
  http://127.0.0.1:8000/api/events/1/
"""
REGISTER = """\
curl -X POST \\
  http://127.0.0.1:8000/api/events/1/register/ \\
  -H 'Content-Type: application/json' \\
  -d '{
    "name": "Bob The Builder",
    "email": "bob@example.com"
  }'
"""
ATTENDEES = """\
curl -X GET \\
  http://127.0.0.1:8000/api/events/1/attendees/
"""
