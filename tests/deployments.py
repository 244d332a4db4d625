"""An environment in memory that builds are deployed to; it dies, fails and refuses on demand."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lake.errors import SmokeTestError
from lake.rules.deployment import Deployed, Deployment, Holder
from lake.rules.event import Event, detail
from lake.rules.plan_policy import Change
from lake.steps.deploy import drive
from lake.steps.deployment_ports import Site
from lake.steps.deployments import begin, find_deployed, find_deployment, take
from tests.fakes import FixedClock, MemoryStore

BUCKET, ENVIRONMENT = "artifacts", "staging"
HALF = "half of "


def version(build: str) -> str:
    """The version that an apply of a build publishes."""
    return f"arn:version:{build}"


def holder(token: str) -> Holder:
    """A process at work."""
    return Holder("anna", "laptop", 42, token, "2024-04-01T02:00:00Z")


@dataclass
class World:
    """What is there: the build whose resources are applied, where the alias points, the events that went out."""

    effect: Callable[[str], None] = field(default=lambda moment: None)
    applied: str = ""
    alias: str = ""
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tested: list[str] = field(default_factory=list)
    fails: dict[str, Exception] = field(default_factory=dict)
    changes: dict[str, list[Change]] = field(default_factory=dict)
    released: int = 0

    def __post_init__(self) -> None:
        self.store = MemoryStore(self._write)
        self.boot()

    def _write(self, moment: str) -> None:
        self.effect(moment)

    def boot(self) -> None:
        """A new process: plans of the old one are gone."""
        self.site = Site(
            ENVIRONMENT, BUCKET, self.store, _Infrastructure(self), _Smoke(self), _Alias(self), _Events(self),
            FixedClock(),
        )  # fmt: skip

    def happens(self, what: str, change: Callable[[], None]) -> None:
        """One effect: it may fail, and the process may die before or after it."""
        self.effect("before")
        if what not in self.fails:
            change()
        self.effect("after")
        if what in self.fails:
            raise self.fails[what]

    def deploy(self, build: str, token: str = "first", take_over: bool = False, approved: str = "") -> Deployment:
        """`assay deploy --build`."""
        name = f"d-{build}-{token}"
        wanted = Deployment(name, ENVIRONMENT, build, holder(token), "begun", None, approved=approved)
        return drive(self.site, begin(self.site, wanted, take_over))

    def take(self, token: str) -> Deployment:
        """What `resume` and `revert` begin with, when the process is known to be dead."""
        self.boot()
        return take(self.site, holder(token), gone=True, take_over=False)

    @property
    def deployed(self) -> Deployed | None:
        return find_deployed(self.site)

    @property
    def deployment(self) -> Deployment:
        found = find_deployment(self.site)
        assert found is not None
        return found

    @property
    def what_is_there(self) -> tuple[str, str, str]:
        """The applied build, where runs start, the recorded build."""
        return self.applied, self.alias, self.deployed.build_id if self.deployed else ""

    @property
    def told(self) -> list[str]:
        return [kind for kind, _ in self.events]


@dataclass
class _Infrastructure:
    world: World
    planned: str = ""

    def plan(self, build_id: str) -> list[Change]:
        self.world.happens(f"plan {build_id}", lambda: setattr(self, "planned", build_id))
        return self.world.changes.get(build_id, [])

    def has_plan(self, build_id: str) -> bool:
        return self.planned == build_id

    def apply(self, build_id: str) -> str:
        assert self.planned == build_id
        self.planned = ""
        self.world.happens(f"apply half {build_id}", lambda: setattr(self.world, "applied", HALF + build_id))
        self.world.happens(f"apply {build_id}", lambda: setattr(self.world, "applied", build_id))
        if not self.world.alias:
            self.world.alias = version(build_id)
        return version(build_id)

    def release(self) -> None:
        self.world.released += 1


@dataclass
class _Smoke:
    world: World

    def run(self, deployment_id: str, build_id: str, version_arn: str) -> None:
        assert version_arn == version(build_id)
        assert self.world.applied == build_id
        self.world.happens(f"test {build_id}", lambda: self.world.tested.append(build_id))


@dataclass
class _Alias:
    world: World

    def current(self) -> str:
        return self.world.alias

    def move(self, version_arn: str) -> None:
        self.world.happens(f"move {version_arn}", lambda: setattr(self.world, "alias", version_arn))


@dataclass
class _Events:
    world: World

    def tell(self, event: Event) -> None:
        found = json.loads(detail(event))
        self.world.happens("tell", lambda: self.world.events.append((event.kind, found)))


def with_previous(**settings: Any) -> World:
    """An environment in which build `old` is active."""
    world = World()
    world.deploy("old", "before")
    world.events.clear()
    world.tested.clear()
    for name, value in settings.items():
        setattr(world, name, value)
    return world


def smoke_failure() -> SmokeTestError:
    """What a broken build ends with."""
    return SmokeTestError("the canary's run failed in IngestToSilver", "arn:execution", ("ValueError: boom",))
