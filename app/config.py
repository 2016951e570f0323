"""Settings: read once from the environment (prefix PLENARY_), then passed on. Nothing is global.

Each secret may instead be named by a file: PLENARY_SECRET_KEY_FILE, PLENARY_DATABASE_URL_FILE, …
"""

import os
from base64 import b64decode
from collections.abc import Mapping
from hmac import digest
from inspect import signature
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

PREFIX = "PLENARY_"
# Where anybody verifies the number of a certificate: its QR code leads there, and a mail does.
VERIFICATION_PATH = "/api/v1/public/certificates/"
GATEWAY_SUCCESS_RATE = 0.8
LEAST_SECRET_BYTES = 32
_EVERYWHERE = {"0.0.0.0", "::", "localhost", ""}
FROM_FILES = (
    "database_url",
    "database_read_url",
    "redis_url",
    "secret_key",
    "webhook_secrets",
    "smtp_password",
)
# The published contracts beside the native API, by the names under which they are mounted.
CONTRACTS = ("event-management", "mini-event", "event-hub", "jointoit")
# What the demo allows per minute, so that nobody who tries things out meets a limit, and what it
# shows: everything.
_GENEROUS = {
    "login_limit_account": 10_000,
    "login_limit_address": 60_000,
    "write_limit": 600_000,
    "contracts": CONTRACTS,
}

Commas = Annotated[tuple[str, ...], NoDecode]
Port = Annotated[int, Field(ge=1, le=65535)]
Count = Annotated[int, Field(ge=1)]
Limit = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(gt=0)]


_TRUE = {"1", "true", "yes", "on", "t", "y"}


class ConfigurationError(Exception):
    """The environment cannot be meant; the text says what to change."""


def own_url(host: str, port: int) -> str:
    """A URL under which this machine reaches itself."""
    if host in _EVERYWHERE:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def own_callback_url(known: Mapping[str, Any]) -> str:
    """Where the payment gateway reports what became of a payment, unless told otherwise."""
    return f"{own_url(known.get('host', ''), known.get('port', 8000))}/api/v1/payments/callback/"


def webhook_key(secret: str) -> bytes:
    """The key behind a secret; the form `whsec_<base64>` of Standard Webhooks is understood."""
    prefix, found, encoded = secret.partition("whsec_")
    return b64decode(encoded) if found and not prefix else secret.encode()


