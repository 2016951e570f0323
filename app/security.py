"""Password hashing and tokens: the only module that knows passlib and python-jose.

It knows no request and no database. Nothing in a token chooses how it is read: HS256, one secret.
"""

import asyncio
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, TypeVar

from passlib.context import CryptContext

from app.domain.accounts import TokenPair
from app.domain.errors import Busy, InvalidToken
from app.lean import without

# HS256 is the standard library's: what reads keys of other kinds costs 10 MiB.
with without("cryptography", "rsa"):
    from jose import jwk, jws, jwt
    from jose.constants import ALGORITHMS

T = TypeVar("T")

LEAST_SECRET_BYTES = 32
LONGEST_TOKEN = 1024
LONGEST_PASSWORD = 256
# Beyond this many, whoever comes would wait for seconds.
MOST_WAITING = 128
ISSUER = "plenary"
AUDIENCE = "plenary-api"
CLOCK_SKEW = 60
LONGEST_ID = 19
# About a kilobyte each.
_MOST_REMEMBERED = 1024
# One spelling of each: the decoder would take others of the same signature.
_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}")
# A family is named by a UUID.
_FAMILY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ALGORITHMS = [ALGORITHMS.HS256]

Kind = Literal["access", "refresh"]


class Hasher:
    """Hashes passwords in a few threads of its own: each costs tens of milliseconds of CPU."""

    def __init__(
        self, *, time_cost: int, memory_kib: int, parallelism: int, concurrency: int
    ) -> None:
        self._context = CryptContext(
            schemes=["argon2", "bcrypt"],
            deprecated=["bcrypt"],
            argon2__type="ID",
            argon2__time_cost=time_cost,
            argon2__memory_cost=memory_kib,
            argon2__parallelism=parallelism,
        )
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="hashing")
        self._waiting = 0
        self._dummy = ""

    async def warm(self) -> None:
        """Hash once, so that the first login of an unknown user takes no longer than others."""
        self._dummy = await self.hash(secrets.token_urlsafe(16))

    async def hash(self, password: str) -> str:
        return await self._aside(lambda: str(self._context.hash(password)))

    async def verify(self, password: str, kept: str | None) -> bool:
        """Whether this is the password of the kept hash; no hash takes as long, and is a no."""
        if not self._dummy:
            await self.warm()
        if len(password) > LONGEST_PASSWORD:
            return False
        good = await self._aside(lambda: self._matches(password, kept or self._dummy))
        return good and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether the hash was made by other means than are used today."""
        return bool(self._context.needs_update(kept))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, password: str, kept: str) -> bool:
        # Whatever a hash function refuses (NUL, surrogates, a damaged hash) is no match.
        try:
            return bool(self._context.verify(password, kept))
        except Exception:
            return False

    async def _aside(self, work: Callable[[], T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise Busy(retry_after=2)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a good token says."""

    user_id: int
    family: str
    jti: str
    expires_at: int


class Tokens:
    """Issues and reads the two kinds of tokens; each names its user, its login and itself."""

    def __init__(
        self,
        secret: str,
        *,
        access_for: timedelta,
        refresh_for: timedelta,
        login_for: timedelta = timedelta(days=30),
    ) -> None:
        if len(secret.encode()) < LEAST_SECRET_BYTES:
            raise ValueError(f"the token secret must have {LEAST_SECRET_BYTES} bytes or more")
        self._secret = secret
        self._key = jwk.construct(secret, ALGORITHMS.HS256)
        # A client sends the same token with request after request, and what is signed stays so;
        # what cannot be verified is not remembered. Whether it is time is asked each time.
        self._said_by = lru_cache(_MOST_REMEMBERED)(self._verified)
        self.refresh_for = refresh_for
        self.login_for = login_for
        self._for: dict[Kind, timedelta] = {"access": access_for, "refresh": refresh_for}
        self.digest_key = hmac.digest(secret.encode(), b"request digests", "sha256")

    def pair(self, user_id: int, family: str, jti: str, now: datetime) -> TokenPair:
        """An access token, and the refresh token that bears this `jti`."""
        return TokenPair(
            access=self.access(user_id, family, now),
            refresh=self.issue("refresh", user_id, family, jti, now),
        )

    def access(self, user_id: int, family: str, now: datetime) -> str:
        """An access token of that login; its own name matters to nobody."""
        return self.issue("access", user_id, family, secrets.token_hex(8), now)

    def issue(self, kind: Kind, user_id: int, family: str, jti: str, now: datetime) -> str:
        issued = int(now.timestamp())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(user_id),
            "typ": kind,
            "fam": family,
            "jti": jti,
            "iat": issued,
            "exp": issued + int(self._for[kind].total_seconds()),
        }
        return jwt.encode(claims, self._secret, algorithm=ALGORITHMS.HS256)

    def read_access(self, token: str, now: datetime | None = None) -> Claims:
        return self._read(token, "access", now)

    def read_refresh(self, token: str, now: datetime | None = None) -> Claims:
        return self._read(token, "refresh", now)

    def _read(self, token: str, kind: Kind, now: datetime | None) -> Claims:
        present = time.time() if now is None else now.timestamp()
        # Hostile tokens raise far more than the library's own errors; all of it means "no".
        try:
            if len(token) > LONGEST_TOKEN or not _FORM.fullmatch(token):
                raise InvalidToken
            claims = self._said_by(token)
            ensure_claims(claims, kind, present)
            return Claims(
                user_id=int(claims["sub"]),
                family=claims["fam"],
                jti=claims["jti"],
                expires_at=claims["exp"],
            )
        except Exception as error:
            raise InvalidToken from error

    def _verified(self, token: str) -> Mapping[str, Any]:
        claims: Mapping[str, Any] = json.loads(jws.verify(token, self._key, _ALGORITHMS))
        return claims


def ensure_claims(claims: Mapping[str, Any], kind: Kind, present: float) -> None:
    """Refuse a token that lacks a claim, is of the other kind, for others, or not of this time."""
    sub, fam, jti, iat, exp = (claims[name] for name in ("sub", "fam", "jti", "iat", "exp"))
    good = (
        claims["iss"] == ISSUER
        and claims["aud"] == AUDIENCE
        and claims["typ"] == kind
        and (type(sub), type(fam), type(jti), type(iat), type(exp)) == (str, str, str, int, int)
        and sub.isascii()
        and sub.isdigit()
        and len(sub) <= LONGEST_ID
        and _FAMILY.fullmatch(fam)
        and jti
        and iat <= present + CLOCK_SKEW
        and present < exp
    )
    if not good:
        raise InvalidToken
