"""What a change of the contracts may do to those that are released: nothing, but add to them."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from lake.errors import ContractError
from lake.rules.change import BREAKING
from lake.rules.contract import DATASET_FILE, Contract, read_contract
from lake.rules.evolution import WAY_OUT, compare
from lake.rules.life_cycle import ORDER, LifeCycle, read_life_cycle

Files = Mapping[str, str]
PLATFORM = "platform"


def problems_against(released: Files, proposed: Files) -> list[str]:
    """Why the proposed contract files may not follow the released ones; both by path, `transactions/v1.yaml`."""
    try:
        return [
            *_changed_versions(released, proposed),
            *_changed_platform(released, proposed),
            *_new_versions(released, proposed),
            *_life_cycles(released, proposed),
        ]
    except ContractError as error:
        return [str(error)]


def _changed_versions(released: Files, proposed: Files) -> Iterator[str]:
    for path in sorted(filter(_is_version, released)):
        if path not in proposed:
            yield (
                f"{path} is gone: a released version stays for as long as its rows do; end its life with: assay "
                "contract archive"
            )
        elif proposed[path] != released[path]:
            yield _changed_version(read_contract(released[path], path), read_contract(proposed[path], path), path)


def _changed_version(old: Contract, new: Contract, path: str) -> str:
    found = compare(old, new)
    if found.verdict == BREAKING:
        told = "; ".join(map(str, found.breaking))
        return f"{path} is released and never changes, and this change is breaking: {told}. Next: {WAY_OUT}"
    told = "; ".join(map(str, found.changes)) or "only its text"
    return (
        f"{path} is released and never changes ({told}). Next: put it back (git checkout) and write the change into "
        f"a new version: assay contract new-version {old.dataset}"
    )


def _changed_platform(released: Files, proposed: Files) -> Iterator[str]:
    """Platform columns have no versions: every table has them, so they may only grow."""
    for path in sorted(each for each in released if each.startswith(f"{PLATFORM}/")):
        if path not in proposed:
            yield f"{path} is gone; every table is made of it"
            continue
        found = compare(read_contract(released[path], path), read_contract(proposed[path], path))
        yield from (f"{path}: {change}" for change in found.breaking)


def _new_versions(released: Files, proposed: Files) -> Iterator[str]:
    for path in sorted(each for each in proposed if _is_version(each) and each not in released):
        new, number = read_contract(proposed[path], path), _number(path)
        before = str(PurePosixPath(path).with_name(f"v{number - 1}.yaml"))
        if number == 1:
            continue
        if before not in proposed:
            yield f"{path} follows v{number - 1}, which does not exist; versions are counted without gaps"
            continue
        told = [str(each) for each in compare(read_contract(proposed[before], before), new).breaking]
        if told:
            yield f"{path} breaks v{number - 1}: {'; '.join(told)}. Next: {WAY_OUT}"


def _life_cycles(released: Files, proposed: Files) -> Iterator[str]:
    for path in sorted(each for each in released if each.endswith(f"/{DATASET_FILE}") and each in proposed):
        yield from _life_cycle(read_life_cycle(released[path], path), read_life_cycle(proposed[path], path), path)


def _life_cycle(old: LifeCycle, new: LifeCycle, path: str) -> Iterator[str]:
    for name, was in old.versions.items():
        now = new.versions.get(name)
        if now is None:
            yield f"{path}: {name} is gone from the life cycle"
        elif ORDER.index(now.status) not in {ORDER.index(was.status), ORDER.index(was.status) + 1}:
            yield f"{path}: {name} was {was.status}, is {now.status}; a version goes one step at a time, forward"


def _is_version(path: str) -> bool:
    name = PurePosixPath(path)
    return name.parent.name != PLATFORM and name.stem.startswith("v") and name.stem[1:].isdigit()


def _number(path: str) -> int:
    return int(PurePosixPath(path).stem.removeprefix("v"))
