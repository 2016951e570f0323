"""Full text: questions as PostgreSQL understands them."""

import unicodedata
from collections.abc import Iterable, Sequence

from app.repositories.tables import JOINING

_SPLIT = str.maketrans(dict.fromkeys(JOINING, " "))


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
