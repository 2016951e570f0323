"""Money: integer minor units and a currency, never a float inside the house."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.domain.errors import Invalid

# ISO 4217: currencies whose minor unit is not a hundredth.
EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"), 0),
    **dict.fromkeys(("PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def exponent(currency: str) -> int:
    """How many decimal digits the currency has."""
    return EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in minor units (cents, yen, fils) of one currency."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> "Money":
        """From a decimal amount, rounded half up to the currency's digits."""
        scaled = amount.scaleb(exponent(currency)).quantize(Decimal(1), ROUND_HALF_UP)
        return cls(minor=int(scaled), currency=currency)

    @property
    def amount(self) -> Decimal:
        """The amount in whole units, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    @property
    def is_free(self) -> bool:
        return self.minor == 0

    def times(self, quantity: int) -> "Money":
        return Money(minor=self.minor * quantity, currency=self.currency)


def exact(amount: Decimal, currency: str, *, field: str = "price") -> Money:
    """A price has no more decimals than its currency; nothing is rounded away."""
    money = Money.of(amount, currency)
    if money.amount != amount:
        raise Invalid(f"{currency} has {exponent(currency)} decimals.", field=field)
    return money
