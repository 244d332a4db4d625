"""Changes of one column's rules for values. A rule may be loosened; tightened, it would judge older rows anew."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from lake.rules.change import ADDITIVE, BREAKING, Change
from lake.rules.column import Column

_TIGHTENED = "rows that are there already may break it, and producers' files that were good would be refused"


def rule_changes(old: Column, new: Column) -> Iterator[Change]:
    """Every rule of a column that is not what it was."""
    yield from _pattern(old, new)
    yield from _bound(old.name, "maxLength", _text(old.max_length), _text(new.max_length), upper=True)
    yield from _bound(old.name, "minimum", old.minimum, new.minimum, upper=False)
    yield from _bound(old.name, "maximum", old.maximum, new.maximum, upper=True)
    yield from _one_of(old, new)
    yield from _withdrawn(old, new)


def _pattern(old: Column, new: Column) -> Iterator[Change]:
    if old.pattern == new.pattern:
        return
    if new.pattern is None:
        yield Change(ADDITIVE, f"column '{old.name}' no longer has a pattern")
    elif old.pattern is None:
        yield Change(BREAKING, f"column '{old.name}' now has the pattern {new.pattern}", _TIGHTENED)
    else:
        why = f"nobody can tell whether it takes everything that {old.pattern} took; leave it, or drop it"
        yield Change(BREAKING, f"column '{old.name}' has another pattern, {new.pattern}", why)


def _bound(name: str, rule: str, old: str | None, new: str | None, *, upper: bool) -> Iterator[Change]:
    if old == new:
        return
    what = f"column '{name}': {rule} was {old or 'free'}, is {new or 'free'}"
    is_looser = new is None or (old is not None and (_value(new) >= _value(old)) == upper)
    yield Change(ADDITIVE, what) if is_looser else Change(BREAKING, what, _TIGHTENED)


def _one_of(old: Column, new: Column) -> Iterator[Change]:
    if old.one_of == new.one_of:
        return
    what = f"column '{old.name}': oneOf was {_listed(old.one_of)}, is {_listed(new.one_of)}"
    gone = [each for each in old.one_of if each not in new.one_of]
    if not old.one_of:
        yield Change(BREAKING, what, _TIGHTENED)
    elif not new.one_of or new.one_of[: len(old.one_of)] == old.one_of:
        yield Change(ADDITIVE, what)
    elif gone:
        yield Change(BREAKING, what, f"rows that hold {', '.join(gone)} are there already")
    else:
        yield Change(BREAKING, what, "readers may count on the order; put new values at the end")


def _withdrawn(old: Column, new: Column) -> Iterator[Change]:
    before, after = ({each.code: each for each in column.withdrawn} for column in (old, new))
    for code in sorted({*before, *after}):
        was, now = before.get(code), after.get(code)
        if was == now:
            continue
        if was is None:
            yield Change(ADDITIVE, f"column '{old.name}' also takes the withdrawn code {code}")
        elif now is not None and was.minor_unit != now.minor_unit:
            what = f"column '{old.name}': {code} had {was.minor_unit} decimals, has {now.minor_unit}"
            yield Change(BREAKING, what, "amounts in it would have another minor unit")
        else:
            yield Change(BREAKING, f"column '{old.name}' takes {code} for another time, or no more", _TIGHTENED)


def _value(text: str) -> tuple[int, Decimal, str]:
    """Numbers are compared as numbers, moments as the text they are."""
    try:
        return 0, Decimal(text), ""
    except InvalidOperation:
        return 1, Decimal(), text


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(values) or "free"
