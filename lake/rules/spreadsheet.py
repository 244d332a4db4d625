"""How a cell of a CSV file survives a spreadsheet: what would be run, or changed, is written as text, and undone later.

A spreadsheet takes a CSV cell for a formula if it starts with `= + - @` (or their full-width twins), a tab or a line
break, and for a number, a moment or a truth value wherever it can: `00123` loses its zeros, `1234e5` becomes 123400000,
`2024-03-31` is written back as 31/03/2024, `MAR1` becomes a day. An apostrophe in front makes the cell plain text in
Excel and in LibreOffice, which keep it when they save. A cell that starts with one gets another, so nothing is lost.
"""

import re

GUARD = "'"
# A letter or two and a digit are an id; three to nine letters before a digit may be the name of a month somewhere.
_MONTH_LIKE = re.compile(r"[^\W\d_]{3,9}\W{0,2}\d")
_TRUTH_VALUES = {"true", "false"}


def escape(text: str) -> str:
    """The cell to write, so that a spreadsheet shows and keeps `text` as it is."""
    return GUARD + text if _is_at_risk(text) else text


def unescape(cell: str) -> str:
    """The text of a cell that `escape` wrote, or of one that a person typed."""
    return cell.removeprefix(GUARD)


def _is_at_risk(text: str) -> bool:
    if not text:
        return False
    # Only what starts with a letter is left alone: signs, digits, blanks and currency signs all lead somewhere.
    return not text[0].isalpha() or text.lower() in _TRUTH_VALUES or _MONTH_LIKE.match(text) is not None
