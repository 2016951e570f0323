import asyncio
import base64
import hmac
import json
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
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


def test_a_token_that_was_good_is_looked_at_anew_each_time() -> None:
    """What is remembered of it is what it says, not that it is good now, here and for this."""
    token = TOKENS.pair(7, FAMILY, "j", NOW).access
    assert TOKENS.read_access(token, NOW) == TOKENS.read_access(token, NOW)
    with pytest.raises(InvalidToken):
        TOKENS.read_refresh(token, NOW)
    with pytest.raises(InvalidToken):
        TOKENS.read_access(token, NOW + timedelta(hours=1))
    with pytest.raises(InvalidToken):
        TOKENS.read_access(token, NOW - timedelta(hours=1))
    head, body, signature = token.split(".")
    with pytest.raises(InvalidToken):
        TOKENS.read_access(f"{head}.{body}.{signature[::-1]}", NOW)
    others = Tokens(secrets.token_hex(32), access_for=timedelta(1), refresh_for=timedelta(1))
    with pytest.raises(InvalidToken):
        others.read_access(token, NOW)


@pytest.mark.parametrize("ending", ["=", "====", "\xa0", "\n", " ", "A"])
def test_a_token_has_one_spelling(ending: str) -> None:
    """Its signature would be read all the same; each would be remembered by itself."""
    token = TOKENS.pair(7, FAMILY, "j", NOW).access
    with pytest.raises(InvalidToken):
        TOKENS.read_access(token + ending, NOW)


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
    head = part(b'{"alg":"RS256","typ":"JWT"}')
    said = f"{head}.{part(json.dumps(CLAIMS).encode())}"
    return f"{said}.{part(key.sign(said.encode(), PKCS1v15(), SHA256()))}"


def _with_public_key_as_secret() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return signed(CLAIMS, key.public_bytes(Encoding.DER, PublicFormat.PKCS1).decode("latin-1"))


def _with_deep_header() -> str:
    deep = b'{"alg":"HS256","x":' + b"[" * 400 + b"]" * 400 + b"}"
    return f"{part(deep)}.{part(b'{}')}.{part(b'x')}"


def _with_deep_header_that_fits() -> str:
    deep = b'{"alg":"HS256","x":' + b"[" * 350 + b"]" * 350 + b"}"
    token = f"{part(deep)}.{part(b'{}')}.{part(b'x')}"
    assert len(token) <= LONGEST_TOKEN
    return token


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
        _with_deep_header_that_fits,
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


@pytest.mark.parametrize("algorithm", ["none", "HS384", "HS512", "RS256"])
def test_what_a_token_says_of_its_algorithm_is_not_read_another_way(algorithm: str) -> None:
    """Also if whoever wrote it has the secret: one algorithm, and no other name for it."""
    header, payload = (
        part(json.dumps({"alg": algorithm}).encode()),
        part(json.dumps(CLAIMS).encode()),
    )
    right = hmac.digest(SECRET.encode(), f"{header}.{payload}".encode(), "sha256")
    with pytest.raises(InvalidToken):
        TOKENS.read_access(f"{header}.{payload}.{part(right)}", NOW)


@given(st.text(max_size=200) | st.from_regex(r"\A[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}\Z"))
def test_whatever_is_sent_as_a_token_is_refused_and_nothing_worse(text: str) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.read_access(text)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^the token secret must have 32 bytes or more$"):
        Tokens("x" * 31, access_for=timedelta(1), refresh_for=timedelta(1))
    Tokens("x" * 32, access_for=timedelta(1), refresh_for=timedelta(1))
    # Letters of more than one byte count as many.
    Tokens("é" * 16, access_for=timedelta(1), refresh_for=timedelta(1))


def test_each_kind_of_token_lives_as_long_as_was_said() -> None:
    """Made here, by a secret of its own."""
    tokens = Tokens(
        "a secret of more than thirty-two bytes",
        access_for=timedelta(minutes=5),
        refresh_for=timedelta(hours=2),
        login_for=timedelta(days=3),
    )
    issued = int(NOW.timestamp())
    pair = tokens.pair(7, FAMILY, "j", NOW)
    assert tokens.read_access(pair.access, NOW).expires_at == issued + 300
    assert tokens.read_refresh(pair.refresh, NOW).expires_at == issued + 7200
    assert (tokens.refresh_for, tokens.login_for) == (timedelta(hours=2), timedelta(days=3))
    with pytest.raises(InvalidToken):
        TOKENS.read_access(pair.access, NOW)
    assert tokens.digest_key == hmac.digest(
        b"a secret of more than thirty-two bytes", b"request digests", "sha256"
    )


def test_requests_are_digested_by_a_key_that_is_not_the_secret_itself() -> None:
    expected = hmac.digest(SECRET.encode(), b"request digests", "sha256")
    assert TOKENS.digest_key == expected


