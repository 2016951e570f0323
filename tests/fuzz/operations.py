"""Every operation of every document, with a request that it takes: that of the permission table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from starlette.routing import Mount

from app.config import CONTRACTS, Settings
from app.main import create_app
from app.routers.compat.mounted import APPLICATIONS
from tests.access.rows import READING, Row, unnamed
from tests.access.table import TABLE

METHODS = ("get", "put", "post", "delete", "patch")
NATIVE = "native"
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a document says of it, and the row that gets furthest, with whoever gets there."""

    contract: str
    method: str
    path: str
    spec: Mapping[str, Any]
    document: Mapping[str, Any]
    row: Row
    role: str
    # What even a refusal may write to.
    writes: frozenset[str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_write(self) -> bool:
        return self.method not in READING

    @property
    def fields(self) -> Mapping[str, Schema]:
        """The fields of a JSON body, or of a form where it takes no JSON."""
        content = self.spec.get("requestBody", {}).get("content", {})
        media: Schema = content.get("application/json") or next(iter(content.values()), {})
        return self._properties(media.get("schema", {}))

    @property
    def takes_json(self) -> bool:
        return "application/json" in self.spec.get("requestBody", {}).get("content", {})

    @property
    def takes_form(self) -> bool:
        return "multipart/form-data" in self.spec.get("requestBody", {}).get("content", {})

    def parameters(self, place: str) -> Mapping[str, Schema]:
        """Those of the query, the path or the headers."""
        there = [self._resolved(one) for one in self.spec.get("parameters", [])]
        return {
            one["name"]: self._resolved(one.get("schema", {}))
            for one in there
            if one["in"] == place
        }

    def _properties(self, schema: Schema) -> Mapping[str, Schema]:
        whole = self._resolved(schema)
        return {name: self._resolved(one) for name, one in whole.get("properties", {}).items()}

    def _resolved(self, schema: Any) -> dict[str, Any]:
        """Without references, as far as types and bounds are told by."""
        found: dict[str, Any] = dict(schema)
        while "$ref" in found:
            place: Any = self.document
            for part in found.pop("$ref").removeprefix("#/").split("/"):
                place = place[part]
            found = {**place, **found}
        for word in ("anyOf", "oneOf"):
            if word in found:
                found[word] = [self._resolved(one) for one in found[word]]
        return found


@cache
def operations() -> tuple[Operation, ...]:
    """Those of all documents; making these needs no database."""
    settings = Settings.model_validate(
        {
            "database_url": "postgresql://nowhere/plenary",
            "secret_key": "0123456789abcdef" * 4,
            "contracts": CONTRACTS,
        }
    )
    app = create_app(settings)
    found = list(_of(NATIVE, "", app.openapi()))
    for route in app.routes:
        if isinstance(route, Mount) and route.name in CONTRACTS:
            found += _of(route.name, route.path, APPLICATIONS[route.name](route.path).openapi())
    return tuple(found)


def _of(contract: str, prefix: str, document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                whole, name = f"{prefix}{path}", method.upper()
                rows = [row for row in TABLE if row.route == (name, unnamed(whole))]
                row = min(rows, key=_furthest)
                yield Operation(
                    contract=contract,
                    method=name,
                    path=whole,
                    spec=item[method],
                    document=document,
                    row=row,
                    role=min(row.statuses, key=lambda role: row.statuses[role]),
                    writes=frozenset(row.writes for row in rows if row.writes),
                )


def _furthest(row: Row) -> tuple[int, int]:
    """The best answer that anybody gets, of a request that says most."""
    return min(row.statuses.values()), -len(row.body or row.form or {})


def groups() -> list[str]:
    """The nouns of the contracts, by which operations are tried together."""
    return sorted({group_of(one) for one in operations()})


def group_of(operation: Operation) -> str:
    """Its contract, and the first word of its path that is a noun."""
    words = [word for word in operation.path.split("/") if word not in {"", "api", "v1", "compat"}]
    if operation.contract != NATIVE:
        words = words[1:]
    return f"{operation.contract} {words[0]}"


def of_group(group: str) -> list[Operation]:
    return [one for one in operations() if group_of(one) == group]
