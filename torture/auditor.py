"""The auditor: holds what was acknowledged against what the database says, from outside.

It knows the file of acknowledgements and the tables, and nothing of the program in between.
"""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torture import acknowledgements
from torture.acknowledgements import Line
from torture.promises import ADDRESSED, BEGINNINGS, MAILED, STUCK, TOLD

if TYPE_CHECKING:
    import asyncpg

    from torture.sinks import CallbackRelay, Mail, MailSink

_SHOWN = 5
_PAYMENT_BECAME = {
    "Paid": {"paid", "refunded"},
    "Failed": {"failed", "refunded"},
    "Pending": {"paid", "failed", "refunded"},
}
_CAPACITIES = {
    "max_attendees": ("sessions", "capacity"),
    "quantity": ("ticket_types", "capacity"),
    "capacity": ("conferences", "capacity"),
}


@dataclass(slots=True, kw_only=True)
class Acknowledged:
    """What the answers, taken together, say that there is."""

    registrations: dict[int, Line] = field(default_factory=dict)
    cancelled: set[int] = field(default_factory=set)
    sessions: dict[int, int] = field(default_factory=dict)
    payments: dict[int, tuple[int, str]] = field(default_factory=dict)
    refunds: dict[int, tuple[int, Decimal]] = field(default_factory=dict)
    refunded: set[int] = field(default_factory=set)
    check_ins: set[int] = field(default_factory=set)
    capacities: dict[tuple[str, int], int] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, path: Path) -> "Acknowledged":
        known = cls()
        for line in acknowledgements.read(path):
            known.add(line)
        return known

    def add(self, line: Line) -> None:
        if "data" not in line:
            self.refused.add(line["key"])
            return
        self.done.add(line["key"])
        data = line["data"]
        getattr(self, f"_{line['what']}")(line, data)

    def _register(self, line: Line, data: Mapping[str, Any]) -> None:
        self.registrations[data["id"]] = line
        if line["body"].get("session"):
            self.sessions[data["id"]] = line["body"]["session"]

    _register_guest = _register

    def _pay(self, line: Line, data: Mapping[str, Any]) -> None:
        self.payments[data["id"]] = (line["body"]["registration_id"], data["status"])

    def _refund(self, line: Line, data: Mapping[str, Any]) -> None:
        payment = _number(line["path"], "payments")
        self.refunds[data["id"]] = (payment, Decimal(str(data["amount"])))
        if "amount" not in line["body"]:
            self.refunded.add(payment)

    def _cancel(self, line: Line, data: Mapping[str, Any]) -> None:
        self.cancelled.add(_number(line["path"], "registrations"))

    def _move(self, line: Line, data: Mapping[str, Any]) -> None:
        self.sessions[_number(line["path"], "registrations")] = line["body"]["session"]

    def _check_in(self, line: Line, data: Mapping[str, Any]) -> None:
        self.check_ins.add(data["id"])

    def _set_capacity(self, line: Line, data: Mapping[str, Any]) -> None:
        [(name, value)] = line["body"].items()
        table, _ = _CAPACITIES[name]
        at = {"ticket_types": "ticket-types"}.get(table, table)
        self.capacities[table, _number(line["path"], at)] = value


OVERSOLD = " UNION ALL ".join(
    f"SELECT '{table} ' || id FROM {table} WHERE seats_taken > capacity"
    for table in ("conferences", "sessions", "ticket_types")
)


