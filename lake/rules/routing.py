"""Which schema version a file belongs to: its header decides, and the versions that accept data."""

from collections.abc import Sequence
from dataclasses import dataclass

from lake.rules.contract import Contract
from lake.rules.header import header_problem


@dataclass(frozen=True)
class Route:
    """The version a file is read under; `header` is in file order, spelled as that version spells it."""

    contract: Contract
    header: tuple[str, ...]


def route(found: tuple[str, ...], versions: Sequence[Contract]) -> Route | str:
    """The version whose header this is, by name and in any order; or why there is none, for the producer.

    A version that names exactly these columns comes before one that would ignore some of them.
    """
    exact = [each for each in versions if set(_spelled(found, each)) == set(each.header)]
    fitting = [each for each in exact or versions if header_problem(_spelled(found, each), each) is None]
    open_ones = [each for each in fitting if each.accepts_data]
    if open_ones:
        return Route(open_ones[-1], _spelled(found, open_ones[-1]))
    if fitting:
        return _closed(fitting[-1], versions)
    return _misfit(found, [each for each in versions if each.accepts_data] or versions)


def _spelled(found: tuple[str, ...], contract: Contract) -> tuple[str, ...]:
    if contract.dialect.header_case != "ignore":
        return found
    names = {name.casefold(): name for name in contract.header}
    return tuple(names.get(name.strip().casefold(), name) for name in found)


def _closed(contract: Contract, versions: Sequence[Contract]) -> str:
    since = f" since {contract.since}" if contract.since else ""
    why = f" ({contract.reason})" if contract.reason else ""
    told = f"the header is that of {_name(contract)}, which is {contract.status}{since} and accepts no data{why}"
    newer = [each for each in versions if each.accepts_data]
    instead = "; ".join(f"{each.schema_version}: {', '.join(each.header)}" for each in newer)
    return f"{told}. Deliver the file under a header that is accepted: {instead or 'there is none'}"


def _misfit(found: tuple[str, ...], versions: Sequence[Contract]) -> str:
    nearest = min(reversed(versions), key=lambda each: len(set(_spelled(found, each)) ^ set(each.header)))
    problem = str(header_problem(_spelled(found, nearest), nearest))
    if len(versions) == 1:
        return problem
    others = ", ".join(each.schema_version for each in versions if each is not nearest)
    return f"it fits no version of {nearest.dataset}; nearest is {nearest.schema_version} (not {others}): {problem}"


def _name(contract: Contract) -> str:
    return f"{contract.dataset} {contract.schema_version}"
