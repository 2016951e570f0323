import base64
import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st
from jose import jwt
from passlib.hash import bcrypt

from app.domain.errors import Busy, InvalidToken
from app.security import LONGEST_TOKEN, MOST_WAITING, Hasher, Tokens

NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
SECRET = secrets.token_hex(32)
FAMILY = "0a0b0c0d-0000-4000-8000-0123456789ab"
TOKENS = Tokens(SECRET, access_for=timedelta(minutes=60), refresh_for=timedelta(days=7))
CLAIMS: dict[str, Any] = {
    "iss": "plenary",
    "aud": "plenary-api",
    "sub": "7",
    "typ": "access",
    "fam": FAMILY,
    "jti": "1",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 60,
}


def signed(claims: dict[str, Any], key: str = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, key, algorithm=algorithm)


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def test_a_token_says_what_it_was_issued_for() -> None:
    pair = TOKENS.pair(7, FAMILY, "the-jti", NOW)
    access, refresh = TOKENS.read_access(pair.access, NOW), TOKENS.read_refresh(pair.refresh, NOW)
    assert (access.user_id, access.family) == (refresh.user_id, refresh.family) == (7, FAMILY)
    assert refresh.jti == "the-jti"
    assert access.jti != refresh.jti
    assert refresh.expires_at == int((NOW + timedelta(days=7)).timestamp())


def test_a_token_is_good_for_its_own_use_only() -> None:
    pair = TOKENS.pair(7, FAMILY, "j", NOW)
    with pytest.raises(InvalidToken):
        TOKENS.read_access(pair.refresh, NOW)
    with pytest.raises(InvalidToken):
        TOKENS.read_refresh(pair.access, NOW)


@pytest.mark.parametrize(("after", "is_good"), [(59, True), (60, False), (61, False)])
def test_an_access_token_lives_an_hour(after: int, is_good: bool) -> None:
    token = TOKENS.pair(7, FAMILY, "j", NOW).access
    later = NOW + timedelta(minutes=after)
    if is_good:
        assert TOKENS.read_access(token, later).user_id == 7
    else:
        with pytest.raises(InvalidToken):
            TOKENS.read_access(token, later)


def test_the_baseline_of_the_hostile_tokens_is_good() -> None:
    assert TOKENS.read_access(signed(CLAIMS), NOW).user_id == 7


@pytest.mark.parametrize("claim", sorted(CLAIMS))
def test_every_claim_is_required(claim: str) -> None:
    without = {name: value for name, value in CLAIMS.items() if name != claim}
    with pytest.raises(InvalidToken):
        TOKENS.read_access(signed(without), NOW)


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", "somebody"),
        ("aud", "others"),
        ("aud", ["plenary-api"]),
        ("typ", "refresh"),
        ("typ", None),
        ("sub", 7),
        ("sub", "-7"),
        ("sub", "seven"),
        ("sub", ""),
        ("sub", "\u0667"),
        ("sub", "9" * 500),
        ("fam", ""),
        ("fam", "1' OR '1'='1"),
        ("fam", 5),
        ("jti", ""),
        ("jti", None),
        ("iat", int(NOW.timestamp()) + 3600),
        ("iat", True),
        ("exp", int(NOW.timestamp())),
        ("exp", None),
        ("exp", "9999999999"),
        ("exp", 1e400),
    ],
)
def test_a_claim_that_cannot_be_meant_is_refused(claim: str, value: object) -> None:
    payload = part(json.dumps(CLAIMS | {claim: value}).encode())
    header, _, _ = signed(CLAIMS).split(".")
    key = TOKENS._key
    signature = part(key.sign(f"{header}.{payload}".encode()))
    with pytest.raises(InvalidToken):
        TOKENS.read_access(f"{header}.{payload}.{signature}", NOW)


def _unsigned() -> str:
    header = part(b'{"alg":"none","typ":"JWT"}')
    return f"{header}.{part(json.dumps(CLAIMS).encode())}."


def _with_rsa() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return signed(CLAIMS, pem.decode(), "RS256")


def _with_public_key_as_secret() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return signed(CLAIMS, key.public_bytes(Encoding.DER, PublicFormat.PKCS1).decode("latin-1"))


def _with_deep_header() -> str:
    deep = b'{"alg":"HS256","x":' + b"[" * 400 + b"]" * 400 + b"}"
    return f"{part(deep)}.{part(b'{}')}.{part(b'x')}"


def _tampered() -> str:
    header, _, signature = signed(CLAIMS).split(".")
    return f"{header}.{part(json.dumps(CLAIMS | {'sub': '8'}).encode())}.{signature}"


@pytest.mark.parametrize(
    "forge",
    [
        _unsigned,
        _with_rsa,
        _with_public_key_as_secret,
        _with_deep_header,
        _tampered,
        lambda: signed(CLAIMS, "x" * 40),
        lambda: signed(CLAIMS, SECRET, "HS512"),
        lambda: signed(CLAIMS | {"more": "x" * LONGEST_TOKEN}),
        lambda: "",
        lambda: "..",
        lambda: "a.b.c",
        lambda: signed(CLAIMS) + ".x",
        lambda: "\ud800" * 3,
    ],
)
def test_a_forged_token_is_refused(forge: Callable[[], str]) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.read_access(forge(), NOW)


@given(st.text(max_size=200) | st.from_regex(r"\A[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}\Z"))
def test_whatever_is_sent_as_a_token_is_refused_and_nothing_worse(text: str) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.read_access(text)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Tokens("x" * 31, access_for=timedelta(1), refresh_for=timedelta(1))


@pytest.fixture
def hasher() -> Hasher:
    return Hasher(time_cost=1, memory_kib=8, parallelism=1, concurrency=2)


async def test_a_password_is_known_by_its_hash(hasher: Hasher) -> None:
    kept = await hasher.hash("StrongPass123")
    assert kept.startswith("$argon2id$")
    assert "StrongPass123" not in kept
    assert await hasher.verify("StrongPass123", kept)
    assert not await hasher.verify("strongpass123", kept)
    assert not hasher.is_outdated(kept)


@pytest.mark.parametrize("password", ["é" * 100, "\U0001f600" * 24, "x" * 256])
async def test_long_passwords_are_hashed_whole(hasher: Hasher, password: str) -> None:
    kept = await hasher.hash(password)
    assert await hasher.verify(password, kept)
    assert not await hasher.verify(password[:-1], kept)


@pytest.mark.parametrize("password", ["", "\0", "\ud800", "x" * 257, "x" * 5000])
async def test_what_cannot_be_hashed_is_not_verified(hasher: Hasher, password: str) -> None:
    for kept in (await hasher.hash("right-password"), bcrypt.using(rounds=4).hash("right")):
        assert not await hasher.verify(password, kept)


async def test_without_a_hash_nothing_is_right(hasher: Hasher) -> None:
    assert not await hasher.verify("anything", None)
    assert not await hasher.verify("anything", "a damaged hash")


async def test_bcrypt_is_verified_and_outdated(hasher: Hasher) -> None:
    kept = bcrypt.using(rounds=4).hash("old-password")
    assert await hasher.verify("old-password", kept)
    assert hasher.is_outdated(kept)


async def test_hashing_has_an_end_to_its_queue(hasher: Hasher) -> None:
    hasher._waiting = MOST_WAITING
    with pytest.raises(Busy):
        await hasher.hash("password")
