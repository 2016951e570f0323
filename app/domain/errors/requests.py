"""What is wrong with a request before any rule is asked: malformed, unknown, nobody."""

from app.domain.errors.base import Invalid, NotFound, Unauthenticated


class InvalidPeriod(Invalid):
    code = "invalid_period"
    message = "The period ends before it starts."


class InvalidImage(Invalid):
    code = "invalid_image"
    field = "image"
    message = "Upload a picture: JPEG, PNG or WebP."


class StartsInPast(Invalid):
    code = "starts_in_past"
    field = "start_time"
    message = "The start must lie in the future."


class TicketTypeRequired(Invalid):
    code = "ticket_type_required"
    field = "ticket_type"
    message = "This conference has ticket types; name one of them."


class SessionNotInConference(Invalid):
    code = "session_not_in_conference"
    field = "session"
    message = "This session does not belong to the named conference."


class WeakPassword(Invalid):
    code = "weak_password"
    field = "password"
    message = "This password is too easy to guess."


class WrongPassword(Invalid):
    code = "wrong_password"
    field = "old_password"
    message = "This is not the present password."


class UnknownReference(Invalid):
    """A body names an object that does not exist (or not for the caller)."""

    code = "unknown_reference"
    message = "There is no such object."


class BadCredentials(Unauthenticated):
    code = "bad_credentials"
    message = "No active account was found with the given credentials."


class InvalidToken(Unauthenticated):
    code = "invalid_token"
    message = "The token is invalid or expired."


class BadSignature(Unauthenticated):
    code = "bad_signature"
    message = "The signature is missing, wrong or too old."


class UnknownTicket(NotFound):
    code = "unknown"
    field = "code"
    message = "There is no such ticket."
