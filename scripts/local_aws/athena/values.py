"""Values as Athena writes them into a result."""

import math
from datetime import datetime
from decimal import Decimal
from typing import Any


def text_of(value: Any, kind: str) -> str | None:
    """A value as Athena writes it into the CSV."""
    if value is None:
        return None
    for types, write in _WRITERS:
        if isinstance(value, types):
            text: str = write(value, kind)
            return text
    return str(value)


def _boolean(value: Any, _: str) -> str:
    return "true" if value else "false"


def _moment(value: Any, kind: str) -> str:
    zone = " UTC" if "zone" in kind else ""
    return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03d}{zone}"


def _double(value: Any, _: str) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value and not 1e-3 <= abs(value) < 1e7:
        return _scientific(value)
    return repr(float(value))


def _scientific(value: float) -> str:
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(str(digit) for digit in digits)
    power = len(text) + int(exponent) - 1
    text = text.rstrip("0") or "0"
    return f"{'-' if sign else ''}{text[0]}.{text[1:] or '0'}E{power}"


def _decimal(value: Any, _: str) -> str:
    return format(value, "f")


def _list(value: Any, kind: str) -> str:
    return "[" + ", ".join(_inner(item, kind) for item in value) + "]"


def _map(value: Any, kind: str) -> str:
    return "{" + ", ".join(f"{name}={_inner(item, kind)}" for name, item in value.items()) + "}"


def _inner(value: Any, kind: str) -> str:
    text = text_of(value, kind)
    return "null" if text is None else text


def _bytes(value: Any, _: str) -> str:
    return " ".join(f"{byte:02x}" for byte in value)


_WRITERS: tuple[tuple[Any, Any], ...] = (
    (bool, _boolean),
    (datetime, _moment),
    (float, _double),
    (Decimal, _decimal),
    ((list, tuple), _list),
    (dict, _map),
    ((bytes, bytearray), _bytes),
)
