"""What a plan says, and the comment made of it."""

from typing import Any

from assay import drift
from assay.plan_changes import DRIFTED, PLANNED, Change, changes, summary
from assay.review import MARKER, Review, markdown


def resource(address: str, *actions: str, before: Any = None, after: Any = None, unknown: Any = None) -> dict[str, Any]:
    change = {"actions": list(actions), "before": before, "after": after, "after_unknown": unknown or {}}
    return {"address": address, "change": change}


def test_every_kind_of_change_is_told_and_what_stays_is_not() -> None:
    plan = {
        PLANNED: [
            resource("b.new", "create", after={"name": "b"}),
            resource("a.changed", "update", before={"x": 1, "y": 1}, after={"x": 2, "y": 1}),
            resource("c.gone", "delete", before={"name": "c"}),
            resource(
                "d.replaced", "delete", "create", before={"id": "1", "x": 1}, after={"x": 2}, unknown={"id": True}
            ),
            resource("e.same", "no-op", before={"x": 1}, after={"x": 1}),
            resource("data.f", "read"),
        ]
    }
    found = changes(plan)
    assert [str(each) for each in found] == ["~ a.changed (x)", "+ b.new", "- c.gone", "-/+ d.replaced (id, x)"]
    assert summary(found) == "1 to create, 1 to update, 1 to delete, 1 to replace"
    assert summary([]) == "nothing to change"


def test_a_plan_tells_names_and_never_values() -> None:
    secret = {"environment": [{"variables": {"TOKEN": "very-secret"}}]}
    (found,) = changes({PLANNED: [resource("aws_lambda_function.x", "update", before={}, after=secret)]})
    assert "very-secret" not in str(found)
    assert found.attributes == ("environment",)


def test_drift_is_its_own_part_of_a_plan() -> None:
    plan = {PLANNED: [resource("a", "create")], DRIFTED: [resource("b", "delete", before={"x": 1})]}
    assert changes(plan, DRIFTED) == [Change("b", "delete", ("x",))]


def drifted(before: Any, after: Any, address: str) -> list[Change]:
    """The drift of a resource whose configuration names all these attributes but `computed`."""
    named = {name: {} for name in {*before, *after} - {"computed"}}
    module = {"resources": [{"address": "aws_x.a", "expressions": named}]}
    configuration = {"root_module": {"module_calls": {"m": {"module": {"module_calls": {"n": {"module": module}}}}}}}
    changed = resource(address, "update", before=before, after=after)
    return changes({DRIFTED: [changed], "configuration": configuration}, DRIFTED)


def test_what_no_configuration_names_is_no_drift() -> None:
    address = 'module.m.module.n["x.y"].aws_x.a["k"]'
    assert drifted({"size": 1, "computed": 1}, {"size": 1, "computed": 2}, address) == []
    (found,) = drifted({"size": 1, "computed": 1}, {"size": 2, "computed": 2}, address)
    assert (found.address, found.attributes) == (address, ("size",))
    (found,) = drifted({"tags_all": {}, "computed": 1}, {"tags_all": {"by": "hand"}, "computed": 1}, address)
    assert found.attributes == ("tags_all",)


def test_what_a_refresh_only_reads_back_as_empty_is_no_drift() -> None:
    before = {"name": "a", "tags": None, "rule": [{"id": "1", "prefix": None}], "size": 0, "on": None}
    after = {"name": "a", "tags": {}, "rule": [{"id": "1", "prefix": ""}], "size": 0, "on": None}
    address = "module.m.module.n.aws_x.a"
    assert drifted(before, after, address) == []
    (found,) = drifted(before, {**after, "on": False}, address)
    assert found.attributes == ("on",), "false is not the same as nothing"
    (found,) = drifted(before, {**after, "tags": {"by": "hand"}}, address)
    assert found.attributes == ("tags",)


def test_drift_in_words_names_the_first_ones() -> None:
    assert drift.in_words([Change("a", "update")]) == "1 resource was changed or deleted past Terraform: a"
    five = [Change(name, "update") for name in "abcde"]
    assert drift.in_words(five) == "5 resources were changed or deleted past Terraform: a, b, c and 2 more"


def test_a_comment_tells_the_verdict_and_every_change() -> None:
    text = markdown(Review("main", [], [Change("a.x", "create"), Change("b.y", "update", ("size",))]))
    assert "They may follow those of the base." in text
    assert "1 to create, 1 to update" in text
    assert "```diff\n+ a.x\n~ b.y (size)\n```" in text
    assert "Destroyed" not in text


def test_a_comment_puts_what_is_refused_and_what_is_lost_first() -> None:
    text = markdown(Review("main", ["v1 changed"], [Change("a.x", "create"), Change("bucket", "replace", ("name",))]))
    assert "**Refused**" in text
    assert "- v1 changed" in text
    assert text.index("**Destroyed or replaced:**") < text.index("- `bucket`") < text.index("<details>")


def test_a_comment_of_a_huge_plan_still_fits() -> None:
    text = markdown(Review("main", [], [Change(f"module.m.aws_x.y[{n}]" + "z" * 80, "create") for n in range(5000)]))
    assert len(MARKER) + len(text) < 65_536, "GitHub's limit"
    assert "more\n```" in text


def test_a_change_of_nothing_says_so() -> None:
    assert "nothing to change (planned on a local AWS)" in markdown(Review("main", [], []))
