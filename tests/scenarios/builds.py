"""Builds as somebody might commit them: the one that is active, changed in one place."""

import io
import zipfile
from collections.abc import Callable

from assay.target import Target
from lake.aws.store import S3Store
from lake.rules.build_manifest import FUNCTIONS, STACK, manifest_of
from lake.steps.keep_build import fetch_build, keep_build

Change = Callable[[bytes], bytes]


def kept(target: Target, active: str, artefact: str, member: str, change: Change) -> str:
    """Keep a build that differs from the active one in one file (a member of a zip, or an artefact itself)."""
    store, bucket = S3Store(target.client("s3")), target.bucket("artifacts")
    _, artefacts = fetch_build(store, bucket, active)
    before = artefacts[artefact]
    artefacts[artefact] = with_member(before, member, change) if member else change(before)
    assert artefacts[artefact] != before
    manifest = manifest_of(artefacts, "", dirty=False)
    keep_build(store, bucket, manifest, artefacts)
    return manifest.build_id


def with_member(archive: bytes, member: str, change: Change) -> bytes:
    """A zip with one member changed, or added."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as new:
        for entry in old.infolist():
            body = old.read(entry)
            new.writestr(entry, change(body) if entry.filename == member else body)
        if member not in old.namelist():
            new.writestr(zipfile.ZipInfo(member), change(b""))
    return made.getvalue()


def replacing(old: str, new: str) -> Change:
    """A change of text."""

    def change(body: bytes) -> bytes:
        assert old.encode() in body, f"there is no {old!r}"
        return body.replace(old.encode(), new.encode())

    return change


def appending(text: str) -> Change:
    """A change that adds text at the end."""
    return lambda body: body + text.encode()


ASL = "terraform/modules/orchestration/definitions/pipeline.asl.json"
BOOM = "\n\nraise RuntimeError('boom')\n"

# what is broken, and where the failure shows: artefact, member, change, words of the reason
BROKEN: dict[str, tuple[str, str, Change, str]] = {
    "a job": (
        "jobs/bronze_to_silver.py",
        "",
        lambda body: BOOM.encode() + body,
        "failed in IngestToSilver: Run",
    ),
    "a function": (FUNCTIONS, "functions/read_run_summary.py", appending(BOOM), "failed in ReadRunSummary"),
    "the words of mails": (
        FUNCTIONS,
        "lake/rules/alert.py",
        replacing("    whole = _filled(", "    raise RuntimeError('boom')\n    whole = _filled("),
        "'in_words': False",
    ),
    "what follows a failed run": (
        FUNCTIONS,
        "functions/close_run.py",
        appending(BOOM),
        "was to be told with its state",
    ),
    "the state machine": (STACK, ASL, replacing('"Next": "PromoteSilver"', '"Next": "Nowhere"'), "the canary "),
    "a view": (
        STACK,
        "sql/views/transactions.sql",
        replacing("CAST(currency AS varchar)", "CAST(currensy AS varchar)"),
        "view transactions cannot be asked",
    ),
    "a check": (STACK, "sql/checks/never.sql", lambda body: b"SELECT 1 AS found", "it returned 1"),
    "Terraform": (
        STACK,
        "terraform/broken.tf",
        lambda body: (
            b"""# functions and jobs are the new build's already when it turns out that the name is taken
resource "aws_iam_role" "broken" {
  name               = "${local.scope.name}-dispatch"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
  depends_on         = [module.functions, module.jobs]
}
"""
        ),
        "terraform apply failed: aws_iam_role.broken",
    ),
}
