"""The views over quarantine, as Athena SQL: of each row its newest entry, where that is in one state."""

from lake.rules.contract import Contract
from lake.rules.held_state import CONDEMNED, OPEN

# what comes after the dataset's name, and which rows are in it
VIEWS = {"quarantine": OPEN, "condemned": CONDEMNED}
_DEFAULTS = {"state": f"'{OPEN}'", "revision": "0"}


def render_held_view(dataset: str, quarantine: Contract, name: str) -> str:
    """SQL of one of these views. The window is over the partition, so a condition on the day reaches the table."""
    names = [each.name for each in (*quarantine.columns, *quarantine.partition_columns)]
    entries = [f"COALESCE({each}, {_DEFAULTS[each]}) AS {each}" if each in _DEFAULTS else each for each in names]
    newest = "ROW_NUMBER() OVER (PARTITION BY ingest_date, row_id ORDER BY COALESCE(revision, 0) DESC) AS place"
    inner = ",\n        ".join([*entries, newest])
    outer = ",\n    ".join(names)
    return (
        f"SELECT\n    {outer}\nFROM (\n    SELECT\n        {inner}\n"
        f"    FROM {dataset}_quarantine_history\n) AS entries\n"
        f"WHERE\n    place = 1\n    AND state = '{VIEWS[name]}'\n"
    )
