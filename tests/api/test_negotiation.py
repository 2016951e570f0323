import pytest

from app.routers.negotiation import prefers_page, prefers_pdf


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (None, False),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/*", False),
        ("application/pdf", True),
        ("Application/PDF", True),
        ("application/pdf, */*;q=0.8", True),
        ("application/pdf, application/json", True),
        ("application/pdf;q=0.5, application/json", False),
        ("application/pdf;q=0", False),
        ("application/pdf;q=x", False),
        ("application/json;q=0.1, application/pdf ; q=0.2, */*", True),
    ],
)
def test_a_pdf_is_for_those_who_ask_for_one(accept: str | None, wanted: bool) -> None:
    assert prefers_pdf(accept) is wanted


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (None, False),
        ("*/*", False),
        ("application/json", False),
        ("text/html", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("application/json, text/html;q=0.9", False),
        ("application/json, text/html", True),
        ("text/html;q=0, */*", False),
        ("application/pdf", False),
    ],
)
def test_a_page_is_for_browsers(accept: str | None, wanted: bool) -> None:
    assert prefers_page(accept) is wanted
