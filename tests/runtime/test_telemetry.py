import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import structlog

from app import telemetry
from app.config import Settings
from app.domain.request_logs import Entry

ENTRY = Entry(
    timestamp=datetime(2026, 9, 1, 9, tzinfo=UTC),
    method="GET",
    path="/api/v1/\x1b[31m",
    query="page=2",
    status=200,
    user_id=1,
    username="ada",
    duration_ms=1.234,
    ip="127.0.0.1",
    request_id="r1",
)


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where lines go while the test runs; afterwards logging is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_off_a_terminal_lines_are_json_and_name_their_request(stream: io.StringIO) -> None:
    telemetry.configure(Settings(), stream=stream)
    token = telemetry.REQUEST_ID.set("r1")
    logging.getLogger("somebody").warning("%s happened", "it", extra={"path": "/x"})
    structlog.get_logger("us").warning("that", more=1)
    telemetry.REQUEST_ID.reset(token)
    theirs, ours = lines(stream)
    assert (theirs["event"], theirs["path"], theirs["level"]) == ("it happened", "/x", "warning")
    assert (ours["event"], ours["more"]) == ("that", 1)
    assert theirs["request_id"] == ours["request_id"] == "r1"


def test_what_makes_documents_says_nothing_of_its_fonts(stream: io.StringIO) -> None:
    telemetry.configure(Settings(), stream=stream)
    for name in ("fontTools.subset", "fpdf.output"):
        logging.getLogger(name).info("glyf subsetted")
    assert stream.getvalue() == ""


def test_secrets_are_masked_wherever_they_stand(stream: io.StringIO) -> None:
    telemetry.configure(Settings(), ["our-own-secret"], stream=stream)
    logger = logging.getLogger("somebody")
    logger.warning("connecting to postgresql://me:hunter2@host/db")
    logger.warning("Authorization: Bearer abc.def", extra={"password": "hunter3"})
    logger.warning("GET http://host/api/v1/public/calendars/hunter-4_x.ics")
    try:
        raise ValueError("signed with our-own-secret")
    except ValueError:
        logger.exception("failed")
    text = stream.getvalue()
    assert "failed" in text
    for secret in ("hunter2", "hunter3", "hunter-4", "abc.def", "our-own-secret"):
        assert secret not in text


def test_a_request_is_one_line_for_programs(stream: io.StringIO) -> None:
    telemetry.access_log(Settings(), stream)([ENTRY, ENTRY])
    first, _ = lines(stream)
    assert first["path"] == ENTRY.path
    assert first["timestamp"] == "2026-09-01T09:00:00.000000Z"


def test_a_request_cannot_steer_a_terminal(stream: io.StringIO) -> None:
    telemetry.access_log(Settings(log_format="console"), stream)([ENTRY])
    assert "\x1b" not in stream.getvalue()
    assert "ada" in stream.getvalue()


def test_requests_are_not_told_where_only_warnings_are_wanted(stream: io.StringIO) -> None:
    telemetry.access_log(Settings(log_level="warning"), stream)([ENTRY])
    assert stream.getvalue() == ""
