"""The site, built: which nouns it has, where its pages and scripts come from."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import cast

from jinja2 import BaseLoader, Environment, PackageLoader, PrefixLoader
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import Router
from starlette.types import ASGIApp
from starlette_admin import DropDown
from starlette_admin.base import BaseAdmin

from app.admin.dashboard import Dashboard
from app.admin.entrance import Entrance, derived_key
from app.admin.guarding import Guard
from app.admin.mounting import ADMIN
from app.admin.nouns.afterwards import Certificates, Reviews
from app.admin.nouns.claims import CheckIns, Registrations, Waitlist
from app.admin.nouns.history import History
from app.admin.nouns.machinery import Outbox, RequestLogs
from app.admin.nouns.money import Invoices, Notifications, Payments, Refunds
from app.admin.nouns.people import Attendees, Users
from app.admin.nouns.programme import Categories, Conferences, Sessions, TicketTypes
from app.config import Settings

_TEMPLATES = Path(__file__).parent / "templates"
_ICON = "/static/docs/favicon.svg"
_NONCE = '<script nonce="{{ request.state.nonce }}"'


class NoncedTemplates(BaseLoader):
    """The library's templates; each script in them carries the nonce of the answer."""

    def __init__(self) -> None:
        self._plain = PackageLoader("starlette_admin", "templates")

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, file, is_fresh = self._plain.get_source(environment, template)
        return source.replace("<script", _NONCE), file, is_fresh


def build(settings: Settings) -> ASGIApp:
    """The site as an application of its own, which expects the server's state in its requests."""
    # It tells of every list and login, at length.
    logging.getLogger("starlette_admin").setLevel(logging.ERROR)
    nonced = NoncedTemplates()
    admin = BaseAdmin(
        title="Plenary",
        favicon_url=_icon,
        base_url=ADMIN,
        templates_dir=str(_TEMPLATES),
        additional_loaders=[nonced, PrefixLoader({"library": nonced})],
        index_view=Dashboard(),
        auth_provider=Entrance(settings),
        secret_key=derived_key(settings, "forms"),
        timezone_config=None,
        middlewares=[Middleware(Guard, settings=settings)],
    )
    for group in _menu():
        admin.add_view(group)
    site = Router()
    # It asks for an application, and mounts itself on what routes.
    admin.mount_to(cast(Starlette, site))
    return site


def _icon(request: Request) -> str:
    return f"{request.scope['app_root_path']}{_ICON}"


def _menu() -> list[DropDown]:
    return [
        DropDown("Programme", [Conferences, Sessions, TicketTypes, Categories]),
        DropDown("People", [Registrations, Attendees, CheckIns, Waitlist, Users]),
        DropDown("Money and mail", [Payments, Refunds, Invoices, Notifications]),
        DropDown("Afterwards", [Reviews, Certificates]),
        DropDown("Machinery", [Outbox, RequestLogs, History]),
    ]