class Settings(BaseSettings):
    """Everything that differs between one installation and the next."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    # What it runs on. Without a database URL an embedded PostgreSQL is started under data_dir.
    database_url: SecretStr | None = None
    # A streaming replica of it: public pages are written from there, as far as it keeps up.
    database_read_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    data_dir: Path = Path(".plenary")
    demo: bool = False
    contracts: Commas = ("event-management", "event-hub", "jointoit")
    admin: bool = True

    # Where it listens, and as what it is reached.
    host: str = "127.0.0.1"
    port: Port = 8000
    workers: Count = 1
    # Requests that a process works upon at once; who is one too many is told to come back.
    max_in_flight: Count = 256
    public_url: str | None = None
    trusted_proxies: Commas = ()
    max_body_bytes: Annotated[int, Field(ge=1024)] = 1_048_576
    max_upload_bytes: Annotated[int, Field(ge=1024)] = 5_242_880
    body_seconds: Seconds = 20.0
    drain_seconds: Annotated[float, Field(ge=0)] | None = None
    graceful_seconds: Count = 30

    # Secrets and tokens.
    secret_key: SecretStr = SecretStr("")
    webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    access_minutes: Count = 60
    refresh_days: Count = 7
    login_days: Count = 30
    argon2_time_cost: Count = 4
    argon2_memory_kib: Annotated[int, Field(ge=8)] = 9_216
    argon2_parallelism: Count = 1
    hashing_concurrency: Count = 2

    # Limits per minute; 0 means none.
    login_limit_account: Limit = 10
    login_limit_address: Limit = 60
    write_limit: Limit = 3_000

    # The database, and what stands in between: PgBouncer, pooling transactions.
    database_pooler: Literal["none", "transaction"] = "none"
    pool_size: Count = 10
    # Beyond the pool: each such connection is opened for one use and closed after it.
    pool_overflow: Annotated[int, Field(ge=0)] = 0
    pool_timeout: Seconds = 2.0
    lock_timeout_seconds: Seconds = 3.0
    statement_timeout_seconds: Seconds = 15.0

    # Registrations, payments, logs.
    hold_minutes: Count = 30
    # Before a conference begins; 0 means that nobody is reminded.
    reminder_hours: Annotated[int, Field(ge=0, le=8760)] = 24
    # A change of date or place is told that long after it began: until then it can be put right.
    change_quiet_seconds: Annotated[int, Field(ge=0, le=86_400)] = 300
    payment_wait_seconds: Annotated[float, Field(ge=0)] = 10.0
    payment_test_mode: bool = False
    gateway_seed: int | None = None
    callback_url: str = Field(default_factory=own_callback_url)
    log_days: Count = 30
    log_format: Literal["auto", "json", "console"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    # Mail: to files unless an SMTP server is named.
    mail_transport: Literal["auto", "file", "smtp", "console"] = "auto"
    mail_from: str = "Plenary <plenary@localhost.example>"
    smtp_url: SecretStr | None = None
    smtp_host: str = ""
    smtp_port: Port = 587
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_starttls: bool = True

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _FilesNamedInEnvironment(settings_cls)

    @field_validator("contracts", "trusted_proxies", "webhook_secrets", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("contracts", mode="after")
    @classmethod
    def _known_contracts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = ", ".join(sorted(set(value) - set(CONTRACTS)))
        if unknown:
            raise ValueError(f"knows no {unknown}; there are {', '.join(CONTRACTS)}")
        return value

    @field_validator("database_url", "database_read_url", mode="after")
    @classmethod
    def _with_driver(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value().strip():
            return None
        scheme, found, rest = value.get_secret_value().strip().partition("://")
        if not found or scheme not in {"postgres", "postgresql", "postgresql+asyncpg"}:
            raise ValueError("must be a URL that starts with postgresql://")
        # libpq's name for it, and asyncpg's.
        url = f"postgresql+asyncpg://{rest.replace('sslmode=', 'ssl=')}"
        _ensure_connects_by(url)
        return SecretStr(url)

    @field_validator("redis_url", "smtp_url", mode="after")
    @classmethod
    def _none_when_empty(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value and value.get_secret_value().strip() else None

    @field_validator("secret_key", mode="after")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        secret = value.get_secret_value()
        if secret and len(secret.encode()) < LEAST_SECRET_BYTES:
            raise ValueError(f"must be at least {LEAST_SECRET_BYTES} bytes long")
        return value

    @field_validator("data_dir", mode="after")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @model_validator(mode="before")
    @classmethod
    def _generous_in_the_demo(cls, values: Any) -> Any:
        if isinstance(values, dict) and str(values.get("demo", "")).lower() in _TRUE:
            return {**_GENEROUS, **values}
        return values

    @model_validator(mode="after")
    def _mail_can_leave(self) -> Self:
        if self.mail_transport == "smtp" and not (self.smtp_host or self.smtp_url):
            raise ValueError("mail_transport smtp needs smtp_host or smtp_url")
        return self

    @property
    def embedded(self) -> bool:
        """Whether the database is the one that Plenary starts itself."""
        return self.database_url is None

    @property
    def base_url(self) -> str:
        """The address under which people reach this installation, without a trailing slash."""
        if self.public_url:
            return self.public_url.rstrip("/")
        return own_url(self.host, self.port)

    @property
    def webhook_keys(self) -> tuple[bytes, ...]:
        """Keys of the callback's signature: the first one signs, all of them verify."""
        if self.webhook_secrets:
            return tuple(webhook_key(key.get_secret_value()) for key in self.webhook_secrets)
        return (digest(self.secret_key.get_secret_value().encode(), b"payment callback", "sha256"),)

    @property
    def mail_dir(self) -> Path:
        """Where the `file` transport leaves its messages."""
        return self.data_dir / "mail"

    @property
    def cover_dir(self) -> Path:
        """Where the conferences' cover images are kept."""
        return self.data_dir / "media" / "covers"

    @property
    def avatar_dir(self) -> Path:
        """Where the pictures of people are kept."""
        return self.data_dir / "media" / "avatars"

    @property
    def mails_by(self) -> Literal["file", "smtp", "console"]:
        """The transport in use: SMTP where a server is named, files otherwise."""
        if self.mail_transport != "auto":
            return self.mail_transport
        return "smtp" if self.smtp_host or self.smtp_url else "file"

    def drains_for(self, *, interactive: bool) -> float:
        """Seconds between `not ready` and the closing of the listener."""
        if self.drain_seconds is not None:
            return self.drain_seconds
        return 0.0 if self.demo or interactive else 5.0


def _ensure_connects_by(url: str) -> None:
    """Raises ValueError where the driver could not begin to connect, wherever the database is."""
    # Whoever runs the embedded database does without.
    from asyncpg import connect  # noqa: PLC0415
    from sqlalchemy.engine import make_url  # noqa: PLC0415
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

    known = {*signature(connect).parameters, "prepared_statement_cache_size"}
    try:
        asked = make_url(url).query
    except (ArgumentError, ValueError):
        # What they say, and what is asked for, may be of the password.
        raise ValueError("must look like postgresql://user:password@host:5432/name") from None
    if not asked.keys() <= known:
        raise ValueError("names something after its ? that the driver does not know")


class _FilesNamedInEnvironment(PydanticBaseSettingsSource):
    """PLENARY_<NAME>_FILE holds the path of a file whose content is the value."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        if field_name not in FROM_FILES or not path:
            return None, field_name, False
        try:
            return Path(path).read_text().strip(), field_name, False
        except OSError as error:
            name = f"{PREFIX}{field_name.upper()}_FILE"
            raise ConfigurationError(f"{name}: cannot read {path}: {error.strerror}") from error

    def __call__(self) -> dict[str, Any]:
        named = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in named.items() if value is not None}