class Auditor:
    """Each question answers with what is wrong, in sentences."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection

    async def stuck(self) -> dict[str, int]:
        """What is still on its way, and how much of it."""
        counts = {what: await self._connection.fetchval(q) for what, q in STUCK.items()}
        return {what: many for what, many in counts.items() if many}

    async def oversold(self) -> frozenset[str]:
        """Where more seats are taken than there are, at this moment (V1)."""
        return frozenset(row[0] for row in await self._fetch(OVERSOLD))

    async def untold(self) -> list[str]:
        """What people were not told of, or twice, with the first rows that say so."""
        found = []
        for promise, query in TOLD.items():
            rows = await self._connection.fetch(query)
            found += _sentence(promise, (row[0] for row in rows))
        return found

    async def differences(self, known: Acknowledged) -> list[str]:
        """Every acknowledged write is there with its outcome, and nothing else is (V9)."""
        asks: Sequence[Callable[[Acknowledged], Awaitable[list[str]]]] = (
            self._registrations,
            self._payments,
            self._refunds,
            self._check_ins,
            self._capacities,
            self._keys,
        )
        return [found for ask in asks for found in await ask(known)]

    async def mails(self, sink: "MailSink") -> list[str]:
        """None without its message, no message without it; each says what it may, to one person."""
        numbers = sink.numbers()
        done = {
            row["id"] for row in await self._fetch("SELECT id FROM outbox WHERE state = 'done'")
        }
        due = {row["id"] for row in await self._fetch(MAILED)}
        return [
            *await self._misled(sink.mails()),
            *_sentence("mails of messages that are not there", numbers - done),
            *_sentence("messages done without their mail", due - numbers),
        ]

    async def _misled(self, mails: Sequence["Mail"]) -> list[str]:
        """What is told is of the message's kind, and to whom it is about.

        Its words may differ from one attempt to the next, for each tells the present.
        """
        numbers = [mail.number for mail in mails]
        about = {row["id"]: row for row in await self._connection.fetch(ADDRESSED, numbers)}
        people = Counter(number for number, _ in {(mail.number, mail.to) for mail in mails})
        known = [(mail, about[mail.number]) for mail in mails if mail.number in about]
        strange = {
            mail.number
            for mail, message in known
            if not mail.subject.startswith(BEGINNINGS.get(message["kind"], ()))
        }
        astray = {
            mail.number
            for mail, message in known
            if message["email"] is not None and mail.to != message["email"]
        }
        return [
            *_sentence(
                "Message-IDs with several addressees",
                (number for number, many in people.items() if many > 1),
            ),
            *_sentence("mails of another kind than their message", strange),
            *_sentence("mails to somebody whom the message is not about", astray),
        ]

    async def callbacks(self, relay: "CallbackRelay") -> list[str]:
        """Every payment that is settled was reported, and settled as was reported."""
        rows = await self._fetch("SELECT id, status FROM payments WHERE status <> 'pending'")
        settled = {row["id"]: row["status"] for row in rows}
        wrong = [
            payment
            for payment, status in settled.items()
            if payment in relay.outcomes
            and (status == "failed") != (relay.outcomes[payment] == {"failed"})
        ]
        return [
            *_sentence("payments of which the gateway said two things", relay.contradicted()),
            *_sentence("payments settled without a callback", settled.keys() - relay.sent.keys()),
            *_sentence("payments settled otherwise than reported", wrong),
        ]

    async def _registrations(self, known: Acknowledged) -> list[str]:
        rows = await self._fetch(
            "SELECT r.id, conference_id, session_id, ticket_type_id, attendee_id, status,"
            " email FROM registrations r JOIN attendees a ON a.id = attendee_id"
        )
        found = {row["id"]: row for row in rows}
        over = known.cancelled | {
            known.payments[payment][0] for payment in known.refunded if payment in known.payments
        }
        wrong = defaultdict(list)
        for id, line in known.registrations.items():
            row = found.get(id)
            if row is None:
                continue
            body = line["body"]
            if "attendee" in body:
                told = (body["conference"], body["attendee"], body.get("ticket_type"))
                is_as_told = told == (
                    row["conference_id"],
                    row["attendee_id"],
                    row["ticket_type_id"],
                )
            else:
                is_as_told = body["email"] == row["email"]
            if not is_as_told or row["session_id"] != known.sessions.get(id):
                wrong["registrations other than was acknowledged"].append(id)
            if (row["status"] == "cancelled") != (id in over):
                wrong["registrations cancelled and not acknowledged so, or the reverse"].append(id)
        return [
            *_missing("registrations", known.registrations, found),
            *(text for what, ids in wrong.items() for text in _sentence(what, ids)),
        ]

    async def _payments(self, known: Acknowledged) -> list[str]:
        rows = await self._fetch("SELECT id, registration_id, status FROM payments")
        found = {row["id"]: row for row in rows}
        wrong = [
            id
            for id, (registration, shown) in known.payments.items()
            if (row := found.get(id)) is not None
            and (row["registration_id"], True)
            != (registration, row["status"] in _PAYMENT_BECAME[shown])
        ]
        return [
            *_missing("payments", known.payments, found),
            *_sentence("payments other than was acknowledged", wrong),
        ]

    async def _refunds(self, known: Acknowledged) -> list[str]:
        rows = await self._fetch(
            "SELECT f.id, f.payment_id, f.amount_minor, p.registration_id, f.reason"
            " FROM refunds f JOIN payments p ON p.id = f.payment_id"
        )
        found = {row["id"]: row for row in rows}
        wrong = [
            id
            for id, (payment, amount) in known.refunds.items()
            if (row := found.get(id)) is not None
            and (row["payment_id"], row["amount_minor"]) != (payment, amount * 100)
        ]
        # What the house gives back by itself goes with a cancellation, or with a late payment.
        asked_for = {id for id, row in found.items() if row["reason"] == "Torture"}
        return [
            *_sentence("refunds acknowledged and lost", known.refunds.keys() - found.keys()),
            *_sentence("refunds nobody was told of", asked_for - known.refunds.keys()),
            *_sentence("refunds other than was acknowledged", wrong),
        ]

    async def _check_ins(self, known: Acknowledged) -> list[str]:
        found = {row["id"] for row in await self._fetch("SELECT id FROM check_ins")}
        return _missing("check-ins", known.check_ins, found)

    async def _capacities(self, known: Acknowledged) -> list[str]:
        wrong = []
        for (table, id), value in known.capacities.items():
            row = await self._connection.fetchrow(f"SELECT capacity FROM {table} WHERE id = $1", id)
            if row is None or row["capacity"] != value:
                wrong.append(f"{table} {id}")
        return _sentence("capacities other than was acknowledged", wrong)

    async def _keys(self, known: Acknowledged) -> list[str]:
        kept = {row["key"] for row in await self._fetch("SELECT key FROM idempotency_keys")}
        return [
            *_sentence("acknowledged under a key that is not kept", known.done - kept),
            *_sentence("refused under a key that is kept", known.refused & kept),
            *_sentence("keys kept and never answered", kept - known.done - known.refused),
        ]

    async def _fetch(self, query: str) -> Sequence["asyncpg.Record"]:
        rows: Sequence[asyncpg.Record] = await self._connection.fetch(query)
        return rows


def _missing(what: str, told: Iterable[int], found: Iterable[int]) -> list[str]:
    """Lost is what was acknowledged and is not there; a phantom is the reverse."""
    return [
        *_sentence(f"{what} acknowledged and lost", set(told) - set(found)),
        *_sentence(f"{what} nobody was told of", set(found) - set(told)),
    ]


def _sentence(what: str, ids: Iterable[Any]) -> list[str]:
    named = sorted(ids)
    if not named:
        return []
    shown = ", ".join(str(id) for id in named[:_SHOWN])
    return [f"{what}: {len(named)} ({shown}{', …' if len(named) > _SHOWN else ''})"]


def _number(path: str, behind: str) -> int:
    """The id that follows this word in a path."""
    parts = path.split("/")
    return int(parts[parts.index(behind) + 1])
