"""Live progress of a run: which state works, for how long, and the rows so far."""

import time
from collections.abc import Callable
from typing import Any

from rich.live import Live
from rich.table import Table

from assay import executions
from assay.console import out
from assay.executions import OVER, Execution
from assay.target import Target
from lake.rules import layout
from lake.rules.journal import GOLD, SILVER
from lake.rules.visit import Visit

_PROMOTED = {"PromoteSilver": SILVER, "PromoteGold": GOLD}
_DONE, _WORKS, _FAILED = "[green]✓[/]", "[yellow]…[/]", "[red]✗[/]"


def follow(target: Target, run_id: str, quiet: bool = False) -> Execution:
    """Wait until a run is over, and show each state while it works."""
    execution = executions.describe(target, run_id)
    if quiet:
        return _wait(target, run_id)
    if not out.is_terminal:
        ended = _wait(target, run_id)
        out.print(_picture(target, ended, executions.timeline(target, run_id)))
        return ended
    with Live(console=out, refresh_per_second=4) as live:
        ended = _wait(
            target, run_id, lambda: live.update(_picture(target, execution, executions.timeline(target, run_id)))
        )
        live.update(_picture(target, ended, executions.timeline(target, run_id)))
    return ended


def _wait(target: Target, run_id: str, show: Callable[[], None] = lambda: None) -> Execution:
    while True:
        execution = executions.describe(target, run_id)
        show()
        if execution.status in OVER:
            return execution
        time.sleep(0.5)


def _picture(target: Target, execution: Execution, visits: list[Visit]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    moment = executions.now()
    for visit in (each for each in visits if says_something(each, execution)):
        mark = _mark(visit, execution)
        tries = f"try {visit.tries}" if visit.tries > 1 else ""
        table.add_row(mark, visit.state, f"{visit.seconds(moment):6.1f} s", tries, _rows(target, execution, visit))
    return table


def says_something(visit: Visit, execution: Execution) -> bool:
    """Whether a state did work, decided what is promoted, took its time, or is where the run stands or ended badly."""
    if visit.tries or visit.state.endswith("Gate"):
        return True
    return execution.status != "SUCCEEDED" if visit.ended is None else visit.seconds(visit.ended) >= 1


def _mark(visit: Visit, execution: Execution) -> str:
    """A state that ends an execution is entered and never left."""
    if visit.ended is not None or execution.status == "SUCCEEDED":
        return _DONE
    return _WORKS if execution.status not in OVER else _FAILED


def _rows(target: Target, execution: Execution, visit: Visit) -> str:
    """What is known about rows once a state has spoken; read once a picture, from small records."""
    if visit.state == "PlanRun" and visit.ended:
        plan = _record(target, execution.run_id, visit, layout.plan)
        if plan.get("partitions") and not plan["sources"]:
            return f"{len(plan['partitions'])} partition(s)"
        records = sum(each["records"] for each in plan.get("sources", []))
        return f"{records:,} records in {len(plan.get('sources', []))} source(s)" if plan else ""
    if visit.state in _PROMOTED and visit.ended:
        return promoted(_record(target, execution.run_id, visit, layout.journal), visit.state)
    return ""


def promoted(journal: dict[str, Any], state: str) -> str:
    """How many partitions of its layer such a state promoted."""
    layer = journal.get("layers", {}).get(_PROMOTED[state])
    return f"{len(layer['done'])} partition(s)" if layer else ""


# records as they were when a state of a run had ended
_seen: dict[tuple[str, str], dict[str, Any]] = {}


def _record(target: Target, run_id: str, visit: Visit, key: Callable[[Any], str]) -> dict[str, Any]:
    place = (run_id, visit.state)
    if place not in _seen:
        found = executions.read_json(target, key(executions.parse(run_id)))
        if found is None:
            return {}
        _seen[place] = found
    return _seen[place]
