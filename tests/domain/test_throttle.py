import pytest

from app.domain.errors import TooMany
from app.throttle import Throttle


def test_what_is_beyond_the_limit_waits() -> None:
    throttle = Throttle(writes=3, logins_of_account=0, logins_of_address=0)
    for _ in range(3):
        throttle.write("user:1")
    with pytest.raises(TooMany) as refusal:
        throttle.write("user:1")
    assert 1 <= refusal.value.retry_after <= 60
    throttle.write("user:2")


def test_logins_are_counted_per_account_and_per_address() -> None:
    throttle = Throttle(writes=0, logins_of_account=2, logins_of_address=3)
    throttle.login("jane", "1.1.1.1")
    throttle.login("jane", "1.1.1.2")
    with pytest.raises(TooMany):
        throttle.login("jane", "1.1.1.3")
    throttle.login("john", "1.1.1.1")
    throttle.login("jack", "1.1.1.1")
    with pytest.raises(TooMany):
        throttle.login("jill", "1.1.1.1")


def test_logins_that_anybody_tries_keep_nobody_from_changing_their_password() -> None:
    throttle = Throttle(writes=0, logins_of_account=2, logins_of_address=0)
    for name in ("7", "user:7"):
        for _ in range(2):
            throttle.login(name, "1.1.1.1")
    throttle.password_of(7)
    throttle.password_of(7)
    with pytest.raises(TooMany):
        throttle.password_of(7)


def test_no_limit_is_no_limit() -> None:
    throttle = Throttle(writes=0, logins_of_account=0, logins_of_address=0)
    for _ in range(1000):
        throttle.write("user:1")
        throttle.login("jane", "1.1.1.1")


def test_exports_are_counted_per_sender_while_they_last() -> None:
    throttle = Throttle(writes=0, logins_of_account=0, logins_of_address=0)
    with throttle.export("xlsx user:1", 1):
        with pytest.raises(TooMany) as refusal, throttle.export("xlsx user:1", 1):
            raise AssertionError
        assert refusal.value.retry_after > 0
        with throttle.export("xlsx user:2", 1), throttle.export("csv user:1", 1):
            pass
    with pytest.raises(OSError, match="gone"), throttle.export("xlsx user:1", 1):
        raise OSError("gone")
    with throttle.export("xlsx user:1", 1):
        pass
