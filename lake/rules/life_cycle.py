"""The life cycle of a dataset's schema versions, `dataset.yaml`: what changes while the released versions do not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from lake.errors import ContractError, InvalidRequestError

ACTIVE = "active"
DEPRECATED = "deprecated"
CLOSED = "closed"
ARCHIVED = "archived"
ORDER = (ACTIVE, DEPRECATED, CLOSED, ARCHIVED)
MOST_HOURS = 168
MAY_BE_WRITTEN = frozenset({ACTIVE, DEPRECATED})
_HEAD = (
    "# What is decided about the dataset as time goes by; a released version file never changes.\n"
    "# Change it with: assay contract new-version | deprecate | close | archive\n"
)


@dataclass(frozen=True)
class VersionState:
    """Where one schema version stands, since which day, and why; an active one needs no reason."""

    status: str = ACTIVE
    since: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class LifeCycle:
    """`contracts/<dataset>/dataset.yaml`. `write_versions` are those that still accept data.

    `max_age_hours`: how old the newest good run may be; None where no run is missed.
    """

    dataset: str
    owners: tuple[str, ...]
    write_versions: tuple[str, ...]
    versions: Mapping[str, VersionState]
    # says nothing about which data are accepted, so it is no part of what a claim remembers of the contracts
    max_age_hours: int | None = field(default=None, repr=False)

    def state(self, schema_version: str) -> VersionState:
        """The state of one version. Raises InvalidRequestError."""
        found = self.versions.get(schema_version)
        if found is None:
            raise InvalidRequestError(
                f"{self.dataset} has no version '{schema_version}'; there are: {', '.join(self.versions)}"
            )
        return found

    def with_version(self, schema_version: str) -> "LifeCycle":
        """One more version, active and writable."""
        versions = {**self.versions, schema_version: VersionState()}
        return replace(self, versions=versions, write_versions=(*self.write_versions, schema_version))

    def moved(self, schema_version: str, status: str, since: str, reason: str) -> "LifeCycle":
        """The version one step further. Raises InvalidRequestError when it may not take that step."""
        found = self.state(schema_version)
        following = next_status(found.status)
        if status != following:
            raise InvalidRequestError(
                f"{self.dataset} {schema_version} is {found.status}; its next step is {following or 'none'}, "
                f"not {status}"
            )
        if not self._has_newer(schema_version):
            raise InvalidRequestError(
                f"{self.dataset} {schema_version} has no newer active version that could take its place; make one: "
                f"assay contract new-version {self.dataset}"
            )
        versions = {**self.versions, schema_version: VersionState(status, since, reason)}
        writable = tuple(each for each in self.write_versions if each != schema_version or status in MAY_BE_WRITTEN)
        return replace(self, versions=versions, write_versions=writable)

    def _has_newer(self, schema_version: str) -> bool:
        later = list(self.versions)[list(self.versions).index(schema_version) + 1 :]
        return any(self.versions[each].status == ACTIVE for each in later)


def next_status(status: str) -> str | None:
    """The status that follows; None after the last."""
    position = ORDER.index(status) + 1
    return ORDER[position] if position < len(ORDER) else None


def read_life_cycle(text: str, origin: str) -> LifeCycle:
    """A dataset file. Raises ContractError naming the file and all its problems."""
    try:
        document = yaml.safe_load(text)
        found = LifeCycle(
            document["dataset"],
            tuple(document["owners"]),
            tuple(document["writeVersions"]),
            {name: _state(node) for name, node in document["versions"].items()},
            document.get("freshness", {}).get("maxAgeHours"),
        )
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ContractError(
            f"{origin} is no dataset file ({type(error).__name__}: {error}); expected dataset, owners, writeVersions "
            "and versions"
        ) from error
    problems = list(_problems(found, origin))
    if problems:
        raise ContractError(f"{origin}: " + "; ".join(problems))
    return found


def life_cycle_text(found: LifeCycle) -> str:
    """The dataset file of a life cycle."""
    lines = [f"dataset: {found.dataset}", f"owners: [{', '.join(found.owners)}]"]
    lines += [f"writeVersions: [{', '.join(found.write_versions)}]"]
    lines += ["freshness:", f"  maxAgeHours: {found.max_age_hours}"] if found.max_age_hours is not None else []
    lines += ["versions:"]
    for name, state in found.versions.items():
        lines += [f"  {name}:", f"    status: {state.status}"]
        lines += [f"    since: '{state.since}'"] if state.since else []
        lines += [f"    reason: {_quoted(state.reason)}"] if state.reason else []
    return _HEAD + "\n".join(lines) + "\n"


def _state(node: Mapping[str, Any]) -> VersionState:
    since = node.get("since")
    return VersionState(node["status"], str(since) if since else None, node.get("reason"))


def _problems(found: LifeCycle, origin: str) -> Iterator[str]:
    folder = origin.partition("/")[0]
    if found.dataset != folder:
        yield f"describes dataset '{found.dataset}', expected '{folder}'"
    if not found.owners:
        yield "names no owner, so nobody would learn of a deprecation"
    if found.max_age_hours is not None and found.max_age_hours not in range(1, MOST_HOURS + 1):
        yield f"freshness.maxAgeHours is {found.max_age_hours!r}, expected 1 to {MOST_HOURS}: alarms look back a week"
    yield from _version_problems(found)


def _version_problems(found: LifeCycle) -> Iterator[str]:
    for name, state in found.versions.items():
        if state.status not in ORDER:
            yield f"{name} has status '{state.status}', expected one of {', '.join(ORDER)}"
        elif state.status != ACTIVE and not (state.since and state.reason):
            yield f"{name} is {state.status}, but does not say since which day and for what reason"
    for name in found.write_versions:
        state = found.versions.get(name, VersionState("unknown"))
        if state.status not in MAY_BE_WRITTEN:
            yield f"writeVersions names {name}, which is {state.status} and so accepts no data"


def _quoted(text: str | None) -> str:
    return "'" + str(text).replace("'", "''") + "'"
