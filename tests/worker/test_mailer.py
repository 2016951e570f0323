"""How a letter becomes a message, and a message a file."""

import asyncio
import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from worker.mailer import ConsoleMailer, Envelope, FileMailer, Letter, one_line, seal, tidy

NOW = datetime(2027, 8, 1, 12, 0, tzinfo=UTC)
SENDER = "Plenary <plenary@conf.example>"
HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
}
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
lines = texts.map(lambda text: one_line(text)[:120])


def letter(**changed: str) -> Letter:
    fields = {
        "to_name": "John Smith",
        "to_address": "john@example.com",
        "subject": "You are registered",
        "text": "Hello,\n\nyou are registered.\n",
        "html": "<p>Hello</p>\n",
    }
    return Letter(**(fields | changed))


def sealed(written: Letter, sender: str = SENDER) -> Envelope:
    return seal(written, name="000000000042-registered", number=42, sender=sender, now=NOW)


def parsed(envelope: Envelope) -> EmailMessage:
    message = message_from_bytes(envelope.content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_message_carries_what_mail_programs_need() -> None:
    envelope = sealed(letter())
    message = parsed(envelope)

    assert set(message.keys()) == HEADERS
    assert message["From"] == "Plenary <plenary@conf.example>"
    assert message["To"] == "John Smith <john@example.com>"
    assert message["Message-ID"] == "<outbox-42@conf.example>"
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert body(message, "plain").rstrip() == "Hello,\n\nyou are registered."
    assert body(message, "html").rstrip() == "<p>Hello</p>"
    assert (envelope.sender, envelope.recipient) == ("plenary@conf.example", "john@example.com")
    assert b"\r\n" in envelope.content
    assert b"\n" not in envelope.content.replace(b"\r\n", b"")


@given(name=texts, subject=texts, text=lines, html=lines)
@example(name="a\r\nBcc: x@y.z", subject="b\r\n\r\nc", text="d", html="e")
@example(name='"quoted" \\ <a@b.c>, d', subject="=?utf-8?q?x?=", text="", html="")
def test_whatever_people_type_arrives_and_nothing_is_injected(
    name: str, subject: str, text: str, html: str
) -> None:
    message = parsed(sealed(letter(to_name=name, subject=subject, text=text, html=html)))

    assert set(message.keys()) == HEADERS
    assert [address.addr_spec for address in message["To"].addresses] == ["john@example.com"]
    assert message["Message-ID"] == "<outbox-42@conf.example>"
    assert body(message, "plain").rstrip("\n") == text
    assert body(message, "html").rstrip("\n") == html


def test_names_of_all_the_world_arrive() -> None:
    message = parsed(
        sealed(letter(to_name="Jörg Müller", subject="Grüße an 東京, und zwar " + "lange " * 20))
    )

    assert message["To"].addresses[0].display_name == "Jörg Müller"
    assert message["Subject"] == "Grüße an 東京, und zwar " + ("lange " * 20).strip()
    assert "You" not in message["Subject"]


@pytest.mark.parametrize("text", ["x" * 5000, "é" * 5000, "a\n" * 3000, ".\n..\n", "a = b =3D\n"])
def test_no_line_is_too_long_and_none_is_changed(text: str) -> None:
    envelope = sealed(letter(text=text))

    assert max(len(line) for line in envelope.content.split(b"\r\n")) <= 998
    assert body(parsed(envelope), "plain").rstrip("\n") == text.rstrip("\n")


def test_an_address_in_another_script_travels_as_utf_8() -> None:
    message = sealed(letter(to_name='Jörg "J"', to_address="jörg@example.com"))

    assert message.recipient == "jörg@example.com"
    assert 'To: "Jörg \\"J\\"" <jörg@example.com>'.encode() in message.content


def test_an_address_cannot_break_out_of_its_header() -> None:
    envelope = sealed(letter(to_name="", to_address="a@b.c\r\nBcc: x@y.z"))

    assert set(parsed(envelope).keys()) == HEADERS
    assert "\r" not in envelope.recipient


async def test_a_file_is_whole_and_there_once(tmp_path: Path) -> None:
    mailer = FileMailer(tmp_path / "deep" / "mail")
    first, second = sealed(letter(subject="first")), sealed(letter(subject="second"))

    await asyncio.gather(*(mailer.send(first) for _ in range(20)))
    await mailer.send(second)
    await mailer.close()

    [file] = (tmp_path / "deep" / "mail").iterdir()
    assert file.name == "000000000042-registered.eml"
    assert file.read_bytes() == second.content


async def test_what_cannot_be_written_spoils_nothing_that_is_written_with_it(
    tmp_path: Path,
) -> None:
    mailer = FileMailer(tmp_path / "mail")
    mails = [replace(sealed(letter()), name=name) for name in ("1", "no/such/folder", "3")]

    outcomes = await asyncio.gather(*map(mailer.send, mails), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [type(None), FileNotFoundError, type(None)]
    assert {path.name for path in (tmp_path / "mail").iterdir()} == {"1.eml", "3.eml"}


async def test_mails_are_their_owners_alone(tmp_path: Path) -> None:
    """They hold links by which a password is chosen; those of an open folder are closed too."""
    fresh, opened = tmp_path / "deep" / "mail", tmp_path / "mail"
    opened.mkdir(0o755)
    opened.chmod(0o755)
    for folder in (fresh, opened):
        await FileMailer(folder).send(sealed(letter()))
        [file] = folder.iterdir()
        assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)


async def test_the_folder_may_go_away(tmp_path: Path) -> None:
    mailer = FileMailer(tmp_path / "mail")
    await mailer.send(sealed(letter()))
    for path in (tmp_path / "mail").iterdir():
        path.unlink()
    (tmp_path / "mail").rmdir()

    await mailer.send(sealed(letter()))

    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1


def test_drafts_of_a_killed_worker_are_tidied_away(tmp_path: Path) -> None:
    old, new, mail = (tmp_path / name for name in (".1.part", ".2.part", "1.eml"))
    for path in (old, new, mail):
        path.write_bytes(b"x")
    os.utime(old, (0, time.time() - 7200))

    assert tidy(tmp_path, time.time()) == 1
    assert sorted(tmp_path.iterdir()) == sorted([new, mail])


async def test_the_console_shows_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    mailer = ConsoleMailer()
    await mailer.send(sealed(letter()))
    await mailer.close()

    assert "To: John Smith <john@example.com>\n" in capsys.readouterr().out
