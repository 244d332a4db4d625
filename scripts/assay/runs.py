"""The list of runs, and the story of one."""

import re
from typing import Any

from assay import executions
from assay.console import out, print_table
from assay.executions import Execution
from assay.failure_text import print_failure
from assay.target import Target
from lake.rules import layout
from lake.rules.journal import Journal, progress
from lake.rules.json_record import from_dict

COLUMNS = ("run", "dataset", "outcome", "input", "valid", "quarantined", "duplicate", "seconds", "reason")
LONGEST_REASON = 45
_FOLDER = re.compile(r"\S+/ingest_date=[^/]+/")


def rows(target: Target, limit: int) -> list[dict[str, Any]]:
    """The newest runs with their counts, newest first."""
    return [_row(target, each) for each in executions.latest(target, limit)]


def _row(target: Target, found: dict[str, Any]) -> dict[str, Any]:
    execution = executions.describe(target, found["name"])
    dataset = execution.request.get("dataset", "")
    entry = executions.ledger_entry(target, dataset, execution.run_id) or {}
    return {
        "run": execution.run_id,
        "dataset": dataset,
        "outcome": entry.get("outcome") or execution.status.lower(),
        "input": entry.get("input_count"),
        "valid": entry.get("valid_count"),
        "quarantined": entry.get("quarantined_count"),
        "duplicate": entry.get("duplicate_count"),
        "seconds": round(_seconds(execution), 1),
        "reason": "; ".join(entry.get("reasons", [])),
    }


def print_rows(found: list[dict[str, Any]]) -> None:
    """The list as a table."""
    if not found:
        out.print("no runs yet; start one with: assay ingest FILE")
        return
    print_table(COLUMNS, [[*(row[name] for name in COLUMNS[:-1]), _cut(str(row["reason"]))] for row in found])


def _cut(reason: str) -> str:
    """A list shows the file and the beginning of what is wrong with it, the story all of it."""
    told = _FOLDER.sub("", reason)
    return f"{told[:LONGEST_REASON]} …" if len(told) > LONGEST_REASON else told


def story(target: Target, run_id: str) -> dict[str, Any]:
    """Everything known about one run."""
    parsed = executions.parse(run_id)
    execution = executions.describe(target, run_id)
    moment = execution.ended or executions.now()
    dataset = execution.request.get("dataset", "")
    plan = executions.read_json(target, layout.plan(parsed)) or {}
    return {
        "run": run_id,
        "dataset": dataset,
        "execution_arn": execution.arn,
        "status": execution.status,
        "seconds": round(_seconds(execution), 1),
        "error": execution.error,
        "ledger": executions.ledger_entry(target, dataset, run_id) or {},
        "trigger_keys": execution.request.get("trigger", {}).get("keys", []),
        "sources": plan.get("sources", []),
        "refused_sources": plan.get("refused_sources", []),
        "summary": summary_of(target, plan),
        "journal": executions.read_json(target, layout.journal(parsed)) or {},
        "failure": executions.read_json(target, layout.failure(parsed)) or {},
        "states": [
            {"state": each.state, "seconds": round(each.seconds(moment), 1), "tries": each.tries}
            for each in executions.timeline(target, run_id)
        ],
    }


def summary_of(target: Target, plan: dict[str, Any]) -> dict[str, Any]:
    """The run summary of a planned run; empty when there is none (yet)."""
    if not plan:
        return {}
    place = layout.table_place(target.bucket("silver"), plan["dataset"], plan["schema_version"])
    key = place.summary(executions.parse(plan["run_id"]))
    return executions.read_json(target, key, place.bucket) or {}


def print_story(found: dict[str, Any], with_states: bool = True) -> None:
    """The story for people: outcome, counts, errors by code, sources, and unless they were just shown the states."""
    entry, summary = found["ledger"], found["summary"]
    outcome = outcome_of(entry, found["status"], found["journal"])
    out.print(f"[bold]{found['run']}[/]  {found['dataset']}  [bold]{outcome}[/] in {found['seconds']} s")
    out.print(f"execution  {found['execution_arn']}", soft_wrap=True)
    for reason in entry.get("reasons", []):
        out.print(f"reason     {reason}", soft_wrap=True)
    if summary:
        _print_counts(summary)
    _print_sources(found)
    if with_states:
        print_table(("state", "seconds", "tries"), [list(each.values()) for each in found["states"]])
    if found["failure"]:
        print_failure(found["failure"], found["journal"])


def _print_counts(summary: dict[str, Any]) -> None:
    counts = summary["counts"]
    rare = (each for each in ("outside", "erased") if counts.get(each))
    ends = ("valid", "quarantined", "condemned", "duplicate", *rare)
    closed = counts["input"] == sum(counts[each] for each in ends)
    sign = "[green]=[/]" if closed else "[red]≠[/]"
    parts = " + ".join(f"{counts[each]:,} {each}" for each in ends)
    out.print(f"rows       {counts['input']:,} input {sign} {parts}", soft_wrap=True)
    if summary["errors"]:
        listed = ", ".join(f"{code} {count}" for code, count in sorted(summary["errors"].items()))
        out.print(f"errors     {listed}", soft_wrap=True)
    if summary["late"]:
        listed = ", ".join(f"{month} {count}" for month, count in sorted(summary["late"].items()))
        out.print(f"late rows  {listed}", soft_wrap=True)
    touched = ", ".join(each["partition"] for each in summary["partitions"])
    out.print(f"partitions {touched or 'none'}", soft_wrap=True)


def _print_sources(found: dict[str, Any]) -> None:
    for source in found["sources"]:
        out.print(f"source     {source['uri']} ({source['records']:,} records)", soft_wrap=True)
    for source in found["refused_sources"]:
        told = f"{source['key']}: {source['code']}: {source['message']}"
        if told not in found["ledger"].get("reasons", []):
            out.print(f"refused    {told}", soft_wrap=True)


def outcome_of(ledger: dict[str, Any], status: str, journal: dict[str, Any]) -> str:
    """How a run ended, or how far it is: while months are being promoted, `promoting 3 of 7 (silver)`."""
    if "outcome" in ledger:
        return str(ledger["outcome"])
    told = progress(from_dict(Journal, journal, "the journal")) if journal else None
    return f"{status.lower()}, {told}" if told else status.lower()


def _seconds(execution: Execution) -> float:
    return ((execution.ended or executions.now()) - execution.started).total_seconds()
