import os
from pathlib import Path

import pytest

from app.config import ConfigurationError, Settings
from app.environment import as_environment, read_settings, with_secret

SECRET = "f1c0ba5e7d4e4f7e9a6b2f0d83c5a917c2e86d3b"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PLENARY_")]:
        monkeypatch.delenv(name)


def test_a_misspelled_variable_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLENARY_DATABSE_URL", "postgresql://x")
    with pytest.raises(ConfigurationError, match=r"PLENARY_DATABSE_URL.*PLENARY_DATABASE_URL"):
        read_settings()


def test_a_wrong_value_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLENARY_DATABASE_URL", "mysql://user:hunter2@host/x")
    with pytest.raises(ConfigurationError, match="PLENARY_DATABASE_URL") as refusal:
        read_settings()
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://ada:hunter2@[::1", "must look like"),
        ("postgresql://ada:hunter2@host:port/x", "must look like"),
        ("postgresql://ada:p@ss?hunter2=x@host/x", "does not know"),
        ("postgresql://ada:hunter2@host/x?sslmode=require&conect_timeout=5", "does not know"),
    ],
)
@pytest.mark.parametrize("name", ["PLENARY_DATABASE_URL", "PLENARY_DATABASE_READ_URL"])
def test_an_address_that_no_driver_can_take_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, url: str, said: str
) -> None:
    monkeypatch.setenv(name, url)
    with pytest.raises(ConfigurationError, match=f"^{name}: .*{said}.*$") as refusal:
        read_settings()
    assert "hunter2" not in str(refusal.value)


def test_wrong_values_are_one_plain_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLENARY_PORT", "99999")
    monkeypatch.setenv("PLENARY_SECRET_KEY", "short")
    with pytest.raises(ConfigurationError) as refusal:
        read_settings()
    port, secret = str(refusal.value).splitlines()
    assert port.startswith("PLENARY_PORT: ")
    assert secret == "PLENARY_SECRET_KEY: must be at least 32 bytes long"


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    monkeypatch.setenv("PLENARY_SECRET_KEY_FILE", str(tmp_path / "secret"))
    assert read_settings().secret_key.get_secret_value() == SECRET


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLENARY_SECRET_KEY_FILE", "/nowhere/secret")
    with pytest.raises(ConfigurationError, match="PLENARY_SECRET_KEY_FILE: cannot read"):
        read_settings()


@pytest.mark.parametrize(
    ("secret", "said"),
    [("", "not set"), ("x" * 40, "placeholder"), ("change-me-" * 8, "placeholder")],
)
def test_without_the_demo_a_secret_is_needed(secret: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        with_secret(read_settings(secret_key=secret))


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="32 bytes"):
        read_settings(secret_key="f1c0ba5e7d4e")


def test_the_demo_draws_a_secret_once_and_keeps_it_to_itself(tmp_path: Path) -> None:
    first = with_secret(read_settings(demo=True, data_dir=tmp_path)).secret_key
    second = with_secret(read_settings(demo=True, data_dir=tmp_path)).secret_key
    assert first == second
    assert len(first.get_secret_value()) == 64
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_the_demo_is_generous(monkeypatch: pytest.MonkeyPatch) -> None:
    strict, generous = read_settings(), read_settings(demo=True)
    assert generous.login_limit_account > strict.login_limit_account
    monkeypatch.setenv("PLENARY_LOGIN_LIMIT_ACCOUNT", "5")
    assert read_settings(demo=True).login_limit_account == 5


def test_another_process_reads_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = read_settings(
        demo=True,
        secret_key=SECRET,
        data_dir=tmp_path,
        webhook_secrets="one-of-two,two-of-two",
        trusted_proxies="10.0.0.1",
        database_url="postgres://me@/db?host=/a%20b&sslmode=require",
        gateway_seed=7,
    )
    for name, value in as_environment(settings).items():
        monkeypatch.setenv(name, value)
    assert read_settings() == settings


def test_urls_follow_from_where_it_listens() -> None:
    settings = Settings(host="0.0.0.0", port=8123)
    assert settings.base_url == "http://127.0.0.1:8123"
    assert settings.callback_url == "http://127.0.0.1:8123/api/v1/payments/callback/"
    assert Settings(host="::1").base_url == "http://[::1]:8000"


def test_libpqs_name_for_encryption_is_understood() -> None:
    url = Settings.model_validate({"database_url": "postgres://h/d?sslmode=require"}).database_url
    assert url is not None
    assert url.get_secret_value() == "postgresql+asyncpg://h/d?ssl=require"


def test_several_webhook_secrets_for_rotation() -> None:
    given = {"webhook_secrets": "whsec_MDEyMzQ1Njc4OQ==,plain"}
    assert Settings.model_validate(given).webhook_keys == (b"0123456789", b"plain")
    assert Settings.model_validate({"secret_key": SECRET}).webhook_keys[0] != SECRET.encode()


def test_ctrl_c_and_the_demo_do_not_drain() -> None:
    assert Settings().drains_for(interactive=False) == 5
    assert Settings().drains_for(interactive=True) == 0
    assert Settings(demo=True).drains_for(interactive=False) == 0
    assert Settings(demo=True, drain_seconds=2).drains_for(interactive=True) == 2
