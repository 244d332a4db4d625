"""Whether every value of one Hive type is a value of another: then a view may cast the one to the other."""

import re

_WIDER: dict[str, tuple[str, ...]] = {
    "tinyint": ("smallint", "int", "bigint"),
    "smallint": ("int", "bigint"),
    "int": ("bigint",),
    "float": ("double",),
}
_DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}
_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")


def is_wider(new: str, old: str) -> bool:
    """True when `new` holds every value of `old`, exactly."""
    target = _DECIMAL.fullmatch(new)
    if target is None:
        return new in _WIDER.get(old, ())
    precision, scale = int(target[1]), int(target[2])
    source = _DECIMAL.fullmatch(old)
    if source is not None:
        return scale >= int(source[2]) and precision - scale >= int(source[1]) - int(source[2])
    return old in _DIGITS and precision - scale >= _DIGITS[old]
