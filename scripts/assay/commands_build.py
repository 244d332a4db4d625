"""`assay build`: the artefacts of these sources, and their place in the artifacts bucket."""

from typing import Annotated

import typer

from assay.build import build as build_artefacts
from assay.console import AsJson, out, print_json
from assay.target import LOCAL, Environment, select
from lake.aws.store import S3Store
from lake.rules import layout
from lake.rules.build_manifest import MANIFEST
from lake.steps.keep_build import keep_build

Upload = Annotated[bool, typer.Option("--upload", help="Keep it in the environment's artifacts bucket, for good.")]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command()(build)


def build(upload: Upload = False, environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """Make the artefacts of a build: the same commit gives the same bytes."""
    made = build_artefacts()
    kept = ""
    if upload:
        target = select(environment)
        bucket = target.bucket("artifacts")
        keep_build(S3Store(target.client("s3")), bucket, made.manifest, made.artefacts())
        kept = layout.uri(bucket, layout.build_artefact(made.build_id, MANIFEST))
    if as_json:
        print_json({**made.manifest.__dict__, "folder": str(made.folder), "kept": kept})
    else:
        out.print(f"build [bold]{made.build_id}[/] in {made.folder}", soft_wrap=True)
        if kept:
            out.print(f"kept as {kept}", soft_wrap=True)
