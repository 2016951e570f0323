"""The promises of the house, each with the queries that find whatever breaks it."""

from app.repositories.audit import claims, effects, logs, money, queues, seats, states
from app.repositories.audit.auditor import MOST, Auditor, Broken
from app.repositories.audit.promise import Check, Promise

PROMISES: tuple[Promise, ...] = tuple(
    sorted(
        (
            promise
            for room in (seats, claims, money, states, queues, effects, logs)
            for promise in room.PROMISES
        ),
        key=lambda promise: int(promise.name[1:]),
    )
)

__all__ = ["MOST", "PROMISES", "Auditor", "Broken", "Check", "Promise"]
