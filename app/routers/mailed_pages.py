"""The frame of the pages behind links, mailed or printed.

They load nothing, run nothing and tell nobody.
"""

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
body { margin: 0; padding: 24px 12px; background: #f3f4f6; color: #1f2937;
  font: 16px/1.5 Helvetica, Arial, sans-serif; overflow-wrap: anywhere; }
main { max-width: 560px; margin: 0 auto; background: #fff; border-radius: 8px; overflow: hidden; }
header { padding: 16px 28px; background: #27408b; color: #fff; font-weight: bold; }
article { padding: 24px 28px; }
h1 { margin: 0 0 16px; font-size: 24px; line-height: 1.25; }
p { margin: 0 0 16px; }
label { font-weight: bold; }
input { box-sizing: border-box; width: 100%; margin-top: 4px; padding: 10px 12px; font: inherit;
  border: 1px solid #9ca3af; border-radius: 6px; }
button { padding: 10px 20px; font: inherit; font-weight: bold; color: #fff; background: #27408b;
  border: 0; border-radius: 6px; cursor: pointer; }
[role=alert] { padding: 10px 12px; color: #991b1b; background: #fef2f2; border-radius: 6px; }
dt { color: #6b7280; font-size: 13px; }
dd { margin: 0 0 12px; font-weight: bold; }
</style>
</head>
<body>
<main>
<header>Plenary</header>
<article>
<h1>$title</h1>
$body
</article>
</main>
</body>
</html>
"""
)


def page(title: str, body: str, status: int = 200) -> Response:
    """Both are HTML: what came with a request is to be escaped before."""
    return HTMLResponse(_PAGE.substitute(title=title, body=body), status, headers=_HEADERS)
