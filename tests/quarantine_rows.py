"""A report with everything that can be on one, made by hand: hostile values, many days, many sources."""

import random
from datetime import UTC, datetime, timedelta

from assay.report.gather import Found
from lake.rules.checks import CODES
from lake.rules.held_row import HeldRow, RowError
from lake.rules.masking import masked
from lake.rules.waiting import Group, waiting
from tests.builders import CONTRACTS

NEWEST = CONTRACTS.newest("transactions")
MADE_AT = datetime(2024, 4, 30, 9, 15, tzinfo=UTC)
SCRIPT = "<script>alert('x')</script>"
RIGHT_TO_LEFT = "مرحبا بالعالم"
LONG = "x" * 5_000


def held_row(number: int = 1, *errors: RowError, **fields: str) -> HeldRow:
    """A row that waits."""
    return HeldRow(
        row_id=f"00112233445566ff-{number:024x}",
        row_hash=f"{number:064x}",
        source_id="00112233445566ff",
        ingest_date="2024-04-01",
        schema_version="v1",
        attempt_count=0,
        errors=errors or (RowError("BAD_TYPE", "amount", "1e5", "a decimal(18,4) such as -12.50"),),
        fields={"TransactionID": "TX-1", "CustomerID": "ACC-1", "TransactionAmount": "1e5", "Currency": "GBP"} | fields,
        raw_record="TX-1,ACC-1,1e5,GBP,",
        run_id="20240401T020000Z-event-000001",
        ingested_at="2024-04-01 02:00:00",
        rule_set="new",
    )


def groups(days: int = 100, sources: int = 20) -> list[Group]:
    """Rows of many days and sources, with every reason there is."""
    chance = random.Random(7)
    return [
        Group(
            (MADE_AT.date() - timedelta(days=day)).isoformat(),
            f"{chance.randrange(sources):016x}",
            chance.choice((0, 0, 1, 2)),
            "v1",
            "new",
            (chance.choices(CODES, range(len(CODES), 0, -1))[0],),
            chance.randrange(1, 60),
        )
        for day in range(days)
        for _ in range(3)
    ]


def found(rows: list[Group], *examples: HeldRow) -> Found:
    """What the page shows of these rows."""
    held = waiting(rows, MADE_AT.date(), {"v1": "new"})
    return Found(
        environment="test",
        contract=NEWEST,
        made_at=MADE_AT,
        open=held,
        condemned=waiting([], MADE_AT.date(), {}),
        groups=tuple(rows),
        source_names={each.name: f"transactions/ingest_date={each.oldest}/{SCRIPT}.csv" for each in held.sources[:3]},
        examples=tuple(masked(each, NEWEST) for each in examples),
    )


def hostile() -> Found:
    """A page whose every value wants to be something else."""
    return found(
        groups(),
        held_row(1, RowError("BAD_PATTERN", "transaction_id", SCRIPT, 'text like "a"'), TransactionID=SCRIPT),
        held_row(2, RowError("TOO_LONG", "merchant_category", LONG, "at most 128"), MerchantCategory=LONG),
        held_row(3, RowError("UNKNOWN_CURRENCY", "currency", RIGHT_TO_LEFT, "a code"), Currency=RIGHT_TO_LEFT),
        held_row(4, RowError("BAD_PATTERN", "account_id", "Jane Doe\x00", "text"), CustomerID="Jane Doe"),
        held_row(5, RowError("MALFORMED_RECORD", "", "TX-1,Jane Doe", "the fields")),
    )
