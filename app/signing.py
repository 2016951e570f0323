"""Signatures as Standard Webhooks define them: HMAC-SHA256 over id, timestamp and raw body.

The payment gateway signs its callbacks so, and the callback route verifies them.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from hmac import compare_digest, digest

from app.domain.errors import BadSignature

TOLERANCE = timedelta(seconds=300)
ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"

# No full stop: it separates the three parts of what is signed.
_ID = re.compile(r"[!-\-/-~]{1,256}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
# Rotation needs two or three; more is somebody trying what it costs to verify them.
_MOST_SIGNATURES = 10

Secret = str | bytes


def sign(secret: Secret, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the `webhook-signature` header, `v1,<base64>`."""
    if not _ID.fullmatch(message_id):
        raise ValueError("a webhook id is 1 to 256 visible characters without a full stop")
    return _signature(_key(secret), message_id, str(timestamp), body)


def signed(secret: Secret, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers that go with a body."""
    timestamp = int(now.timestamp())
    return {
        ID_HEADER: message_id,
        TIMESTAMP_HEADER: str(timestamp),
        SIGNATURE_HEADER: sign(secret, message_id, timestamp, body),
    }


def verify(
    secrets: Iterable[Secret],
    headers: Mapping[str, str],
    raw_body: bytes,
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> str:
    """The id of a message that one of the secrets signed, not too long ago nor ahead of time.

    Raises BadSignature, without saying what was wrong.
    """
    found = {name.lower(): value for name, value in headers.items()}
    message_id = found.get(ID_HEADER, "")
    timestamp = found.get(TIMESTAMP_HEADER, "")
    if not (_ID.fullmatch(message_id) and _is_recent(timestamp, now, tolerance)):
        raise BadSignature
    expected = [_signature(_key(secret), message_id, timestamp, raw_body) for secret in secrets]
    given = found.get(SIGNATURE_HEADER, "").split(" ")[:_MOST_SIGNATURES]
    # Every pair is compared, so that the time taken tells nothing about which one matched.
    matches = [
        compare_digest(right.encode(), one.encode("utf-8", "surrogatepass"))
        for right in expected
        for one in given
    ]
    if not any(matches):
        raise BadSignature
    return message_id


def _is_recent(timestamp: str, now: datetime, tolerance: timedelta) -> bool:
    if not _TIMESTAMP.fullmatch(timestamp):
        return False
    return (
        abs(now - datetime(1970, 1, 1, tzinfo=UTC) - timedelta(seconds=int(timestamp))) <= tolerance
    )


def _signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    content = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + b64encode(digest(key, content, "sha256")).decode()


def _key(secret: Secret) -> bytes:
    """The key behind `whsec_<base64>`, padded or not; bytes are the key itself."""
    if isinstance(secret, bytes):
        key = secret
    else:
        encoded = secret.removeprefix("whsec_")
        try:
            key = b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        except binascii.Error:
            raise ValueError("a webhook secret is `whsec_` and base64") from None
    if not key:
        raise ValueError("a webhook secret is not empty")
    return key
