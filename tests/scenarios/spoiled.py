"""A real file with every kind of bad row in it, and what each of those rows said before it was spoiled."""

import csv
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from assay.sample import SPOILERS
from tests.scenarios.pipeline import HEADER, write_csv

Row = list[str]
KINDS = len(SPOILERS) + 2
# pairs of rows that claim one key
TWINS = 4


@dataclass(frozen=True)
class Spoiled:
    """`originals`: the good row behind each bad record, by the record's fields as they are delivered.

    `amount`: the total of all rows as they were. Of two rows that claim one key either may be the bad one.
    """

    file: Path
    rows: list[Row]
    originals: dict[tuple[str, ...], Row]
    errors: Counter[str]
    amount: Decimal

    def original(self, record: str) -> Row:
        """What a record of quarantine should have said."""
        (fields,) = csv.reader([record])
        return self.originals[tuple(fields)]


def spoil(source: Path, to: Path, prefix: str, every: int) -> Spoiled:
    """Spoil every n-th row in turn; keys and accounts get a prefix, so that it may be delivered beside its source."""
    with source.open(newline="", encoding="utf-8-sig") as lines:
        found = [[each[name] for name in HEADER] for each in csv.DictReader(lines)]
    real = [[prefix + row[0], prefix + row[1], *row[2:]] for row in found]
    good = [row for number, row in enumerate(real) if number % every]
    bad: list[Row] = []
    originals: dict[tuple[str, ...], Row] = {}
    errors: Counter[str] = Counter()
    for turn, row in enumerate(real[::every]):
        code, spoilt = _spoiled(turn, row)
        errors[code] += 1
        bad.append(spoilt)
        originals[tuple(spoilt)] = row
    twins = [[row[0], f"{row[1]}-other", *row[2:]] for row in good[:TWINS]]
    for row in (*good[:TWINS], *twins):
        originals[tuple(row)] = [f"{row[0]}-other", *row[1:]]
    errors["KEY_CONFLICT"] = TWINS
    amount = sum((Decimal(row[2]) for row in (*real, *twins)), Decimal())
    return Spoiled(write_csv(to, [*good, *bad, *twins]), good, originals, errors, amount)


def _spoiled(turn: int, row: Row) -> tuple[str, Row]:
    """The code, and the bad record."""
    kind, bad = turn % KINDS, list(row)
    if kind == len(SPOILERS):
        return "AMOUNT_SCALE", [*row[:2], "10.5", "JPY", row[4]]
    if kind > len(SPOILERS):
        return "MALFORMED_RECORD", [*row, "one field too many"]
    code, column, text = SPOILERS[kind]
    # the kuna was valid until 2023, and these files are of 2017
    bad[column] = "ZZZ" if text == "HRK" else text
    if code == "UNKNOWN_CURRENCY":
        bad[2] = "12.5"
    return code, bad
