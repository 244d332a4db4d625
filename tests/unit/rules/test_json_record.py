"""Records as JSON: there and back, and strict about what comes in."""

import json
from dataclasses import asdict

import pytest

from lake.rules.json_record import RecordError, from_json, to_json
from lake.rules.plan import Plan, RefusedSource, Source

SOURCE = Source("s1", "b", "k", "v", "e", 3, "2024-03-31", 2, ("A", "B"), None, False, "s3://b/k")
PLAN = Plan(
    1, "r", "d", "v1", "daily", "append", "arn", "build", "sha", "now", (SOURCE,), (RefusedSource("x", "k", "C", "m"),)
)


def test_a_record_survives_the_way_there_and_back() -> None:
    assert from_json(Plan, to_json(PLAN), "plan") == PLAN
    assert from_json(Plan, to_json(PLAN, one_line=True), "plan") == PLAN
    assert "\n" not in to_json(PLAN, one_line=True)


def test_defaults_fill_what_an_older_writer_left_out_and_newer_fields_are_ignored() -> None:
    document = json.loads(to_json(PLAN))
    del document["refused_sources"]
    document["something_new"] = 1
    assert from_json(Plan, json.dumps(document), "plan").refused_sources == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        json.dumps({**asdict(PLAN), "plan_version": "1"}),
        json.dumps({**asdict(PLAN), "sources": {}}),
    ],
)
def test_anything_else_is_refused_with_its_origin(text: str) -> None:
    with pytest.raises(RecordError, match="s3://control/plan"):
        from_json(Plan, text, "s3://control/plan")
