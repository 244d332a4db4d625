"""Records that travel as JSON: dataclass to text and back, strictly."""

import json
import types
from dataclasses import MISSING, asdict, fields, is_dataclass
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
        record: R = _build(kind, value)
        return record
    except (TypeError, ValueError, KeyError) as error:
        raise RecordError(f"{origin} is not a {kind.__name__}: {error}") from error


def _build(kind: Any, value: Any) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        rest = [each for each in arguments if each is not type(None)]
        return None if value is None else _build(rest[0], value)
    if origin in (tuple, list):
        return origin(_build(arguments[0], each) for each in _expect(list, value))
    if origin is dict:
        return {str(key): _build(arguments[1], each) for key, each in _expect(dict, value).items()}
    if is_dataclass(kind):
        return _build_record(kind, _expect(dict, value))
    return _expect(kind, value)


def _build_record(kind: Any, value: dict[str, Any]) -> Any:
    hints = get_type_hints(kind)
    known = {field.name: field for field in fields(kind)}
    missing = [
        name
        for name, field in known.items()
        if name not in value and field.default is MISSING and field.default_factory is MISSING
    ]
    if missing:
        raise KeyError(f"{kind.__name__} without {', '.join(missing)}")
    return kind(**{name: _build(hints[name], value[name]) for name in known if name in value})


def _expect(kind: Any, value: Any) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind is not Any and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
        raise TypeError(f"expected {getattr(kind, '__name__', kind)}, found {value!r}")
    return value
