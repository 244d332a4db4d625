"""Whether a file's header is the one its contract expects, and in words why not."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from lake.rules.contract import Contract

SCHEMA_MISMATCH = "SCHEMA_MISMATCH"
UNREADABLE = "UNREADABLE"
SUPERSEDED = "SUPERSEDED"
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


def header_problem(found: tuple[str, ...], contract: Contract) -> str | None:
    """What is wrong with a header, with what to expect; None when it is fine. The order of columns is free."""
    problems = list(_problems(found, contract))
    if not problems:
        return None
    told = "; ".join(problems)
    stop = "" if told.endswith("?") else "."
    return f"{told}{stop} Expected: {_listed(contract.header)}. Found: {_shown(found, contract)}"


def _problems(found: tuple[str, ...], contract: Contract) -> Iterator[str]:
    if not found:
        yield "the file is empty, not even a header"
        return
    other = _other_delimiter(found, contract)
    if other:
        yield f"the file is delimited by {other}, expected {_DELIMITERS.get(contract.dialect.delimiter, 'another')}"
        return
    if not _has_known(found, contract):
        yield "not one column is known, is the header line missing?"
        return
    missing = [name for name in contract.header if name not in found]
    extra = [name for name in found if name not in contract.header]
    yield from _twice(found)
    yield from _missing(missing, extra, contract)
    unexplained = [name for name in extra if not _looks_like(name, missing)]
    if unexplained and contract.dialect.extra_columns == "refuse":
        yield f"{_listed(unexplained)} is not in the contract"


def _shown(found: tuple[str, ...], contract: Contract) -> str:
    if not found:
        return "nothing"
    # a first line without any known name may be a customer's data, which has no place in a mail
    known = _has_known(found, contract) or _other_delimiter(found, contract)
    return _listed(found) if known else f"{len(found)} other values"


def _has_known(found: tuple[str, ...], contract: Contract) -> bool:
    return any(_looks_like(name, list(contract.header)) for name in found)


def _missing(missing: list[str], extra: list[str], contract: Contract) -> Iterator[str]:
    optional = {column.source for column in contract.source_columns if not column.required}
    for name in missing:
        like = next((each for each in extra if _looks_like(each, [name])), None)
        hint = f", '{like}' looks like it" if like else ""
        hint = f", '{like}' is it in another case: write {name}" if like and like.lower() == name.lower() else hint
        told = " (its values may be empty, the header must name it)" if name in optional else ""
        yield f"column {name} is missing{told}{hint}"


def _looks_like(name: str, wanted: list[str]) -> bool:
    """Another case, spaces around, underscores, or a slip of the pen."""
    plain = {_plain(each) for each in wanted}
    return _plain(name) in plain or bool(get_close_matches(_plain(name), plain, n=1, cutoff=0.8))


def _plain(name: str) -> str:
    return "".join(each for each in name.lower() if each.isalnum())


def _twice(found: tuple[str, ...]) -> Iterator[str]:
    for name in sorted({name for name in found if found.count(name) > 1}):
        yield f"column {name} is there twice"


def _other_delimiter(found: tuple[str, ...], contract: Contract) -> str | None:
    if len(found) > 1 or len(contract.header) == 1:
        return None
    known = {_plain(name) for name in contract.header}
    for delimiter, name in _DELIMITERS.items():
        parts = found[0].split(delimiter)
        if len(parts) > 1 and any(_plain(part) in known for part in parts):
            return name
    return None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
