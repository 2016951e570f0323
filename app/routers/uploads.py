"""Pictures in requests: which paths take them, how large they may be, how long they are kept."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from app.config import Settings
from app.domain.conferences import Conference
from app.domain.errors import Busy, DomainError, Invalid, InvalidImage
from app.runtime import Runtime

_TAKING_FILES = re.compile(
    r"/api/v1/conferences/\d+/cover-image/?"
    r"|/compat/event-management/api/events/(create|\d+/update)/?"
)
# The form around the file, and its other fields.
_FORM_BYTES = 65_536


def limits(settings: Settings) -> Mapping[re.Pattern[str], int]:
    """How long a body with a file in it may be, and where."""
    return {_TAKING_FILES: settings.max_upload_bytes + _FORM_BYTES}


async def picture(request: Request, field: str) -> bytes:
    """The file that is all of a form. Raises Invalid, InvalidImage."""
    async with request.form(max_files=1, max_fields=1) as form:
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
async def kept(held: Runtime, content: bytes | None) -> AsyncIterator[str]:
    """Keeps a picture for what happens within; gives its name, which is empty where there is none.

    It goes again when what happens within is refused. Where nobody knows what has happened, it
    stays: a picture that nobody shows costs less than a missing one.
    """
    if content is None:
        yield ""
        return
    if len(content) > held.settings.max_upload_bytes:
        raise HTTPException(413)
    name = await held.covers.keep(content)
    try:
        yield name
    except Busy:
        raise
    except DomainError:
        await held.covers.drop(name)
        raise


async def tidy(held: Runtime, conference: Conference, *names: str) -> None:
    """Remove those of these pictures that the conference does not show."""
    for name in names:
        if name != conference.cover_image:
            await held.covers.drop(name)
