from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.documents import invoice_pdf, receipt_pdf
from app.domain.invoices import Invoice, Receipt
from app.domain.invoicing import Sale
from app.domain.money import Money
from app.domain.payments import Method, Payment, PaymentStatus
from app.domain.refunds import Refund
from tests.documents.reading import Paper
from tests.documents.samples import NOW

PRICE = Money(minor=4900, currency="USD")
SALE = Sale(
    seller_name="Tech Events Ltd",
    seller_email="events@example.com",
    buyer_name="Ada Lovelace",
    buyer_email="ada@example.com",
    buyer_organization="Analytical Engines",
    description="Tech Summit 2031, Early bird",
    quantity=1,
)
NAMES = [
    "Ada Lovelace",
    "Дмитрий Иванович Менделеев",
    "Αριστοτέλης ο Σταγειρίτης",
    "Zażółć Gęślą-Jaźń",
    "Nguyễn Thị Minh Khai Trường",
]
LONG = "An international summit about everything that can be said in rather many words, " * 4


def an_invoice(**changes: Any) -> Invoice:
    made = Invoice(
        id=4,
        number="INV-2-2031-000004",
        payment_id=7,
        registration_id=15,
        conference_id=1,
        transaction_id="EVH-7Q2MZ0K4XW9B",
        payment_status=PaymentStatus.PAID,
        sale=SALE,
        amount=PRICE,
        refunded=replace(PRICE, minor=0),
        due_on=date(2031, 1, 15),
        issued_at=NOW,
        sent_at=None,
        organizer_id=2,
        owner_id=3,
    )
    return replace(made, **changes)


def a_receipt(refunds: int = 0, **changes: Any) -> Receipt:
    payment = Payment(
        id=7,
        registration_id=15,
        amount=PRICE,
        status=PaymentStatus.PAID,
        wanted_outcome=None,
        failure_reason="",
        created_at=NOW,
        settled_at=NOW,
        refunded_at=None,
        organizer_id=2,
        owner_id=3,
        method=Method.MOCK,
        transaction_id="EVH-7Q2MZ0K4XW9B",
        reference_number="PO 4711",
        refunded_minor=100 * refunds,
        conference_name="Tech Summit 2031",
    )
    given = [
        Refund(
            id=number,
            payment_id=7,
            amount=replace(PRICE, minor=100),
            reason="",
            refunded_by=2,
            created_at=datetime(2031, 2, number + 1, tzinfo=UTC),
        )
        for number in range(refunds)
    ]
    made = Receipt(payment=payment, sale=SALE, invoice_number="INV-2-2031-000004", refunds=given)
    return replace(made, **changes)


def test_an_invoice_says_who_owes_what_to_whom() -> None:
    paper = Paper(invoice_pdf.draw(an_invoice(), NOW))
    assert paper.pages == 1
    assert paper.size == pytest.approx((210, 297), abs=0.5)
    assert paper.metadata["Title"] == "Invoice INV-2-2031-000004"
    for said in (
        "INV-2-2031-000004",
        "Tech Events Ltd",
        "events@example.com",
        "Ada Lovelace",
        "Analytical Engines",
        "Tech Summit 2031, Early bird",
        "EVH-7Q2MZ0K4XW9B",
        "Wednesday, 15 January 2031",
        "49.00 USD",
        "Paid",
    ):
        assert said in paper.text


@pytest.mark.parametrize(
    ("status", "refunded", "said"),
    [
        (PaymentStatus.PENDING, 0, "Not paid yet"),
        (PaymentStatus.FAILED, 0, "The payment failed"),
        (PaymentStatus.PAID, 1000, "Paid, and refunded in part"),
        (PaymentStatus.REFUNDED, 4900, "Paid and refunded"),
    ],
)
def test_an_invoice_says_how_its_payment_stands(
    status: PaymentStatus, refunded: int, said: str
) -> None:
    given = replace(PRICE, minor=refunded)
    paper = Paper(invoice_pdf.draw(an_invoice(payment_status=status, refunded=given), NOW))
    assert said in paper.text
    assert ("Paid, net of refunds" in paper.text) is bool(refunded)
    assert "Remains" not in paper.text
    if refunded == 1000:
        assert "−10.00 USD" in paper.text
        assert "39.00 USD" in paper.text


@pytest.mark.parametrize("name", NAMES)
def test_names_print_as_they_are_written(name: str) -> None:
    sale = replace(SALE, seller_name=name, buyer_name=name)
    assert Paper(invoice_pdf.draw(an_invoice(sale=sale), NOW)).text.count(name) == 2
    assert Paper(receipt_pdf.draw(a_receipt(sale=sale), NOW)).text.count(name) == 2


@pytest.mark.parametrize("name", ["שרה כהן", "محمد الفاتح", "山田太郎", "🎉", " "])
def test_no_name_fails(name: str) -> None:
    sale = replace(SALE, buyer_name=name, seller_name=name, description=name)
    assert Paper(invoice_pdf.draw(an_invoice(sale=sale), NOW)).pages == 1
    assert Paper(receipt_pdf.draw(a_receipt(sale=sale), NOW)).pages == 1


@pytest.mark.parametrize("amount", [PRICE, Money(minor=10**12, currency="JPY")])
def test_what_is_long_wraps_and_stays_on_the_sheet(amount: Money) -> None:
    sale = replace(
        SALE,
        seller_name=LONG,
        buyer_name=LONG,
        buyer_organization=LONG,
        buyer_email="a" * 240 + "@x.example",
        description=LONG * 3,
    )
    drawn = invoice_pdf.draw(an_invoice(sale=sale, amount=amount), NOW)
    paper = Paper(drawn)
    assert paper.pages == 1
    assert sum("rather many" in line for line in paper.lines) >= 4
    assert all(
        left >= 20 and right <= 190 and bottom >= 10 for left, bottom, right, _ in paper.boxes
    )


def test_a_receipt_says_what_was_had_and_what_was_given_back() -> None:
    paper = Paper(receipt_pdf.draw(a_receipt(refunds=2), NOW))
    for said in (
        "Receipt",
        "EVH-7Q2MZ0K4XW9B",
        "Wednesday, 15 January 2031, 12:00, UTC",
        "Test payment (mock)",
        "Paid, net of refunds",
        "INV-2-2031-000004",
        "PO 4711",
        "−2.00 USD",
        "47.00 USD",
        "Sunday, 2 February 2031",
    ):
        assert said in paper.text
    assert paper.text.count("−1.00 USD") == 2


@pytest.mark.parametrize("method", Method)
def test_a_receipt_says_that_no_money_of_this_world_was_paid(method: Method) -> None:
    receipt = a_receipt()
    paper = Paper(
        receipt_pdf.draw(replace(receipt, payment=replace(receipt.payment, method=method)), NOW)
    )
    assert f"Test payment ({method})" in paper.text
    assert "net of refunds" not in paper.text


def test_of_many_refunds_the_first_are_listed() -> None:
    paper = Paper(receipt_pdf.draw(a_receipt(refunds=20), NOW))
    assert "… and 12 more" in paper.text
    assert all(bottom >= 10 for _, bottom, _, _ in paper.boxes)
