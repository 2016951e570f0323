"""In which form an answer is wanted, by the `Accept` header."""

PDF = "application/pdf"
PAGE = "text/html"


def prefers_pdf(accept: str | None) -> bool:
    """Whether a PDF is named, and liked no less than JSON; `*/*` alone is JSON."""
    return _prefers(accept, PDF)


def prefers_page(accept: str | None) -> bool:
    """Whether a page is named, as browsers do, and liked no less than JSON; `*/*` is JSON."""
    return _prefers(accept, PAGE)


def _prefers(accept: str | None, form: str) -> bool:
    liked = dict(_liking(one) for one in (accept or "").split(","))
    named = [one for one in ("application/json", "application/*", "*/*") if one in liked]
    json = liked[named[0]] if named else 0.0
    return liked.get(form, 0.0) > 0 and liked[form] >= json


def _liking(one: str) -> tuple[str, float]:
    name, *parameters = (part.strip().lower() for part in one.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return name, float(value)
            except ValueError:
                return name, 0.0
    return name, 1.0
