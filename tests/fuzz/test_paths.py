"""Every parameter of every path, and every page that no document tells of."""

import re

import pytest

from tests.access import around
from tests.access.house import House
from tests.access.rows import Row, path_of
from tests.fuzz.asking import Case, some, tried
from tests.fuzz.operations import Operation, groups, of_group
from tests.fuzz.values import PATH, QUERY

GROUPS = [group for group in groups() if any("{" in one.path for one in of_group(group))]
_NAME = re.compile(r"\{\w+\}")


def cases_of(house: House, operation: Operation) -> list[Case]:
    """Each value in each place, with sound ones in all others."""
    template, names = operation.row.path, house.scene.names
    return [
        Case(
            operation=operation,
            name=f"{name} as {place[0]}",
            # A number is what nothing else is; what has a name may have any.
            is_malformed=True,
            path=path_of(f"{template[: place.start()]}{value}{template[place.end() :]}", names),
        )
        for place in _NAME.finditer(template)
        for name, value in PATH.items()
    ]


@pytest.mark.parametrize("group", GROUPS)
async def test_paths(house: House, group: str) -> None:
    cases = []
    for operation in of_group(group):
        cases += some(cases_of(house, operation), 6, operation)
    assert not (wrong := await tried(house, cases)), "\n".join(wrong)


def page_cases(house: House, row: Row) -> list[tuple[str, str]]:
    """Paths and queries of what stands beside the documents."""
    path, _, query = row.path.partition("?")
    found = []
    for place in _NAME.finditer(path):
        before, after = path[: place.start()], path[place.end() :]
        found += [(f"{before}{value}{after}", query) for value in PATH.values()]
    if query:
        found += [(path, f"{query.partition('=')[0]}={value}") for value in QUERY.values()]
    return [
        (path_of(one, house.scene.names), path_of(more, house.scene.names)) for one, more in found
    ]


@pytest.mark.parametrize("row", [row for row in around.OPEN if "{" in row.path], ids=str)
async def test_pages(house: House, row: Row) -> None:
    """A page is for people: what is asked of it is that it stands, and that nothing is changed."""
    wrong = []
    for path, query in some(page_cases(house, row), 20, row):
        answer = await house.send(row.method, f"{path}?{query}" if query else path)
        if answer.status_code >= 500:
            wrong.append(f"{row.method} {path[:80]}?{query[:80]}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert await house.changed() == []


@pytest.mark.parametrize("path", ["/verify", "/reset-password"])
async def test_forms_of_pages(house: House, path: str) -> None:
    wrong = []
    for name, value in some(list(QUERY.items()), 15, path):
        for field in ("token", "password"):
            answer = await house.send(
                "POST",
                path,
                content=f"{field}={value}",
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
            if not 400 <= answer.status_code < 500:
                wrong.append(f"{name} as {field}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)
    assert await house.changed() == []
