from app.repositories.outbox import Lane
from worker.backoff import breather, pause
from worker.outbox import PACES


def test_a_payment_is_tried_every_half_minute_at_the_latest_and_for_a_quarter_of_an_hour() -> None:
    pace = PACES[Lane.PAYMENTS]
    waits = [
        pause(failures, pace.first_retry, pace.longest_retry)
        for failures in range(1, pace.most_attempts)
    ]
    assert max(waits) <= 30
    assert sum(waits) > 15 * 60


def test_a_busy_process_is_given_longer_and_longer_breathers_up_to_a_bound() -> None:
    waits, last = [], 0.05
    for _ in range(4):
        last = breather(last, busy=True, shortest=0.05, longest=0.25)
        waits.append(last)
    assert waits == [0.1, 0.2, 0.25, 0.25]
    assert breather(last, busy=False, shortest=0.05, longest=0.25) == 0.05


def test_a_breather_without_a_longer_one_stays_as_it_is() -> None:
    assert breather(0.02, busy=True, shortest=0.02, longest=0.0) == 0.02
    assert breather(0.0, busy=True, shortest=0.0, longest=0.0) == 0.0


def test_payments_and_a_worker_of_its_own_never_wait_longer() -> None:
    assert all(pace.longest_breather == 0.0 for pace in PACES.values())
