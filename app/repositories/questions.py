"""Full text: questions as PostgreSQL understands them."""

import unicodedata
from collections.abc import Sequence

from app.repositories.tables import JOINING

_SPLIT = str.maketrans(dict.fromkeys(JOINING, " "))


# More hits than these are not ranked, and more than those not gathered: they are met along the
# order, without a look at the index where one in 25 of the first rows is a hit.
_FEW = 1000
_SOME = 10_000
_FIRST = 200
_ONE_IN = 25
_MOST_PARTS = 4
FEW, SOME, MANY = (f"(SELECT kind FROM hitting) = '{kind}'" for kind in ("few", "some", "many"))


def hits_of(table: str, query: str) -> str:
    """CTEs: the `hits`, unless they are MANY. An index would gather all before it tells one."""
    seldom = f"(SELECT n FROM probe) <= {_FIRST // _ONE_IN}"
    return (
        "probe AS MATERIALIZED (SELECT count(*) AS n FROM (SELECT search"
        f" FROM {table} WHERE deleted_at IS NULL AND (SELECT reltuples FROM pg_class"
        f" WHERE oid = CAST('{table}' AS regclass)) > {_FEW * _ONE_IN}"
        f" ORDER BY starts_at, id LIMIT {_FIRST}) AS first WHERE search @@ {query}),"
        f" hits AS MATERIALIZED (SELECT id, starts_at FROM {table} WHERE search @@ {query}"
        f" AND {seldom} LIMIT {_SOME + 1}),"
        f" hitting AS MATERIALIZED (SELECT CASE WHEN NOT {seldom} OR count(*) > {_SOME}"
        f" THEN 'many' WHEN count(*) > {_FEW} THEN 'some' ELSE 'few' END AS kind FROM hits)"
    )


def parts_of(parameter: str) -> str:
    """Of a text's three-letter parts, enough to look it up by: four at most, from end to end.

    Whatever has them is compared as a whole. Each further part costs a step through the list of
    those who have it for every row that has the others, and more than comparing the row where very
    many have it. So do parts of two words (“ & ”, “ KG”): none is taken where there are others.
    """
    whole = f"lower(CAST({parameter} AS text))"
    parts = "array_agg(part ORDER BY place)"
    return (
        "ARRAY(SELECT parts[1 + (cardinality(parts) - 1) * nth / greatest(gaps, 1)]"
        f" FROM (SELECT coalesce({parts} FILTER (WHERE strpos(part, ' ') = 0), {parts}) AS parts"
        f" FROM generate_series(1, length({whole}) - 2) AS place,"
        f" substr({whole}, place, 3) AS part) AS told,"
        f" least({_MOST_PARTS - 1}, (cardinality(parts) + 1) / 3) AS gaps,"
        " generate_series(0, gaps) AS nth)"
    )


def all_prefixes(question: str) -> str:
    """The tsquery of what holds, for each word of the question, a word that begins with it."""
    return " & ".join(f"{_quoted(word)}:*" for word in _words(question))


def all_words(text: str) -> str:
    """The tsquery of what holds each word of a text, whole."""
    return " & ".join(_quoted(word) for word in _words(text))


def _words(question: str) -> Sequence[str]:
    """Split as the indexed text was (see `JOINING`); PostgreSQL does the rest."""
    plain = unicodedata.normalize("NFKC", question).translate(_SPLIT)
    return "".join(char if char.isprintable() else " " for char in plain).split()


def _quoted(word: str) -> str:
    """A word as tsquery takes it literally, whatever it is made of."""
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
