"""Seeded transaction files with a truth file: how many rows must end where, and with which error code.

Every byte follows from the arguments. Rows come in blocks; a copy or a rival of a row is in the same block.
"""

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tests.benchmarks.truth import truth_path

HEADER = "TransactionID,CustomerID,TransactionAmount,Currency,TransactionTimestamp\n"
BLOCK = 250_000
CURRENCIES = [
    "EUR",
    "USD",
    "GBP",
    "CHF",
    "SEK",
    "NOK",
    "DKK",
    "PLN",
    "CZK",
    "HUF",
    "RON",
    "TRY",
    "CNY",
    "HKD",
    "SGD",
    "AUD",
    "NZD",
    "CAD",
    "MXN",
    "BRL",
    "ZAR",
    "INR",
    "THB",
    "ILS",
    "AED",
    "SAR",
]
ODD_CUSTOMERS = [
    '"Müller, Jörg"',
    '"Søn ""Ole"" & Co"',
    "顧客一二三",
    '"O\'Brien, ""Pat"""',
    "Zoë🙂",
    '"semi;colon"',
    "C\\1042",
    '"trailing "',
]
BAD_AMOUNTS = [
    "abc",
    "12.3.4",
    "1e5",
    "NaN",
    '"1,234.56"',
    "1.23456",
    "--5",
    "0x1F",
    "€12",
    "Infinity",
    "12 34",
    ".",
    "1_000.00",
]
BAD_CURRENCIES = ["XXX", "eur", "EURO", "€", "E", "US D", "123", '"US,D"', "DEM"]
BAD_MOMENTS = [
    "2024-13-01T00:00:00Z",
    "2024-02-30T10:00:00Z",
    "31/12/2024 10:00",
    "not-a-date",
    "2024-01-01",
    "1704067200",
    "2024-01-01T25:00:00Z",
    "20240101T101010Z",
    "2024",
    "2024-01-01T10:10",
    "T10:00:00Z",
]

# kind of row -> the error codes it must have; a copy is dropped as a duplicate
KINDS: dict[str, tuple[str, ...]] = {
    "good": (),
    "copy": (),
    "rival": ("KEY_CONFLICT",),
    "too many fields": ("MALFORMED_RECORD",),
    "too few fields": ("MALFORMED_RECORD",),
    "no id": ("MISSING_VALUE",),
    "no customer": ("MISSING_VALUE",),
    "no amount": ("MISSING_VALUE",),
    "no moment": ("MISSING_VALUE",),
    "bad amount": ("BAD_TYPE",),
    "bad currency": ("UNKNOWN_CURRENCY",),
    "bad moment": ("BAD_TIMESTAMP",),
    "bad id": ("BAD_PATTERN",),
    "too fine": ("AMOUNT_SCALE",),
    "too large": ("OUT_OF_RANGE",),
    "bad amount, no moment": ("BAD_TYPE", "MISSING_VALUE"),
}


@dataclass(frozen=True)
class Shape:
    """What to generate. `copies`: every row but the first of a block is a copy of it.

    The newest month is `back` months before 2025-12.
    """

    rows: int
    months: int = 12
    seed: int = 7
    bad: float = 0.02
    first_id: int = 0
    copies: bool = False
    back: int = 0


def write(shape: Shape, path: Path) -> dict[str, object]:
    """Write a file, gzipped when it is named so, and its truth beside it; returns the truth."""
    kinds: Counter[str] = Counter()
    with gzip.open(path, "wb", 6) if path.suffix == ".gz" else path.open("wb") as file:
        file.write(HEADER.encode())
        for lines, found in _blocks(shape):
            kinds.update(found)
            file.write(lines)
    truth = _truth(shape, kinds)
    truth_path(path).write_text(json.dumps(truth, indent=1))
    return truth


def _truth(shape: Shape, kinds: Counter[str]) -> dict[str, object]:
    errors: Counter[str] = Counter()
    for kind, count in kinds.items():
        for code in KINDS[kind]:
            errors[code] += count
    bad = sum(count for kind, count in kinds.items() if KINDS[kind])
    counts = {"valid": kinds["good"], "duplicate": kinds["copy"], "quarantined": bad}
    return {"rows": shape.rows, **counts, "errors": dict(sorted(errors.items())), "shape": asdict(shape)}


def _blocks(shape: Shape) -> Iterator[tuple[bytes, Counter[str]]]:
    chance = np.random.default_rng(shape.seed)
    for start in range(0, shape.rows, BLOCK):
        count = min(BLOCK, shape.rows - start)
        kind = _kinds(chance, shape, count)
        lines = _lines(chance, shape, shape.first_id + start, kind)
        text = pc.binary_join(pa.ListArray.from_arrays([0, count], lines), "\n")[0].as_py()
        yield (
            text.encode() + b"\n",
            Counter(
                {name: int(n) for name, n in zip(KINDS, np.bincount(kind, minlength=len(KINDS)), strict=True) if n}
            ),
        )


