"""The outbox: what is announced is written with its cause, and claimed by whoever works it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import text

from app.domain.messages import Message, MessageKind
from app.repositories.base import Repository


class Lane(StrEnum):
    """Messages of different lanes never wait for each other: people wait for payments."""

    PAYMENTS = "payments"
    MAILS = "mails"

    @classmethod
    def of(cls, kind: MessageKind) -> "Lane":
        return cls.PAYMENTS if kind is MessageKind.PAYMENT_REQUESTED else cls.MAILS


_ANNOUNCE = text(
    "INSERT INTO outbox (kind, subject, dedupe_key, about, due_at, created_at)"
    " SELECT kind, subject, dedupe_key, about, :due_at, :now FROM unnest(CAST(:kinds AS text[]),"
    " CAST(:subjects AS bigint[]), CAST(:dedupe_keys AS text[]), CAST(:abouts AS bigint[]))"
    " AS told(kind, subject, dedupe_key, about)"
    " ON CONFLICT (dedupe_key) DO NOTHING"
)
# Written out, not bound: the planner must see which partial index serves the lane.
_LANES = {
    Lane.PAYMENTS: "kind = 'payment_requested'",
    Lane.MAILS: "kind <> 'payment_requested'",
}
_DUE = {
    lane: f"SELECT id FROM outbox WHERE state = 'open' AND {kinds}"
    # A kind that a newer release announces waits for a worker of that release.
    " AND kind = ANY(CAST(:known AS text[])) AND due_at <= :now"
    " AND (leased_until IS NULL OR leased_until <= :now)"
    for lane, kinds in _LANES.items()
}
_ANY_DUE = {lane: text(f"SELECT EXISTS ({due})") for lane, due in _DUE.items()}
_CLAIM = {
    lane: text(
        # Materialized: a subquery that locks may be run again, and would claim more than asked.
        f"WITH due AS MATERIALIZED ({due}"
        " ORDER BY due_at, id LIMIT :most FOR UPDATE SKIP LOCKED)"
        " UPDATE outbox SET lease = :lease, leased_until = :until, attempts = attempts + 1"
        " FROM due WHERE outbox.id = due.id"
        " RETURNING outbox.id, kind, subject, about, attempts"
    )
    for lane, due in _DUE.items()
}
_SETTLE = text(
    "UPDATE outbox SET state = report.state, last_error = report.error,"
    " due_at = coalesce(report.due_at, outbox.due_at),"
    " done_at = CASE WHEN report.state = 'done' THEN CAST(:now AS timestamptz) END,"
    " lease = NULL, leased_until = NULL"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:leases AS uuid[]), CAST(:states AS text[]),"
    " CAST(:due_ats AS timestamptz[]), CAST(:errors AS text[]))"
    " AS report(id, lease, state, due_at, error)"
    " WHERE outbox.id = report.id AND outbox.lease = report.lease"
)
_GIVE_BACK = text(
    "UPDATE outbox SET lease = NULL, leased_until = NULL, attempts = attempts - 1"
    " WHERE state = 'open' AND lease = ANY(CAST(:leases AS uuid[]))"
)
_REDRIVE = text(
    "UPDATE outbox SET state = 'open', attempts = 0, due_at = :now"
    " WHERE state = 'dead' AND (CAST(:ids AS bigint[]) IS NULL OR id = ANY(CAST(:ids AS bigint[])))"
)
_DEAD = text(
    "SELECT id, kind, subject, attempts, last_error FROM outbox WHERE state = 'dead' ORDER BY id"
)
_ERROR_LENGTH = 2000
_KNOWN = [kind.value for kind in MessageKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message leased to one worker; `attempts` counts this one."""

    id: int
    kind: MessageKind
    subject: int
    attempts: int
    lease: str = ""
    last_error: str = ""
    about: int | None = None


class Fate(StrEnum):
    """What became of a message: done, to be tried again, or given up."""

    DONE = "done"
    OPEN = "open"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How an attempt went; `due_at` is when the next one is due."""

    message: Claimed
    fate: Fate
    due_at: datetime | None = None
    error: str = ""


class Outbox(Repository):
    async def add(
        self, messages: Sequence[Message], now: datetime, due_at: datetime | None = None
    ) -> int:
        """Write messages, due at once unless told otherwise; returns how many were new.

        One whose dedupe key is spent is left out.
        """
        if not messages:
            return 0
        return await self._change(
            _ANNOUNCE,
            {
                "kinds": [message.kind.value for message in messages],
                "subjects": [message.subject for message in messages],
                "dedupe_keys": [message.dedupe_key for message in messages],
                "abouts": [message.about for message in messages],
                "due_at": due_at or now,
                "now": now,
            },
        )

    async def any_due(self, lane: Lane, now: datetime) -> bool:
        """Whether there is anything to claim."""
        due = await self._do(_ANY_DUE[lane], {"known": _KNOWN, "now": now})
        return bool(due.scalar_one())

    async def claim(
        self, lane: Lane, lease: str, until: datetime, now: datetime, most: int
    ) -> Sequence[Claimed]:
        """Lease up to `most` due messages, oldest first; others' leases are respected."""
        rows = await self._rows(
            _CLAIM[lane],
            {"lease": lease, "until": until, "now": now, "most": most, "known": _KNOWN},
        )
        claimed = [
            Claimed(
                id=row["id"],
                kind=MessageKind(row["kind"]),
                subject=row["subject"],
                attempts=row["attempts"],
                lease=lease,
                about=row["about"],
            )
            for row in rows
        ]
        return sorted(claimed, key=lambda message: message.id)

    async def settle(self, reports: Sequence[Report], now: datetime) -> None:
        """Write down what became of messages, where their leases still hold."""
        if not reports:
            return
        await self._do(
            _SETTLE,
            {
                "ids": [report.message.id for report in reports],
                "leases": [report.message.lease for report in reports],
                "states": [report.fate.value for report in reports],
                "due_ats": [report.due_at for report in reports],
                "errors": [_storable(report.error) for report in reports],
                "now": now,
            },
        )

    async def give_back(self, leases: Sequence[str]) -> None:
        """Open what these leases hold to others at once, as if it had never been claimed."""
        if leases:
            await self._do(_GIVE_BACK, {"leases": list(leases)})

    async def dead(self) -> Sequence[Claimed]:
        """The messages that were given up, oldest first."""
        return [
            Claimed(**{**row, "kind": MessageKind(row["kind"])}) for row in await self._rows(_DEAD)
        ]

    async def redrive(self, ids: Sequence[int] | None, now: datetime) -> int:
        """Open dead messages again, all of them when `ids` is None; returns how many."""
        values = {"ids": None if ids is None else list(ids), "now": now}
        return await self._change(_REDRIVE, values)


def _storable(error: str) -> str:
    """PostgreSQL takes neither NUL nor half a surrogate pair."""
    return error.replace("\0", "").encode(errors="replace").decode()[:_ERROR_LENGTH]
