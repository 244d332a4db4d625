"""Alarms of the stack: each says what it means and which page helps."""

import re
from pathlib import Path

from tests.terraform.stack_plan import Plan


def test_every_alarm_names_a_runbook_that_exists(plan: Plan, root: Path) -> None:
    alarms = dict(plan.of_type("aws_cloudwatch_metric_alarm"))
    assert len(alarms) > 20
    for address, alarm in alarms.items():
        found = re.fullmatch(
            r"(?P<meaning>.+\.) See (?P<runbook>docs/runbooks/[\w-]+\.md)\.", alarm["alarm_description"]
        )
        assert found, f"{address}: {alarm['alarm_description']}"
        assert (root.parent / found["runbook"]).is_file(), address


def test_every_dataset_with_a_limit_has_its_alarm(plan: Plan) -> None:
    (alarm,) = [values for address, values in plan.of_type("aws_cloudwatch_metric_alarm") if "not_fresh" in address]
    assert alarm["dimensions"] == {"environment": "staging", "dataset": "transactions"}
    assert (alarm["metric_name"], alarm["evaluation_periods"], alarm["period"]) == ("GoodRuns", 26, 3600)
