"""Which conference an attendee's line means: by the key or the name of an event's line."""

from dataclasses import dataclass

from app.domain.access import fold
from app.importing.lines import AttendeeLine, EventLine, Unfit


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Where a key or name leads: to a conference, or, without one, to a line that was refused."""

    line: int
    conference_id: int | None


class EventBook:
    """What the lines of the events' file have become, for those of the attendees' file.

    Whatever was accepted counts before what was refused under the same key or name.
    """

    def __init__(self) -> None:
        self._by_key: dict[str, _Found] = {}
        self._by_name: dict[str, dict[int | None, _Found]] = {}
        self._keys: dict[str, int] = {}
        self._lines: dict[int, int] = {}

    def claim(self, line: int, key: str | None) -> None:
        """A key is that of one line. Raises Unfit where it is an earlier one's."""
        if key is not None and self._keys.setdefault(key, line) != line:
            raise Unfit("duplicate", f"The id “{key}” is that of line {self._keys[key]}.")

    def accept(self, line: int, event: EventLine, conference_id: int) -> None:
        """Raises Unfit where an earlier line was the same event; the keys of both lead to it."""
        found = _Found(line=line, conference_id=conference_id)
        if event.id is not None:
            self._by_key[event.id] = found
        self._by_name.setdefault(fold(event.name), {})[conference_id] = found
        earlier = self._lines.setdefault(conference_id, line)
        if earlier != line:
            raise Unfit("duplicate", f"Line {earlier} is the same event: its name and its start.")

    def refuse(self, line: int, key: str, name: str) -> None:
        """Remember that there was such a line."""
        found = _Found(line=line, conference_id=None)
        if key:
            self._by_key.setdefault(key, found)
        if name:
            self._by_name.setdefault(fold(name), {}).setdefault(None, found)

    def conference_of(self, attendee: AttendeeLine) -> int:
        """Raises Unfit: no such event, a refused one, or several of the name."""
        if attendee.event_id is not None:
            found, reference = self._by_key.get(attendee.event_id), attendee.event_id
        else:
            reference = attendee.event or ""
            found = self._by_key.get(reference)
            if found is None or found.conference_id is None:
                found = self._named(reference) or found
        if found is None:
            raise Unfit("unknown_event", f"There is no event “{reference}” in the file of events.")
        if found.conference_id is None:
            raise Unfit("unknown_event", f"The event “{reference}” was refused: line {found.line}.")
        return found.conference_id

    def _named(self, name: str) -> _Found | None:
        by_conference = self._by_name.get(fold(name), {})
        accepted = [one for id, one in by_conference.items() if id is not None]
        if len(accepted) > 1:
            raise Unfit(
                "ambiguous_event", f"{len(accepted)} events are called “{name}”: name it by its id."
            )
        return accepted[0] if accepted else by_conference.get(None)