def test_what_is_issued_bears_every_claim() -> None:
    issued = int(NOW.timestamp())
    common = {"iss": "plenary", "aud": "plenary-api", "sub": "7", "fam": FAMILY, "iat": issued}
    access = TOKENS.access(7, FAMILY, NOW)
    claims = jwt.get_unverified_claims(access)
    assert claims == common | {"typ": "access", "jti": claims["jti"], "exp": issued + 3600}
    assert len(claims["jti"]) == 16
    refresh = TOKENS.issue("refresh", 7, FAMILY, "j", NOW)
    expected = common | {"typ": "refresh", "jti": "j", "exp": issued + 7 * 86400}
    assert jwt.get_unverified_claims(refresh) == expected
    assert jwt.get_unverified_header(access)["alg"] == "HS256"


@pytest.mark.parametrize(("ahead", "is_good"), [(60, True), (61, False)])
def test_a_clock_may_be_a_minute_ahead(ahead: int, is_good: bool) -> None:
    token = signed(CLAIMS | {"iat": int(NOW.timestamp()) + ahead})
    if is_good:
        assert TOKENS.read_access(token, NOW).user_id == 7
    else:
        with pytest.raises(InvalidToken):
            TOKENS.read_access(token, NOW)


@pytest.mark.parametrize(("digits", "is_good"), [(19, True), (20, False)])
def test_an_id_has_as_many_digits_as_the_database_counts(digits: int, is_good: bool) -> None:
    token = signed(CLAIMS | {"sub": "1" * digits})
    if is_good:
        assert TOKENS.read_access(token, NOW).user_id == int("1" * digits)
    else:
        with pytest.raises(InvalidToken):
            TOKENS.read_access(token, NOW)


def test_a_token_may_be_as_long_as_the_longest() -> None:
    padded = (signed(CLAIMS | {"more": "x" * more}) for more in range(LONGEST_TOKEN))
    longest = next(token for token in padded if len(token) >= LONGEST_TOKEN)
    assert len(longest) == LONGEST_TOKEN
    assert TOKENS.read_access(longest, NOW).user_id == 7


def test_without_a_time_a_token_is_read_now() -> None:
    present = datetime.now(UTC)
    assert TOKENS.read_access(TOKENS.access(7, FAMILY, present)).user_id == 7
    assert TOKENS.read_refresh(TOKENS.issue("refresh", 7, FAMILY, "j", present)).jti == "j"
    for long_ago in (present - timedelta(days=8), present + timedelta(days=8)):
        with pytest.raises(InvalidToken):
            TOKENS.read_access(TOKENS.access(7, FAMILY, long_ago))
        with pytest.raises(InvalidToken):
            TOKENS.read_refresh(TOKENS.issue("refresh", 7, FAMILY, "j", long_ago))


@pytest.fixture
def hasher() -> Hasher:
    return Hasher(time_cost=1, memory_kib=8, parallelism=1, concurrency=2)


async def test_a_password_is_known_by_its_hash(hasher: Hasher) -> None:
    kept = await hasher.hash("StrongPass123")
    assert kept.startswith("$argon2id$v=19$m=8,t=1,p=1$")
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


async def test_what_was_hashed_at_another_cost_is_outdated(hasher: Hasher) -> None:
    for other in (
        Hasher(time_cost=2, memory_kib=8, parallelism=1, concurrency=1),
        Hasher(time_cost=1, memory_kib=16, parallelism=1, concurrency=1),
        Hasher(time_cost=1, memory_kib=16, parallelism=2, concurrency=1),
    ):
        kept = await other.hash("password")
        assert hasher.is_outdated(kept)
        assert not other.is_outdated(kept)
        assert await hasher.verify("password", kept)


async def test_hashing_has_an_end_to_its_queue(hasher: Hasher) -> None:
    hasher._waiting = MOST_WAITING - 1
    kept = await hasher.hash("password")
    hasher._waiting = MOST_WAITING
    for work in (hasher.hash("password"), hasher.verify("password", kept)):
        with pytest.raises(Busy) as refusal:
            await work
        assert refusal.value.retry_after == 2
    hasher._waiting = 0
    # Whoever was served, or failed, makes room.
    await hasher.hash("password")
    assert hasher._waiting == 0


async def test_a_hasher_has_so_many_threads_and_no_more(hasher: Hasher) -> None:
    before = set(threading.enumerate())
    await asyncio.gather(*(hasher.hash("password") for _ in range(12)))
    begun = {thread.name for thread in set(threading.enumerate()) - before}
    assert begun
    assert begun <= {"hashing_0", "hashing_1"}
    assert hasher._waiting == 0


async def test_who_is_unknown_is_compared_with_a_real_hash(hasher: Hasher) -> None:
    """Or else the time it takes would tell that there is nobody of that name."""
    assert not await hasher.verify("anything", None)
    assert hasher._dummy.startswith("$argon2id$")


async def test_what_waits_to_be_hashed_is_given_up_when_the_hasher_closes() -> None:
    hasher = Hasher(time_cost=1, memory_kib=8192, parallelism=1, concurrency=1)
    waiting = [asyncio.ensure_future(hasher.hash("password")) for _ in range(20)]
    await asyncio.sleep(0)
    hasher.close()
    ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert any(isinstance(one, asyncio.CancelledError) for one in ended)


async def test_a_hasher_that_is_closed_hashes_no_more(hasher: Hasher) -> None:
    hasher.close()
    with pytest.raises(RuntimeError):
        await hasher.hash("password")
