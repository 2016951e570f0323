"""Idempotency keys: claimed under a transaction-level lock, kept with the effect."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import text

from app.domain.accounts import User
from app.domain.attendees import Attendee
from app.domain.calendar_feeds import CalendarFeed
from app.domain.categories import Category
from app.domain.certificates import Certificate, Issuance
from app.domain.check_ins import CheckIn, Upload
from app.domain.conferences import Conference
from app.domain.cover_images import Cover
from app.domain.errors import DomainError, KeyInProgress, KeyReused
from app.domain.idempotency import KEPT_FOR, AlreadyDone, Claim, kept_kind
from app.domain.invoices import Invoice
from app.domain.notifications import Notice
from app.domain.payments import Payment
from app.domain.profiles import Portrait, Profile
from app.domain.refunds import Refund
from app.domain.registrations import Registration
from app.domain.reviews import Review
from app.domain.sessions import Session
from app.domain.ticket_types import TicketType
from app.repositories.base import Repository

_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    "Attendee": TypeAdapter(Attendee),
    "CalendarFeed": TypeAdapter(CalendarFeed),
    "Category": TypeAdapter(Category),
    "Certificate": TypeAdapter(Certificate),
    "CheckIn": TypeAdapter(CheckIn),
    "Conference": TypeAdapter(Conference),
    "Cover": TypeAdapter(Cover),
    "int": TypeAdapter(int),
    "Invoice": TypeAdapter(Invoice),
    "Issuance": TypeAdapter(Issuance),
    "NoneType": TypeAdapter(None),
    "Notice": TypeAdapter(Notice),
    "Payment": TypeAdapter(Payment),
    "Refund": TypeAdapter(Refund),
    "Portrait": TypeAdapter(Portrait),
    "Profile": TypeAdapter(Profile),
    "Registration": TypeAdapter(Registration),
    "Review": TypeAdapter(Review),
    "Session": TypeAdapter(Session),
    "TicketType": TypeAdapter(TicketType),
    "Upload": TypeAdapter(Upload),
    "User": TypeAdapter(User),
}

_TRY_LOCKS = text(
    "SELECT pg_try_advisory_xact_lock(lock) AS got"
    " FROM unnest(CAST(:locks AS bigint[])) WITH ORDINALITY AS asked(lock, place) ORDER BY place"
)
_FIND = text(
    "SELECT caller, key, fingerprint, answer_kind, CAST(answer AS text) AS answer"
    " FROM idempotency_keys JOIN unnest(CAST(:callers AS text[]), CAST(:keys AS text[]))"
    " AS asked(caller, key) USING (caller, key) WHERE created_at > :since"
)
_KEEP = text(
    "INSERT INTO idempotency_keys (caller, key, fingerprint, answer_kind, answer, created_at)"
    " SELECT caller, key, fingerprint, kind, CAST(answer AS jsonb), :now"
    " FROM unnest(CAST(:callers AS text[]), CAST(:keys AS text[]), CAST(:fingerprints AS text[]),"
    " CAST(:kinds AS text[]), CAST(:answers AS text[]))"
    " AS kept(caller, key, fingerprint, kind, answer)"
    # Only a key past its time can stand in the way: a living one was found under the lock.
    " ON CONFLICT (caller, key) DO UPDATE SET fingerprint = excluded.fingerprint,"
    " answer_kind = excluded.answer_kind, answer = excluded.answer,"
    " created_at = excluded.created_at"
)
_FORGET = text("DELETE FROM idempotency_keys WHERE created_at < :before")


class IdempotencyKeys(Repository):
    async def open(
        self, claims: Sequence[Claim], now: datetime
    ) -> Mapping[Claim, AlreadyDone | DomainError]:
        """Claim keys until the transaction ends; what comes back must not be done (again)."""
        if not claims:
            return {}
        locks = await self._rows(_TRY_LOCKS, {"locks": [_lock_of(claim) for claim in claims]})
        found: dict[Claim, AlreadyDone | DomainError] = {
            claim: KeyInProgress()
            for claim, lock in zip(claims, locks, strict=True)
            if not lock["got"]
        }
        rows = await self._rows(
            _FIND,
            {
                "callers": [claim.caller for claim in claims],
                "keys": [claim.key for claim in claims],
                "since": now - KEPT_FOR,
            },
        )
        kept = {(row["caller"], row["key"]): row for row in rows}
        for claim in claims:
            row = kept.get((claim.caller, claim.key))
            if row is None:
                continue
            if row["fingerprint"] != claim.fingerprint:
                found[claim] = KeyReused()
            else:
                answer = _ADAPTERS[row["answer_kind"]].validate_json(row["answer"])
                found[claim] = AlreadyDone(answer)
        return found

    async def keep(self, answers: Sequence[tuple[Claim, object]], now: datetime) -> None:
        """Store each answer under its key, to be given again."""
        if not answers:
            return
        kinds = [kept_kind(answer) for _, answer in answers]
        await self._do(
            _KEEP,
            {
                "callers": [claim.caller for claim, _ in answers],
                "keys": [claim.key for claim, _ in answers],
                "fingerprints": [claim.fingerprint for claim, _ in answers],
                "kinds": kinds,
                "answers": [
                    _ADAPTERS[kind].dump_json(answer).decode()
                    for kind, (_, answer) in zip(kinds, answers, strict=True)
                ],
                "now": now,
            },
        )

    async def forget(self, before: datetime) -> int:
        """Drop keys claimed before that time; returns how many."""
        return await self._change(_FORGET, {"before": before})


def _lock_of(claim: Claim) -> int:
    """A 64-bit advisory lock key in a space of its own."""
    named = f"idempotency\0{claim.caller}\0{claim.key}".encode()
    return int.from_bytes(hashlib.blake2b(named, digest_size=8).digest(), "big", signed=True)
