"""Pictures in requests: which paths take them, how large they may be, how long they are kept."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from app.config import Settings
from app.domain import cover_images, profiles
from app.domain.conferences import Conference
from app.domain.errors import Busy, DomainError, Invalid, InvalidImage
from app.images import Images
from app.runtime import Runtime

_TAKING_FILES = re.compile(
    r"/api/v1/conferences/\d+/cover-image/?"
    r"|/api/v1/users/me/avatar/?"
    r"|/compat/event-management/api/events/(create|\d+/update)/?"
    r"|/compat/event-hub/api/users/me/?"
    r"|/compat/event-hub/api/events(/\d+)?/?"
)
# The form around the file, and its other fields.
_FORM_BYTES = 65_536


def limits(settings: Settings) -> Mapping[re.Pattern[str], int]:
    """How long a body with a file in it may be, and where."""
    return {_TAKING_FILES: settings.max_upload_bytes + _FORM_BYTES}


@asynccontextmanager
async def form_of(request: Request, *, most_fields: int) -> AsyncIterator[FormData]:
    """A form with one file at most; the files are closed afterwards. Raises HTTPException."""
    try:
        form = await request.form(max_files=1, max_fields=most_fields)
    except (UnicodeError, LookupError):
        # It says that it is written in an alphabet that is not, or in none there is.
        raise HTTPException(400) from None
    try:
        yield form
    finally:
        await form.close()


async def picture(request: Request, field: str) -> bytes:
    """The file that is all of a form. Raises Invalid, InvalidImage."""
    async with form_of(request, most_fields=1) as form:
        unknown = {name: ["This field is unknown here."] for name in form if name != field}
        if unknown:
            raise Invalid(errors=unknown)
        sent = form.get(field)
        if sent is None:
            raise Invalid("This field is required, in a form (multipart/form-data).", field=field)
        if not isinstance(sent, UploadFile):
            raise InvalidImage(field=field)
        return await sent.read()


@asynccontextmanager
async def kept(
    held: Runtime,
    content: bytes | None,
    among: Images | None = None,
    *,
    field: str = InvalidImage.field,
) -> AsyncIterator[str]:
    """Keeps a picture for what happens within; gives its name, which is empty where there is none.

    Among the covers, unless others are named; it was sent as `field`. It goes again when what
    happens within is refused. Where nobody knows what has happened, it stays: a picture that nobody
    shows costs less than a missing one.
    """
    if content is None:
        yield ""
        return
    if len(content) > held.settings.max_upload_bytes:
        raise HTTPException(413)
    images = among or held.covers
    try:
        name = await images.keep(content)
    except InvalidImage as error:
        error.field = field
        raise
    try:
        yield name
    except Busy:
        raise
    except DomainError:
        await images.drop(name)
        raise


async def tidy(held: Runtime, conference: Conference, *names: str) -> None:
    """Remove those of these pictures that the conference does not show.

    Which it shows is asked of the database: an answer that is given again tells of the past.
    """
    named = [name for name in names if name]
    if not named:
        return
    shown = await cover_images.shown(held.unit_of_work(), conference.id)
    for name in named:
        if name != shown:
            await held.covers.drop(name)


async def tidy_avatars(held: Runtime, user_id: int, *names: str) -> None:
    """Remove those of these pictures that the account does not show."""
    named = [name for name in names if name]
    shown = await profiles.avatar_of(held.unit_of_work(), user_id) if named else ""
    for name in named:
        if name != shown:
            await held.avatars.drop(name)
