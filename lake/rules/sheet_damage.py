"""What a spreadsheet does to a value behind a person's back: asked of values that differ from what was exported."""

import re

_SHORTENED = re.compile(r"[+-]?\d(?:[.,]\d+)?E[+-]?\d+", re.I)
_REPLACED = "\ufffd"


def damage(before: str, after: str) -> str | None:
    """Why a changed value looks damaged rather than corrected, None when it does not."""
    if _REPLACED in after and _REPLACED not in before:
        return "has characters that got lost; save the file as CSV UTF-8"
    if after.isascii() is False and _as_utf8(after) is not None:
        return f"looks like UTF-8 opened as another character set (“{_as_utf8(after)}”?); save the file as CSV UTF-8"
    if _question_marks(before, after):
        return "has question marks in place of letters; save the file as CSV UTF-8"
    if _SHORTENED.fullmatch(after) and before.strip().lstrip("+-").isdigit():
        return f"was “{before}” and was shortened by the spreadsheet; put an apostrophe before it"
    if before.isdigit() and before.startswith("0") and after and before.lstrip("0") == after:
        return f"was “{before}” and lost its leading zeros; put an apostrophe before it"
    return None


def _as_utf8(text: str) -> str | None:
    """The text as it was meant, if its characters are the bytes of UTF-8 seen as Windows-1252 or Latin-1."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    return None


def _question_marks(before: str, after: str) -> bool:
    if before.isascii() or len(before) != len(after) or "?" not in after:
        return False
    return all(new == old or (new == "?" and not old.isascii()) for old, new in zip(before, after, strict=True))
