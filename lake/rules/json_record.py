"""Records that travel as JSON: dataclass to text and back, strictly."""

import json
import types
from collections.abc import Callable
from dataclasses import MISSING, asdict, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from lake.errors import LakeError

R = TypeVar("R")


class RecordError(LakeError):
    """A JSON record does not have the form its reader expects."""


def to_json(record: Any, *, one_line: bool = False) -> str:
    """JSON of a dataclass; keys in field order, so equal records give equal text."""
    return json.dumps(asdict(record), ensure_ascii=False, indent=None if one_line else 1)


def from_json(kind: type[R], text: str | bytes, origin: str) -> R:
    """A record from its JSON. Raises RecordError naming `origin` and the field that is wrong."""
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise RecordError(f"{origin} is not JSON: {error}") from error
    return from_dict(kind, value, origin)


def from_dict(kind: type[R], value: Any, origin: str) -> R:
    """A record from parsed JSON. Raises RecordError naming `origin` and the field that is wrong."""
    try:
        record: R = _reader(kind)(value)  # type: ignore[arg-type]  # mypy doubts that classes can be hashed
        return record
    except (TypeError, ValueError, KeyError) as error:
        raise RecordError(f"{origin} is not a {kind.__name__}: {error}") from error


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """What reads a value of a type; worked out once for each type, for looking up its hints costs more than reading."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        read = _reader(next(each for each in arguments if each is not type(None)))
        return lambda value: None if value is None else read(value)
    if origin in (tuple, list):
        read = _reader(arguments[0])
        return lambda value: origin(map(read, _expect(list, value)))
    if origin is dict:
        read = _reader(arguments[1])
        return lambda value: {str(key): read(each) for key, each in _expect(dict, value).items()}
    if is_dataclass(kind):
        return _record_reader(kind)
    return lambda value: _expect(kind, value)


def _record_reader(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {each.name: _reader(hints[each.name]) for each in fields(kind)}
    needed = [each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING]

    def read(value: Any) -> Any:
        given = _expect(dict, value)
        missing = [name for name in needed if name not in given]
        if missing:
            raise KeyError(f"{kind.__name__} without {', '.join(missing)}")
        return kind(**{name: reader(given[name]) for name, reader in readers.items() if name in given})

    return read


def _expect(kind: Any, value: Any) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind is not Any and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
        raise TypeError(f"expected {getattr(kind, '__name__', kind)}, found {value!r}")
    return value
