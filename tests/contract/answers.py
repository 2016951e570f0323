"""Reading answers: what a good one holds, and whether a refusal has the documented form."""

from typing import Any

import httpx


def data_of(answer: httpx.Response, status: int = 200) -> Any:
    """What the envelope of a good answer holds."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["status"] == "success"
    assert isinstance(body["message"], str)
    return body["data"]


def refusal_of(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The body of a refusal, which has the documented form of errors."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    assert body["status"] == "error"
    assert body["code"] == code
    assert isinstance(body["message"], str)
    assert body["errors"], "a refusal says what is wrong"
    for messages in body["errors"].values():
        assert messages
        assert all(isinstance(message, str) for message in messages)
    return body
