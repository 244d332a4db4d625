"""The generated sample: seeded, realistic transactions with every kind of bad row among them."""

import csv
import json
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

HEADER = ("TransactionID", "CustomerID", "TransactionAmount", "Currency", "TransactionTimestamp")
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 3, 31, 23, 59, 59, tzinfo=UTC)
MINOR_UNITS = {"GBP": 2, "EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
WEIGHTS = (60, 22, 14, 3, 1)

Row = list[str]


@dataclass(frozen=True)
class Truth:
    """What a correct pipeline makes of the sample: rows by outcome, quarantined rows by error code."""

    rows: int
    valid: int
    quarantined: int
    duplicate: int
    errors: dict[str, int]


# How to spoil a good row, and the code the pipeline must find. One entry for each kind of bad row.
SPOILERS: tuple[tuple[str, int, str], ...] = (
    ("MISSING_VALUE", 0, ""),
    ("MISSING_VALUE", 1, "  "),
    ("MISSING_VALUE", 2, ""),
    ("BAD_PATTERN", 0, "not an id!"),
    ("TOO_LONG", 1, "C" * 200),
    ("BAD_TYPE", 2, "1e5"),
    ("BAD_TYPE", 2, "1,000.00"),
    ("BAD_TYPE", 2, "NaN"),
    ("OUT_OF_RANGE", 2, "99999999999.00"),
    ("UNKNOWN_CURRENCY", 3, "XXX"),
    ("UNKNOWN_CURRENCY", 3, "HRK"),
    ("UNKNOWN_CURRENCY", 3, "gbp"),
    ("BAD_TIMESTAMP", 4, "31/12/2024 10:00"),
    ("BAD_TIMESTAMP", 4, "2024-02-30T10:00:00Z"),
    ("OUT_OF_RANGE", 4, "1999-12-31T10:00:00Z"),
)


def write_sample(path: Path, rows: int = 10_000, seed: int = 20240331) -> Truth:
    """Write the CSV file and, beside it, `<file>.truth.json`. About two rows in a hundred are bad."""
    source = random.Random(seed)
    good = [_good_row(source, number) for number in range(rows)]
    lines, truth = _spoil(source, good)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(lines)
    path.with_suffix(path.suffix + ".truth.json").write_text(json.dumps(truth.__dict__, indent=1) + "\n")
    return truth


def _good_row(source: random.Random, number: int) -> Row:
    currency = source.choices(list(MINOR_UNITS), WEIGHTS)[0]
    moment = FIRST + timedelta(seconds=source.randrange(int((LAST - FIRST).total_seconds())))
    return [
        f"TX-2024-{number:07d}",
        f"ACC-{source.randrange(400):05d}",
        _amount(source, MINOR_UNITS[currency]),
        currency,
        moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
    ]


def _amount(source: random.Random, minor_unit: int) -> str:
    size = Decimal(int(source.lognormvariate(8, 1.4)) + 1)
    sign = -1 if source.random() < 0.08 else 1
    return str((sign * size).scaleb(-minor_unit))


def _spoil(source: random.Random, good: list[Row]) -> tuple[list[Row], Truth]:
    errors: Counter[str] = Counter()
    duplicates, chosen = 0, source.sample(range(len(good)), max(len(good) // 50, len(SPOILERS) + 4))
    lines = [list(row) for row in good]
    for turn, index in enumerate(chosen):
        kind = turn % (len(SPOILERS) + 4)
        if kind < len(SPOILERS):
            code, column, value = SPOILERS[kind]
            lines[index][2] = "12.5" if code == "UNKNOWN_CURRENCY" else lines[index][2]
            lines[index][column] = value
        else:
            code, extra = _special(kind - len(SPOILERS), lines[index])
            lines.extend(extra)
        if code == "DUPLICATE":
            duplicates += 1
        else:
            errors[code] += 1
    source.shuffle(lines)
    bad = sum(errors.values())
    return lines, Truth(len(lines), len(lines) - bad - duplicates, bad, duplicates, dict(sorted(errors.items())))


def _special(kind: int, row: Row) -> tuple[str, list[Row]]:
    """Kinds that need more than one field or more than one row."""
    if kind == 0:
        row[2], row[3] = "10.5", "JPY"
        return "AMOUNT_SCALE", []
    if kind == 1:
        row.append("one field too many")
        return "MALFORMED_RECORD", []
    if kind == 2:
        return "DUPLICATE", [list(row)]
    return "KEY_CONFLICT", [[row[0], row[1], "0", "JPY", row[4]]]
