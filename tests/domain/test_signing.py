"""Signatures of webhooks, with the reference implementation as an oracle in both directions."""

import hmac
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from app.domain.errors import BadSignature
from app.signing import sign, signed, verify

KEY = bytes(range(32))
SECRET = "whsec_" + b64encode(KEY).decode()
OTHER = "whsec_" + b64encode(b"another key of thirty-two bytes!").decode()
NOW = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
BODY = b'{"type":"payment.settled"}'

ids = st.text(st.sampled_from("abcXYZ019_-"), min_size=1, max_size=40)
bodies = st.text(max_size=200).map(lambda text: text.encode("utf-8", "ignore"))
keys = st.binary(min_size=24, max_size=64)


@given(key=keys, message_id=ids, body=bodies)
def test_the_reference_accepts_what_we_sign(key: bytes, message_id: str, body: bytes) -> None:
    secret = "whsec_" + b64encode(key).decode()
    headers = signed(secret, message_id, datetime.now(UTC), body)

    Webhook(secret).verify(body, headers, json_parse=False)


@given(key=keys, message_id=ids, body=bodies)
def test_we_accept_what_the_reference_signs(key: bytes, message_id: str, body: bytes) -> None:
    secret = "whsec_" + b64encode(key).decode()
    headers = {
        "Webhook-Id": message_id,
        "Webhook-Timestamp": str(int(NOW.timestamp())),
        "Webhook-Signature": Webhook(secret).sign(message_id, NOW, body.decode()),
    }

    assert verify([secret], headers, body, NOW) == message_id
    assert verify([key], headers, body, NOW) == message_id


@given(body=st.binary(min_size=1, max_size=100), place=st.integers(0, 99), bit=st.integers(0, 7))
def test_one_changed_bit_is_noticed(body: bytes, place: int, bit: int) -> None:
    headers = signed(SECRET, "pay_1", NOW, body)
    changed = bytearray(body)
    changed[place % len(body)] ^= 1 << bit

    with pytest.raises(BadSignature):
        verify([SECRET], headers, bytes(changed), NOW)


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_within_the_tolerance(seconds: int) -> None:
    headers = signed(SECRET, "pay_1", NOW, BODY)

    assert verify([SECRET], headers, BODY, NOW + timedelta(seconds=seconds)) == "pay_1"


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_too_old_or_ahead_of_time(seconds: int) -> None:
    headers = signed(SECRET, "pay_1", NOW, BODY)

    with pytest.raises(BadSignature):
        verify([SECRET], headers, BODY, NOW + timedelta(seconds=seconds))


def test_any_of_several_secrets_verifies() -> None:
    assert verify([OTHER, SECRET], signed(SECRET, "pay_1", NOW, BODY), BODY, NOW) == "pay_1"
    with pytest.raises(BadSignature):
        verify([OTHER], signed(SECRET, "pay_1", NOW, BODY), BODY, NOW)
    with pytest.raises(BadSignature):
        verify([], signed(SECRET, "pay_1", NOW, BODY), BODY, NOW)


def test_any_of_several_signatures_verifies() -> None:
    headers = signed(SECRET, "pay_1", NOW, BODY)
    stranger = sign(OTHER, "pay_1", int(NOW.timestamp()), BODY)
    headers["webhook-signature"] = f"v1a,unknown {stranger} {headers['webhook-signature']}"

    assert verify([SECRET], headers, BODY, NOW) == "pay_1"


def test_signatures_beyond_the_tenth_are_not_looked_at() -> None:
    headers = signed(SECRET, "pay_1", NOW, BODY)
    headers["webhook-signature"] = "v1,x " * 10 + headers["webhook-signature"]

    with pytest.raises(BadSignature):
        verify([SECRET], headers, BODY, NOW)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("webhook-id", "pay_2"),
        ("webhook-id", ""),
        ("webhook-id", "pay_1.1"),
        ("webhook-id", "p" * 257),
        ("webhook-timestamp", str(int(NOW.timestamp()) + 1)),
        ("webhook-timestamp", f"{NOW.timestamp()}"),
        ("webhook-timestamp", " " + str(int(NOW.timestamp()))),
        ("webhook-timestamp", "١٧٥٠٠٠٠٠٠٠"),
        ("webhook-timestamp", "9" * 400),
        ("webhook-timestamp", "nan"),
        ("webhook-timestamp", ""),
        ("webhook-signature", ""),
        ("webhook-signature", "v1"),
        ("webhook-signature", "v1,"),
        ("webhook-signature", "v1,é"),
        ("webhook-signature", "\ud800"),
    ],
)
def test_a_changed_header_is_noticed(header: str, value: str) -> None:
    headers = signed(SECRET, "pay_1", NOW, BODY)

    with pytest.raises(BadSignature):
        verify([SECRET], headers | {header: value}, BODY, NOW)


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_noticed(header: str) -> None:
    headers = signed(SECRET, "pay_1", NOW, BODY)
    del headers[header]

    with pytest.raises(BadSignature):
        verify([SECRET], headers, BODY, NOW)


