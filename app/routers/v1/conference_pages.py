"""Conferences as bytes: one, and a page of them, written once and kept while nothing changes."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from fastapi import Request, Response

from app.domain.conferences import Conference, Phase, phase
from app.domain.pages import Page
from app.domain.showing import is_registration_open
from app.routers.v1 import cursors
from app.routers.v1.conference_models import ConferenceOut
from app.routers.v1.envelope import Json, json, listed

_NEVER = datetime.max.replace(tzinfo=UTC)
_MOST_BYTES = 2 * 1024 * 1024
_LONGEST_KEPT = 512
# What a page takes beside its body: its address, and a place among all.
_AROUND = 1024


@lru_cache(maxsize=2000)
def _json(conference: Conference, status: Phase, is_open: bool) -> Json:
    """A conference, written once and again only when something about it changes."""
    return json(ConferenceOut.at(conference, status, is_open))


def conference_written(conference: Conference, now: datetime) -> Json:
    return _json(conference, phase(conference, now), is_registration_open(conference, now))


def conferences_listed(page: Page[Conference], request: Request, now: datetime) -> Response:
    """A page of conferences, with the place behind it."""
    items = [conference_written(item, now) for item in page.items]
    return listed(items, page, request, after=cursors.behind(page))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """The bytes of this very page; the clock changes something about it at `until`."""

    page: Page[Conference]
    until: datetime
    body: bytes


class WrittenPages:
    """Pages that are the same object as the last time are the same bytes, at the same address."""

    def __init__(self) -> None:
        self._written: OrderedDict[tuple[Any, ...], _Written] = OrderedDict()
        self._bytes = 0

    def again(self, page: Page[Conference], request: Request, now: datetime) -> Response:
        """As `conferences_listed`."""
        if len(request.scope["query_string"]) > _LONGEST_KEPT:
            return conferences_listed(page, request, now)
        address = _address(request)
        known = self._written.get(address)
        if known is not None and known.page is page and now < known.until:
            return Response(known.body, media_type="application/json")
        answer = conferences_listed(page, request, now)
        self._keep(
            address, _Written(page=page, until=_turns(page.items, now), body=bytes(answer.body))
        )
        return answer

    def _keep(self, address: tuple[Any, ...], written: _Written) -> None:
        self._drop(address)
        self._written[address] = written
        self._bytes += len(written.body) + _AROUND
        while self._bytes > _MOST_BYTES:
            self._drop(next(iter(self._written)))

    def _drop(self, address: tuple[Any, ...]) -> None:
        dropped = self._written.pop(address, None)
        if dropped is not None:
            self._bytes -= len(dropped.body) + _AROUND


def _address(request: Request) -> tuple[Any, ...]:
    """All that the addresses in a page are made of, and what it was asked for."""
    scope = request.scope
    named = scope.get("scheme"), request.headers.get("host"), scope.get("server")
    return *named, scope.get("app_root_path"), scope["path"], scope["query_string"]


def _turns(conferences: Iterable[Conference], now: datetime) -> datetime:
    """When the clock alone changes, next, what is told of one of them."""
    moments = (
        moment
        for one in conferences
        for moment in (one.period.start, one.period.end, one.registration_deadline)
        if moment is not None and moment > now
    )
    return min(moments, default=_NEVER)