def _kinds(chance: np.random.Generator, shape: Shape, count: int) -> np.ndarray:
    if shape.copies:
        kind = np.ones(count, dtype=np.int64)
    else:
        kind = np.where(chance.random(count) < shape.bad, chance.integers(1, len(KINDS), count), 0)
    kind[0] = 0
    return kind


def _lines(chance: np.random.Generator, shape: Shape, first: int, kind: np.ndarray) -> pa.Array:
    count, names = len(kind), list(KINDS)
    like = np.arange(count)
    followers = np.flatnonzero((kind == 1) | (kind == 2))
    leaders = np.flatnonzero(kind == 0)
    # a rival must be the only one of its leader: two rivals may be equal to each other by chance
    like[followers] = chance.choice(leaders, len(followers), replace=shape.copies)
    ids = _ids(first + like)
    customers = _customers(chance, count).take(pa.array(like))
    cents = (np.exp(chance.normal(8.5, 1.6, count)).astype(np.int64) + 1)[like]
    negative = (chance.random(count) < 0.15)[like]
    cents = np.where(kind == names.index("rival"), cents + 1, cents)
    amounts = _amounts(cents, negative)
    currencies = pa.array(CURRENCIES).take(
        pa.array(np.minimum(chance.geometric(0.15, count) - 1, len(CURRENCIES) - 1)[like])
    )
    moments = _moments(chance, shape, count, like)

    def put(values: pa.Array, kinds: list[str], instead: pa.Array | str) -> pa.Array:
        return pc.if_else(pa.array(np.isin(kind, [names.index(each) for each in kinds])), instead, values)

    def any_of(pool: list[str]) -> pa.Array:
        return pa.array(pool).take(pa.array(chance.integers(0, len(pool), count)))

    ids = put(put(ids, ["no id"], ""), ["bad id"], "id with blanks")
    customers = put(customers, ["no customer"], "")
    amounts = put(put(amounts, ["no amount"], ""), ["bad amount", "bad amount, no moment"], any_of(BAD_AMOUNTS))
    amounts = put(put(amounts, ["too fine"], "1.005"), ["too large"], "99999999999.00")
    currencies = put(currencies, ["bad currency"], any_of(BAD_CURRENCIES))
    currencies = put(currencies, ["too fine"], "EUR")
    moments = put(put(moments, ["no moment", "bad amount, no moment"], ""), ["bad moment"], any_of(BAD_MOMENTS))
    lines = pc.binary_join_element_wise(ids, customers, amounts, currencies, moments, ",")
    lines = put(lines, ["too many fields"], pc.binary_join_element_wise(lines, "more", ","))
    return put(lines, ["too few fields"], pc.binary_join_element_wise(ids, customers, amounts, ","))


def _ids(index: np.ndarray) -> pa.Array:
    # an odd multiplier spreads neighbours over the whole range, as producers' ids are; no two meet
    spread = (index.astype(np.int64) * 2_654_435_761) % 10**12
    return pc.binary_join_element_wise("TX", pc.utf8_lpad(pa.array(spread).cast(pa.string()), 12, "0"), "")


def _customers(chance: np.random.Generator, count: int) -> pa.Array:
    number = pc.utf8_lpad(pa.array(chance.integers(0, 200_000, count)).cast(pa.string()), 6, "0")
    plain = pc.binary_join_element_wise("C", number, "")
    odd = pa.array(ODD_CUSTOMERS).take(pa.array(chance.integers(0, len(ODD_CUSTOMERS), count)))
    return pc.if_else(pa.array(chance.random(count) < 0.01), odd, plain)


def _amounts(cents: np.ndarray, negative: np.ndarray) -> pa.Array:
    sign = pa.array(np.where(negative, "-", ""))
    fraction = pc.utf8_lpad(pa.array(cents % 100).cast(pa.string()), 2, "0")
    return pc.binary_join_element_wise(sign, pa.array(cents // 100).cast(pa.string()), ".", fraction, "")


def _moments(chance: np.random.Generator, shape: Shape, count: int, like: np.ndarray) -> pa.Array:
    months = np.datetime64("2025-12") - shape.back - np.arange(shape.months)
    month = months[chance.integers(0, shape.months, count)]
    start = month.astype("datetime64[s]")
    seconds = ((month + 1).astype("datetime64[s]") - start).astype(np.int64)
    moment = (start + (chance.random(count) * seconds).astype(np.int64))[like]
    text = pc.cast(pa.array(moment), pa.string())
    iso = pc.binary_join_element_wise(pc.replace_substring(text, " ", "T"), "Z", "")
    # the same moment in two spellings: a copy need not look like its original
    return pc.if_else(pa.array(chance.random(count) < 0.8), iso, text)


def main() -> None:
    """`python -m tests.benchmarks.generate --rows 1000000 --out file.csv`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    print(json.dumps(write(Shape(given.rows, given.months, given.seed), given.out)))


if __name__ == "__main__":
    main()
