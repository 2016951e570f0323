"""From the environment to settings: spelled right, complete, with a secret fit for signing."""

import difflib
import os
import secrets
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from app.config import FROM_FILES, LEAST_SECRET_BYTES, PREFIX, ConfigurationError, Settings

# A secret of fewer different characters was typed, not drawn.
_LEAST_DIFFERENT = 4
_PLACEHOLDERS = ("changeme", "change-me", "change_me", "insecure", "your-secret", "your_secret")


def read_settings(**given: Any) -> Settings:
    """The settings of this process; what is `given` (not None) wins over the environment."""
    ensure_spelled(os.environ)
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise ConfigurationError(_sentences(error)) from error


def with_secret(settings: Settings) -> Settings:
    """The settings with a secret fit for signing; without one only the demo may start.

    The demo draws its secret once and keeps it in `<data-dir>/secret`, readable by its owner only.
    """
    secret = settings.secret_key.get_secret_value()
    if not secret and settings.demo:
        return settings.model_copy(update={"secret_key": SecretStr(_kept_secret(settings))})
    ensure_secret(secret)
    return settings


def ensure_secret(secret: str) -> None:
    """Refuse a missing, short or typed-in secret."""
    how = "Set it to a random one, for example the output of `openssl rand -hex 32`."
    if not secret:
        raise ConfigurationError(
            f"PLENARY_SECRET_KEY is not set (only --demo starts without). {how}"
        )
    if len(secret.encode()) < LEAST_SECRET_BYTES:
        raise ConfigurationError(
            f"PLENARY_SECRET_KEY is shorter than {LEAST_SECRET_BYTES} bytes. {how}"
        )
    typed = any(word in secret.lower() for word in _PLACEHOLDERS)
    if typed or len(set(secret)) < _LEAST_DIFFERENT:
        raise ConfigurationError(f"PLENARY_SECRET_KEY looks like a placeholder. {how}")


def ensure_data_dir(folder: Path) -> None:
    """Make the data directory if it is not there; refuse one that cannot be written.

    One that we make is its owner's alone. Run by root, the embedded PostgreSQL opens it for the
    user it runs as; what is secret in it is closed by itself.
    """
    try:
        folder.mkdir(0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return
    except OSError as error:
        raise ConfigurationError(
            f"The data directory {folder} cannot be written: {_why(folder, error)}."
            " Set PLENARY_DATA_DIR or --data-dir to one that can."
        ) from error


def ensure_spelled(environ: Mapping[str, str]) -> None:
    """Refuse PLENARY_ variables that mean nothing: most likely they are misspelled."""
    known = _variables()
    unknown = [name for name in sorted(environ) if name.startswith(PREFIX) and name not in known]
    if unknown:
        raise ConfigurationError("\n".join(_unknown(name, known) for name in unknown))


def secret_values(settings: Settings) -> tuple[str, ...]:
    """What must never be seen in a log."""
    named = (settings.secret_key, settings.smtp_password, *settings.webhook_secrets)
    return tuple(value for secret in named if (value := secret.get_secret_value()))


def as_environment(settings: Settings) -> dict[str, str]:
    """The variables from which another process reads the same settings."""
    values = {f"{PREFIX}{name.upper()}": _as_text(value) for name, value in settings}
    return {name: text for name, text in values.items() if text is not None}


def _as_text(value: object) -> str | None:
    if isinstance(value, tuple):
        return ",".join(text for item in value if (text := _as_text(item)) is not None)
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return None if value is None else str(value)


def _variables() -> set[str]:
    names = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    return names | {f"{PREFIX}{name.upper()}_FILE" for name in FROM_FILES}


def _unknown(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"{name} is not a setting of Plenary.{hint}"


def _sentences(error: ValidationError) -> str:
    """One line per setting at fault; never the value, which may be a secret."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        if problem["type"] == "default_factory_not_called":
            # Only follows from another setting that is named here.
            continue
        name = "_".join(str(part) for part in problem["loc"][:1]).upper()
        said = problem["msg"].removeprefix("Value error, ")
        lines.append(f"{PREFIX}{name}: {said}" if name else said)
    return "\n".join(lines)


def _why(folder: Path, error: OSError) -> str:
    return "it is a file" if folder.is_file() else str(error.strerror)


def _kept_secret(settings: Settings) -> str:
    path = settings.data_dir / "secret"
    ensure_data_dir(settings.data_dir)
    # Whichever of several processes comes first writes it; the others read what it wrote.
    with suppress(FileExistsError):
        draft = path.with_name(f"secret.{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, path)
        finally:
            draft.unlink()
    return path.read_text().strip()
