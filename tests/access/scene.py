"""What the rows of the table name: one conference of each kind, and what can hang on them.

The attendee owns every registration and what follows from it; the organizer every conference. The
other attendee, the other organizer and the admin have done nothing yet.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import certificates, checking_in, payments, resets, reviews, verification
from app.domain.access import Role
from app.domain.accounts import User
from app.domain.admission import Target, Wish
from app.domain.check_ins import Scan, Shown
from app.domain.conferences import Conference, ConferenceStatus, Visibility
from app.domain.payments import Outcome
from app.domain.registering import Ask, register_batch
from app.domain.registrations import Registration
from app.domain.reviews import ReviewDraft
from app.domain.sessions import Session
from app.domain.times import utc_now
from tests.access.rows import ROLES, Value
from tests.admin.site import ORIGIN, Visitor
from tests.factories import (
    PASSWORD,
    Units,
    a_category,
    a_conference,
    a_registration,
    a_session,
    a_ticket_type,
    a_user,
    an_attendee,
    caller,
    login,
)
from tests.serving import Served

_ROLES_OF = {
    "attendee": Role.ATTENDEE,
    "other attendee": Role.ATTENDEE,
    "organizer": Role.ORGANIZER,
    "other organizer": Role.ORGANIZER,
    "admin": Role.ADMIN,
}
# What stands in paths and is nothing of the scene.
_WORDS: dict[str, Value] = {
    "asset": "docs/favicon.svg",
    "style": "css/inline-edit.css",
    "noun": "conferences",
    "machinery": "outbox",
    "subject": "attendees",
    "csv": "csv",
    "xlsx": "xlsx",
}
DRAFT = "Not announced yet"
PRIVATE = "Behind closed doors"
USERS = "/api/v1/users/"
TOKEN = "/api/v1/token/"
FEED = "/api/v1/calendar-feed/"


@dataclass(kw_only=True)
class Scene:
    """`names` is what rows may name; `headers` are those of each role, `cookies` the site's."""

    names: dict[str, Value] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)


async def a_scene(app: Served, engine: AsyncEngine, uow: Units, picture: bytes) -> Scene:
    """Built by the use cases, a part after the other; each may stand on those before it."""
    building = _Building(app, engine, uow)
    await building.people()
    await building.programme()
    await building.claims()
    await building.money()
    await building.past()
    await building.pictures(picture)
    return building.scene


