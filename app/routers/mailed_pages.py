"""The frame of the pages behind mailed links. They load nothing, run nothing and tell nobody."""

from string import Template

from fastapi import Response
from fastapi.responses import HTMLResponse

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'",
    # The address of the page holds the token.
    "Referrer-Policy": "no-referrer",
}
_PAGE = Template(
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>$title</title>
<style>
body { margin: 15vh auto; max-width: 28rem; padding: 0 1rem; font: 1.1rem/1.5 sans-serif; }
button { font: inherit; padding: .5rem 1.5rem; }
</style>
</head>
<body>
<h1>$title</h1>
$body
</body>
</html>
"""
)


def page(title: str, body: str, status: int = 200) -> Response:
    """Both are HTML: what came with a request is to be escaped before."""
    return HTMLResponse(_PAGE.substitute(title=title, body=body), status, headers=_HEADERS)
