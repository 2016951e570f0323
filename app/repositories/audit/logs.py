"""Logs: what is kept of requests tells nobody's secrets."""

from app.repositories.audit.promise import Check, Promise

_LETTERS = "[A-Za-z0-9_-]"
# What is looked for in path and query. No pattern has a colon: that would be a parameter.
_SECRETS = {
    "a login token": rf"eyJ{_LETTERS}+\.{_LETTERS}+\.{_LETTERS}+",
    # As long as what is mailed to prove an address, and as the secret of a calendar.
    "the secret of a link": rf"(^|[^A-Za-z0-9_-]){_LETTERS}{{43}}($|[^A-Za-z0-9_-])",
    "a full e-mail address": r"[^/?&=@\s]+(@|%40)[^/?&=@%\s]+\.[A-Za-z]{2,}",
    "a password or secret by its name": (
        r"[?&][^=&]*(token|passw|pwd|secret|credential|signature)[^=&]*=(?!\*\*\*(&|$))[^&]"
    ),
}
_FOUND = " ".join(f"WHEN line ~* '{pattern}' THEN '{said}'" for said, pattern in _SECRETS.items())
_TOLD = Check(
    query=(
        "SELECT id, format('request log %s: path or query holds %s', id, found) AS said"
        f" FROM (SELECT id, CASE {_FOUND} END AS found"
        " FROM (SELECT id, path || '?' || query AS line FROM request_logs) AS lines) AS looked"
        " WHERE found IS NOT NULL"
    )
)
# Cut short, an address has `***` before its host.
_NOTED = Check(
    query=(
        "SELECT id, format('note %s of the trail holds a full e-mail address', id) AS said"
        r" FROM trail WHERE strpos(CAST(changes AS text), '@') > 0"
        r" AND CAST(changes AS text) ~* '[^*\s\"]@[^\s\"@]+\.[a-z]{2,}'"
    )
)

PROMISES = (
    Promise(
        name="V12",
        sentence="No password, token, secret or full e-mail address is in the log of requests,"
        " and no full address in the trail.",
        checks=(_TOLD, _NOTED),
    ),
)
