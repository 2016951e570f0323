from app.repositories.outbox import Lane
from worker.backoff import pause
from worker.outbox import PACES


def test_a_payment_is_tried_every_half_minute_at_the_latest_and_for_a_quarter_of_an_hour() -> None:
    pace = PACES[Lane.PAYMENTS]
    waits = [
        pause(failures, pace.first_retry, pace.longest_retry)
        for failures in range(1, pace.most_attempts)
    ]
    assert max(waits) <= 30
    assert sum(waits) > 15 * 60
