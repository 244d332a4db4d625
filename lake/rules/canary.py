"""The canary: a few known rows that a smoke test sends through the whole pipeline, and what must become of them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lake.rules.partition import month_before

DATASET = "canary"
HEADER = ("TransactionID", "CustomerID", "TransactionAmount", "Currency", "TransactionTimestamp")
_GOOD = ("10.00", "20.00", "0.01", "-2.50", "7.49")
_LATE = ("100.00", "-40.00")
_BAD = (("ten", "EUR"), ("1.00", "XXQ"), ("", "EUR"))


@dataclass(frozen=True)
class Canary:
    """One file of rows under an account of its own, so that earlier smoke tests do not count."""

    account: str
    month: str
    late_month: str

    @property
    def text(self) -> str:
        """The file: rows of this month, rows of a closed month, rows that must be held back, a row delivered twice."""
        good = [self._row(f"good-{n}", self.month, amount, "EUR") for n, amount in enumerate(_GOOD)]
        late = [self._row(f"late-{n}", self.late_month, amount, "EUR") for n, amount in enumerate(_LATE)]
        bad = [self._row(f"bad-{n}", self.month, amount, currency) for n, (amount, currency) in enumerate(_BAD)]
        return "\n".join([",".join(HEADER), *good, *late, *bad, good[0]]) + "\n"

    @property
    def counts(self) -> dict[str, int]:
        """What the run summary must count."""
        valid, bad = len(_GOOD) + len(_LATE), len(_BAD)
        return {"input": valid + bad + 1, "valid": valid, "quarantined": bad, "condemned": 0, "duplicate": 1}

    @property
    def late(self) -> dict[str, int]:
        """Rows of closed months that it must count."""
        return {self.late_month: len(_LATE)}

    @property
    def balances(self) -> list[tuple[str, Decimal]]:
        """Month-end balances of the account: the late month, carried forward, and this month."""
        opening = sum(map(Decimal, _LATE), Decimal())
        closing = opening + sum(map(Decimal, _GOOD), Decimal())
        return [(self.late_month, opening), (month_before(self.month), opening), (self.month, closing)]

    def _row(self, name: str, month: str, amount: str, currency: str) -> str:
        return f"{self.account}-{name},{self.account},{amount},{currency},{month}-01T00:00:00Z"


def canary_of(name: str, today: date) -> Canary:
    """The canary of a smoke test. The month before last is closed on every day of the year."""
    month = f"{today:%Y-%m}"
    return Canary(f"canary-{name}", month, month_before(month_before(month)))


def problems_of_summary(canary: Canary, counts: dict[str, int], late: dict[str, int]) -> list[str]:
    """In words, what a run counted otherwise than it must."""
    wrong = [
        f"{name}: expected {expected} rows, found {counts.get(name, 0)}"
        for name, expected in canary.counts.items()
        if counts.get(name, 0) != expected
    ]
    return wrong + ([f"late rows: expected {canary.late}, found {late}"] if late != canary.late else [])


def problems_of_balances(canary: Canary, found: list[tuple[str, Decimal]]) -> list[str]:
    """In words, what gold says otherwise than it must."""
    if sorted(found) == canary.balances:
        return []
    return [f"month-end balances of {canary.account}: expected {_told(canary.balances)}, found {_told(sorted(found))}"]


def _told(balances: list[tuple[str, Decimal]]) -> str:
    return ", ".join(f"{month} {amount:.2f}" for month, amount in balances) or "none"
