"""The index leads to the route that the search would have found, for every path and method."""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Match, Mount, Route

from app.routers.compat.mounted import APPLICATIONS
from app.routers.route_index import RouteIndex

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# What stands in the place of a parameter, or of a segment.
NASTY = ("1", "0", "-1", "", " ", ".", "..", "a/b", "%2F", "ünï", "x" * 300, "a\n", "\n", "{id}")


_PARAMETER = re.compile(r"\{[^}]*\}")


def scope_of(method: str, path: str, root: str = "") -> dict[str, Any]:
    return {"type": "http", "method": method, "path": root + path, "root_path": root, "headers": []}


def searched(routes: Sequence[BaseRoute], scope: dict[str, Any]) -> BaseRoute | None:
    """What a router finds that tries one after the other."""
    for route in routes:
        if not isinstance(route, RouteIndex) and route.matches(scope)[0] is Match.FULL:
            return route
    return None


def led_to(routes: Sequence[BaseRoute], scope: dict[str, Any]) -> BaseRoute | None:
    """What a router finds that has an index before its routes."""
    index = routes[0]
    assert isinstance(index, RouteIndex)
    match, child_scope = index.matches(scope)
    if match is Match.NONE:
        return searched(routes, scope)
    route = child_scope.pop("plenary.route")
    assert child_scope == route.matches(scope)[1]
    return route  # type: ignore[no-any-return]


def paths_of(route: BaseRoute) -> Iterator[str]:
    """Its path with this and that in the place of each parameter, and paths beside it."""
    path = getattr(route, "path", "")
    for value in NASTY:
        filled = _PARAMETER.sub(lambda _, value=value: value, path)
        yield from (filled, f"{filled}{value}", f"{filled}\n")


@pytest.fixture(scope="session")
def applications(built: FastAPI) -> list[FastAPI]:
    return [built, *(make(f"/compat/{name}") for name, make in APPLICATIONS.items())]


def test_every_application_has_an_index_first(applications: list[FastAPI]) -> None:
    for app in applications:
        assert isinstance(app.routes[0], RouteIndex)


def test_every_route_is_found_by_the_index_itself(applications: list[FastAPI]) -> None:
    for app in applications:
        index = app.routes[0]
        assert isinstance(index, RouteIndex)
        for route in app.routes[1:]:
            if isinstance(route, Route):
                path = next(paths_of(route))
                for method in route.methods or ():
                    match, _ = index.matches(scope_of(method, path))
                    assert match is Match.FULL, f"{method} {path}"


def test_it_leads_where_the_search_does(applications: list[FastAPI]) -> None:
    for app in applications:
        paths = {path for route in app.routes[1:] for path in paths_of(route)}
        for path, method in product(sorted(paths), METHODS):
            scope = scope_of(method, path)
            assert led_to(app.routes, scope) is searched(app.routes, scope), f"{method} {path}"


def test_below_a_mount_it_looks_at_what_is_left_of_the_path(applications: list[FastAPI]) -> None:
    for app in applications[1:]:
        for route in app.routes[1:]:
            for path in paths_of(route):
                scope = scope_of("GET", path, root="/compat/some-name")
                assert led_to(app.routes, scope) is searched(app.routes, scope), path


nothing = PlainTextResponse("")


SEGMENTS = ("a", "b", "a.b", "{x}", "{x:int}", "{x}.pdf", "a{x}", "{x:path}", "", "{x}-{y}")
VALUES = ("a", "b", "a.b", "1", "x.pdf", "ax", "", "a-b", "ü", "a\n", "a b")
some_segments = st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=4)


def route_of(segments: Sequence[str], method: str, *, mounted: bool) -> BaseRoute:
    # No parameter comes twice.
    path = "".join(
        f"/{segment.replace('{x', f'{{x{at}').replace('{y', f'{{y{at}')}"
        for at, segment in enumerate(segments)
    )
    if mounted:
        return Mount(path.partition("{")[0].rstrip("/"), app=nothing)
    return Route(path, lambda _: nothing, methods=[method])


@given(
    st.lists(st.tuples(some_segments, st.sampled_from(("GET", "POST")), st.booleans()), max_size=8),
    st.lists(st.sampled_from(VALUES), min_size=1, max_size=5),
    st.sampled_from(("GET", "POST", "DELETE")),
)
def test_it_leads_where_the_search_does_among_any_routes(
    made: list[tuple[list[str], str, bool]], asked: list[str], method: str
) -> None:
    routes: list[BaseRoute] = []
    routes.append(RouteIndex(routes))
    routes += [route_of(segments, verb, mounted=mounted) for segments, verb, mounted in made]
    scope = scope_of(method, "/" + "/".join(asked))
    assert led_to(routes, scope) is searched(routes, scope)


def test_what_is_added_later_is_found_too() -> None:
    routes: list[BaseRoute] = []
    index = RouteIndex(routes)
    routes.append(index)
    assert index.candidates("/late") == []
    late = Route("/late", lambda _: nothing)
    routes.append(late)
    assert index.candidates("/late") == [late]