def test_another_version_of_the_signature_does_not_count() -> None:
    headers = signed(SECRET, "pay_1", NOW, BODY)
    headers["webhook-signature"] = headers["webhook-signature"].replace("v1,", "v2,")

    with pytest.raises(BadSignature):
        verify([SECRET], headers, BODY, NOW)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY, headers, json_parse=False)


def test_secrets_may_lack_their_padding_and_their_prefix() -> None:
    bare = b64encode(KEY).decode().rstrip("=")

    assert (
        sign(bare, "pay_1", 1, BODY)
        == sign(SECRET, "pay_1", 1, BODY)
        == sign(KEY, "pay_1", 1, BODY)
    )


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        ("", "^a webhook secret is not empty$"),
        ("whsec_", "^a webhook secret is not empty$"),
        ("whsec_!!", "^a webhook secret is `whsec_` and base64$"),
        ("QUJD_whsec_", "^a webhook secret is `whsec_` and base64$"),
        (b"", "^a webhook secret is not empty$"),
    ],
)
def test_a_secret_that_is_none_is_an_error_of_ours(secret: str | bytes, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        sign(secret, "pay_1", 1, BODY)


@given(key=st.binary(min_size=1, max_size=64))
def test_a_secret_of_any_length_may_lack_its_padding(key: bytes) -> None:
    bare = b64encode(key).decode().rstrip("=")
    assert sign(bare, "pay_1", 1, BODY) == sign(key, "pay_1", 1, BODY)


def test_the_tenth_signature_is_looked_at_and_only_blanks_part_them() -> None:
    headers = signed(SECRET, "pay_1", NOW, BODY)
    right = headers["webhook-signature"]
    assert verify([SECRET], headers | {"webhook-signature": "v1,x " * 9 + right}, BODY, NOW)
    with pytest.raises(BadSignature):
        verify([SECRET], headers | {"webhook-signature": f"v1,x\t{right}"}, BODY, NOW)


def test_a_body_is_signed_with_its_headers_as_they_are_sent() -> None:
    assert signed(SECRET, "pay_1", NOW, BODY) == {
        "webhook-id": "pay_1",
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": sign(SECRET, "pay_1", int(NOW.timestamp()), BODY),
    }


def test_how_old_a_message_may_be_can_be_said() -> None:
    headers = signed(SECRET, "pay_1", NOW, BODY)
    later = NOW + timedelta(seconds=11)
    assert verify([SECRET], headers, BODY, later, timedelta(seconds=11)) == "pay_1"
    with pytest.raises(BadSignature):
        verify([SECRET], headers, BODY, later, timedelta(seconds=10))


def test_the_longest_id_and_the_longest_timestamp_are_good() -> None:
    longest = "p" * 256
    assert verify([SECRET], signed(SECRET, longest, NOW, BODY), BODY, NOW) == longest


@pytest.mark.parametrize("message_id", ["", "a.b", "a b", "a\nb", "é"])
def test_ids_that_cannot_be_signed(message_id: str) -> None:
    with pytest.raises(
        ValueError, match=r"^a webhook id is 1 to 256 visible characters without a full stop$"
    ):
        sign(SECRET, message_id, 1, BODY)


@pytest.mark.parametrize("timestamp", ["soon", "1.5", "-1", "9" * 13])
def test_what_is_signed_for_no_time_is_refused_also_from_who_has_the_secret(timestamp: str) -> None:
    right = hmac.digest(KEY, f"pay_1.{timestamp}.".encode() + BODY, "sha256")
    headers = {
        "webhook-id": "pay_1",
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{b64encode(right).decode()}",
    }
    with pytest.raises(BadSignature):
        verify([SECRET], headers, BODY, NOW)
