"""How often the state of a running local AWS is saved."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from local_aws import checkpoint, engine
from local_aws.checkpoint import Checkpoints


class Clock:
    """Time passes only when somebody says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Services:
    """Services whose reading takes a time of its own."""

    def __init__(self, clock: Clock, **seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self.read: list[str] = []

    def readers(self) -> dict[str, Callable[[], Any]]:
        return {name: self._reader(name) for name in self._seconds}

    def _reader(self, name: str) -> Callable[[], Any]:
        def read() -> Any:
            self._clock.now += self._seconds[name]
            self.read.append(name)
            return {"reads": len(self.read)}

        return read


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the states that were written."""
    names: list[str] = []
    persistence = SimpleNamespace(_json_default=str, save_state=lambda name, state: names.append(name))
    monkeypatch.setattr(engine, "module", lambda name: persistence)
    return names


def test_a_service_that_is_slow_to_read_does_not_keep_the_others_from_being_saved(
    monkeypatch: pytest.MonkeyPatch, written: list[str]
) -> None:
    clock = Clock()
    services = Services(clock, executions=0.01, functions=0.5)
    monkeypatch.setattr(checkpoint, "_services", services.readers)
    checkpoints = Checkpoints(clock)
    assert checkpoints.save_due()

    clock.now += 2
    assert not checkpoints.save_due(), "functions are not due before five seconds"
    assert written == ["executions", "functions", "executions"]
    clock.now += 3
    assert checkpoints.save_due()
    assert written[3:] == ["executions", "functions"]


def test_a_save_that_is_asked_for_leaves_no_service_out(monkeypatch: pytest.MonkeyPatch, written: list[str]) -> None:
    clock = Clock()
    services = Services(clock, executions=0.01, functions=60)
    monkeypatch.setattr(checkpoint, "_services", services.readers)
    checkpoints = Checkpoints(clock)
    checkpoints.save_due()
    checkpoints.save()
    assert written == ["executions", "functions", "executions", "functions"]
