"""Full text: questions as PostgreSQL understands them, and what answers them."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text

from app.domain.access import Caller
from app.domain.conferences import Conference
from app.domain.sessions import Session
from app.repositories import conferences, sessions
from app.repositories.base import Repository
from app.repositories.tables import JOINING
from app.repositories.visibility import VISIBLE
from app.repositories.visibility import viewer as values_of

_QUERY = "to_tsquery('simple', :words)"
_CONFERENCES = text(
    f"SELECT {conferences.COLUMNS} FROM conferences c"
    f" WHERE c.search @@ {_QUERY} AND {VISIBLE}"
    f" ORDER BY ts_rank(c.search, {_QUERY}) DESC, c.starts_at, c.id LIMIT :most"
)
_SESSIONS = text(
    f"SELECT {sessions.COLUMNS}{sessions.FROM}"
    f" WHERE s.search @@ {_QUERY} AND s.deleted_at IS NULL AND {VISIBLE}"
    f" ORDER BY ts_rank(s.search, {_QUERY}) DESC, s.starts_at, s.id LIMIT :most"
)
_SPLIT = str.maketrans(dict.fromkeys(JOINING, " "))


class Search(Repository):
    async def conferences(self, question: str, viewer: Caller, most: int) -> Sequence[Conference]:
        """The best hits among the conferences the viewer may see."""
        rows = (await self._do(_CONFERENCES, _values(question, viewer, most))).all()
        return [conferences.conference_of(row) for row in rows]

    async def sessions(self, question: str, viewer: Caller, most: int) -> Sequence[Session]:
        """The best hits among the sessions of conferences the viewer may see."""
        rows = (await self._do(_SESSIONS, _values(question, viewer, most))).all()
        return [sessions.session_of(row) for row in rows]


def all_prefixes(question: str) -> str:
    """The tsquery of what holds, for each word of the question, a word that begins with it."""
    return " & ".join(f"{_quoted(word)}:*" for word in _words(question))


def any_word(texts: Iterable[str]) -> str:
    """The tsquery of what holds one of these words, whole."""
    return " | ".join(_quoted(word) for text in texts for word in _words(text))


def _words(question: str) -> Sequence[str]:
    """Split as the indexed text was (see `JOINING`); PostgreSQL does the rest."""
    plain = unicodedata.normalize("NFKC", question).translate(_SPLIT)
    return "".join(char if char.isprintable() else " " for char in plain).split()


def _quoted(word: str) -> str:
    """A word as tsquery takes it literally, whatever it is made of."""
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _values(question: str, viewer: Caller, most: int) -> dict[str, Any]:
    return {"words": all_prefixes(question), "most": most, **values_of(viewer)}
