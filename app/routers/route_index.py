"""Routes found by their paths: a look-up, where a router tries one route after the other.

With some hundred and fifty of them, that search costs a request as much as all that follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from starlette._utils import get_route_path
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, Mount, NoMatchFound, Route
from starlette.types import Receive, Scope, Send

_FOUND = "plenary.route"
# Parameters of these kinds hold no slash; whatever another may hold is not guessed.
_WITHIN_SEGMENTS = ("int", "float", "uuid", "str")


def install(app: FastAPI) -> None:
    """Put an index before the routes that the application has, and those that it gets."""
    app.router.routes.insert(0, RouteIndex(app.router.routes))


@dataclass(slots=True)
class _Node:
    """A place in the tree of segments: who ends here, and who takes whatever is below."""

    named: dict[str, "_Node"] = field(default_factory=dict)
    any: "_Node | None" = None
    here: list[tuple[int, BaseRoute]] = field(default_factory=list)
    below: list[tuple[int, BaseRoute]] = field(default_factory=list)

    def reached_by(self, segments: Sequence[str]) -> list[tuple[int, BaseRoute]]:
        """Who takes what is below the way there, and who ends where it ends."""
        nodes, found = [self], list[tuple[int, BaseRoute]]()
        for segment in segments:
            following = []
            for node in nodes:
                found += node.below
                if segment in node.named:
                    following.append(node.named[segment])
                if node.any is not None:
                    following.append(node.any)
            nodes = following
        for node in nodes:
            found += node.here
        return found


class RouteIndex(BaseRoute):
    """Stands before the routes of a router, and leads to the one that they would have led to.

    It proposes all that can match a path, in their order, and each of those decides for itself.
    What none of them takes in full is searched as ever: other methods, and what is nobody's.
    """

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._routes = routes
        self._indexed = 0
        self._root = _Node()

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http":
            return Match.NONE, {}
        for route in self.candidates(get_route_path(scope)):
            match, child_scope = route.matches(scope)
            if match is Match.FULL:
                return match, {**child_scope, _FOUND: route}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        route: BaseRoute = scope.pop(_FOUND)
        await route.handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        raise NoMatchFound(name, path_params)

    def candidates(self, path: str) -> Sequence[BaseRoute]:
        """All that can match this path, in their order."""
        # The end of a pattern matches before a last line break, too: such paths are searched.
        if "\n" in path:
            return ()
        if self._indexed != len(self._routes):
            self._build()
        found = self._root.reached_by(path.split("/"))
        if len(found) > 1:
            found.sort(key=_place)
        return [route for _, route in found]

    def _build(self) -> None:
        self._root, self._indexed = _Node(), len(self._routes)
        for place, route in enumerate(self._routes):
            if route is not self:
                self._add(place, route)

    def _add(self, place: int, route: BaseRoute) -> None:
        node = self._root
        if not isinstance(route, Route | Mount):
            node.below.append((place, route))
            return
        for segment in route.path.split("/"):
            if "{" not in segment:
                node = node.named.setdefault(segment, _Node())
            elif _is_one_segment(segment):
                node.any = node.any or _Node()
                node = node.any
            else:
                node.below.append((place, route))
                return
        (node.below if isinstance(route, Mount) else node.here).append((place, route))


def _place(candidate: tuple[int, BaseRoute]) -> int:
    return candidate[0]


def _is_one_segment(segment: str) -> bool:
    """Whether what its parameters stand for cannot reach into another."""
    kinds = [part.partition("}")[0].partition(":")[2] for part in segment.split("{")[1:]]
    return all(kind in ("", *_WITHIN_SEGMENTS) for kind in kinds)