class _Building:
    def __init__(self, app: Served, engine: AsyncEngine, uow: Units) -> None:
        self.scene = Scene(names=dict(_WORDS))
        self._app = app
        self._engine = engine
        self._uow = uow
        self._users: dict[str, User] = {}

    async def people(self) -> None:
        """An account for each role, logged in, and what hangs on accounts alone."""
        self.scene.headers[ROLES[0]] = {}
        for role, of in _ROLES_OF.items():
            user = await a_user(self._uow, role=of, username=role.replace(" ", "_"))
            self._users[role] = user
            self._name(**{f"{user.username}_user": user.id})
            async with self._app.client() as client:
                self.scene.headers[role] = await login(client, user)
                # From somewhere else, too.
                elsewhere = (await login(client, user))["Authorization"].split()[1]
            known = self._app.runtime.tokens.read_access(elsewhere)
            self._name(**{f"{user.username}_login": known.family})
        for role in ROLES:
            self.scene.cookies[role] = await self._at_the_site(self._users.get(role))
        self._person = await an_attendee(self._uow, user=self._users["attendee"])
        self._brought = await an_attendee(
            self._uow, email="brought@example.com", by=self._users["organizer"]
        )
        proven = await a_user(self._uow, username="proven")
        own = await an_attendee(self._uow, email=proven.email, by=self._users["organizer"])
        self._name(attendee=self._person.id, brought=self._brought.id, proven=own.id)
        self._name(password=PASSWORD)
        # Somebody who has not proven their address.
        async with self._app.client() as client:
            named = {"username": "newcomer", "password": PASSWORD}
            made = await client.post(USERS, json=named | {"email": "newcomer@example.com"})
            tokens = (await client.post(TOKEN, json=named)).json()["data"]
        proof = await verification.draw(self._uow(), made.json()["data"]["id"], utc_now())
        assert proof is not None
        reset = await resets.draw(self._uow(), made.json()["data"]["id"], utc_now())
        assert reset is not None
        self._name(refresh=tokens["refresh"], proof=proof.token, reset=reset.token)
        self._as_newcomer = {"Authorization": f"Bearer {tokens['access']}"}

    async def programme(self) -> None:
        """What is to come; in `open` and `fair` there is nobody."""
        await self._conference("open", capacity=10)
        self._main = await self._conference("conference", capacity=50)
        draft = await self._conference("draft", title=DRAFT, status=ConferenceStatus.DRAFT)
        self._private = await self._conference(
            "private", title=PRIVATE, visibility=Visibility.PRIVATE
        )
        fair = await self._conference("fair")
        self._session = await a_session(self._uow, self._main)
        self._name(
            session=self._session.id,
            other_session=(await a_session(self._uow, self._main, hour=12)).id,
            draft_session=(await a_session(self._uow, draft, name=DRAFT)).id,
            private_session=(await a_session(self._uow, self._private, name=PRIVATE)).id,
            ticket_type=(await a_ticket_type(self._uow, fair, quantity=9)).id,
            category=1,
            spare_category=(await a_category(self._uow)).id,
        )

    async def claims(self) -> None:
        """The attendee's registrations: seated, unconfirmed and waiting; and who came."""
        admission = await self._registration("admission", self._main)
        seat = await self._registration("seat", self._session)
        await self._registration("private_admission", self._private)
        full = await self._conference("full", capacity=1)
        await a_registration(self._uow, full, self._brought)
        await self._wish("waiting", full, may_wait=True)
        await self._wish("unconfirmed", await self._conference("loft"), awaits_confirmation=True)
        async with self._app.client() as client:
            made = await client.post(FEED, headers=self.scene.headers["attendee"])
        self._name(secret=made.json()["data"]["url"].rpartition("/")[2].removesuffix(".ics"))
        scan = Scan(code=admission.ticket_code, nonce="the first")
        organizer = caller(self._users["organizer"])
        shown = Shown(caller=organizer, scan=scan, door_id=self._main.id)
        done = await checking_in.check_in_alone(self._uow(), shown, utc_now())
        self._name(check_in=done.id, ticket_code=seat.ticket_code)

    async def money(self) -> None:
        """One registration that is paid for, and one that is not."""
        price = Decimal(49)
        await self._registration("unpaid", await self._conference("concert", price=price))
        paid = await self._registration("paid", await self._conference("gala", price=price))
        owner, now = caller(self._users["attendee"]), utc_now()
        payment = await payments.start(self._uow(), owner, paid.id, None, now)
        await payments.settle(
            self._uow(), payment.id, outcome=Outcome.PAID, reason="", settled_by="test", now=now
        )
        self._name(transaction=payment.transaction_id, payment=payment.id)
        self._name(invoice=await self._newest("invoices"))

    async def past(self) -> None:
        """What is over: with a review and a certificate, and without."""
        ago = utc_now() - timedelta(days=9)
        past = await self._conference("past", starts_at=ago)
        for conference in (past, await self._conference("unreviewed", starts_at=ago)):
            await self._registration(f"admission_{conference.id}", conference)
        organizer, now = caller(self._users["organizer"]), utc_now()
        issued = await certificates.issue(self._uow(), organizer, past.id, self._person.id, now)
        draft = ReviewDraft(conference_id=past.id, rating=4, title="Fine", review="It was.")
        review = await reviews.write(self._uow(), caller(self._users["attendee"]), draft, now)
        self._name(certificate=issued.id, number=issued.number, review=review.id)
        self._name(notification=await self._newest("notifications"))

    async def pictures(self, picture: bytes) -> None:
        """A cover and an avatar that no row replaces."""
        gallery = await self._conference("gallery")
        cover = f"/api/v1/conferences/{gallery.id}/cover-image/"
        files = {"image": ("picture.png", picture, "image/png")}
        as_organizer = self.scene.headers["organizer"]
        async with self._app.client() as client:
            covered = await client.put(cover, files=files, headers=as_organizer)
            shown = await client.put(f"{USERS}me/avatar/", files=files, headers=self._as_newcomer)
        self._name(
            cover=covered.json()["data"]["cover_image"].rpartition("/")[2],
            avatar=shown.json()["data"]["avatar"].rpartition("/")[2],
        )

    async def _at_the_site(self, user: User | None) -> dict[str, str]:
        """What a browser sends to the administration site once one has logged in, or tried to."""
        async with self._app.client() as client:
            visitor = Visitor(client)
            token = await visitor.token()
            if user is not None:
                await visitor.log_in(user)
            cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        return {"Cookie": cookies, "Origin": ORIGIN, "X-CSRFToken": token}

    async def _conference(self, name: str, title: str = "", **others: Any) -> Conference:
        of = self._users["organizer"]
        made = await a_conference(
            self._uow, organizer=of, name=title or None, multi_track=True, **others
        )
        self._name(**{name: made.id})
        return made

    async def _registration(self, name: str, target: Session | Conference) -> Registration:
        made = await a_registration(self._uow, target, self._person)
        self._name(**{name: made.id})
        return made

    async def _wish(self, name: str, conference: Conference, **others: Any) -> None:
        target = Target(conference_id=conference.id, session_id=None)
        wish = Wish(attendee_id=self._person.id, target=target, **others)
        ask = Ask(caller=caller(self._users["attendee"]), wish=wish)
        [made] = await register_batch(self._uow(), [ask], utc_now())
        assert isinstance(made, Registration), made
        self._name(**{name: made.id})

    async def _newest(self, table: str) -> int:
        async with self._engine.connect() as connection:
            return int(
                (await connection.execute(text(f"SELECT max(id) FROM {table}"))).scalar_one()
            )

    def _name(self, **values: Value) -> None:
        self.scene.names.update(values)
