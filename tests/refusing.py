"""What a refusal says, to the letter: people read the sentence, programs the field."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.domain.errors import DomainError, Other


@contextmanager
def refused(
    error: type[DomainError],
    message: str | None = None,
    *,
    field: str | None = None,
    other: Other | None = None,
) -> Iterator[None]:
    """What happens inside is refused by this very error; what is not said is as it always is."""
    with pytest.raises(error) as refusal:
        yield
    found = refusal.value
    expected = (error, message or error.message, field or error.field)
    assert (type(found), found.message, found.field) == expected
    assert other is None or found.other == other
