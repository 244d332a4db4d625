"""Another contract in the build that runs, as if it had been deployed: in every function and in the jobs' library."""

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from assay.build import ARTIFACTS
from assay.open_lake import pipeline_alias
from assay.target import Target
from lake.rules import layout
from lake.rules.build_manifest import LIBRARY

CONTRACT = "contracts/transactions/v1.yaml"
Versions = dict[str, str]


@contextmanager
def contract_changed(target: Target, change: Callable[[str], str]) -> Iterator[None]:
    """While the block lasts, functions and jobs work under the changed contract."""
    functions, library = ((ARTIFACTS / name).read_bytes() for name in ("functions.zip", "lake.zip"))
    alias, client = pipeline_alias(target), target.client("stepfunctions")
    before, definition = alias.current(), client.describe_state_machine(stateMachineArn=target.state_machine)
    versions = _update(target, _with_contract(functions, change), publish=True)
    _put_library(target, _with_contract(library, change))
    called = _calling(definition["definition"], versions)
    made = client.update_state_machine(stateMachineArn=target.state_machine, definition=called, publish=True)
    alias.move(made["stateMachineVersionArn"])
    try:
        yield
    finally:
        alias.move(before)
        client.update_state_machine(stateMachineArn=target.state_machine, definition=definition["definition"])
        _update(target, functions, publish=False)
        _put_library(target, library)
        for name, version in versions.items():
            target.client("lambda").delete_function(FunctionName=name, Qualifier=version)


def _update(target: Target, code: bytes, publish: bool) -> Versions:
    client = target.client("lambda")
    return {
        name: client.update_function_code(FunctionName=name, ZipFile=code, Publish=publish)["Version"]
        for name in _functions(client)
        if name.startswith(f"{target.name}-")
    }


def _calling(definition: str, versions: Versions) -> str:
    for name, version in versions.items():
        before, after = f":function:{name}:", f":function:{name}:{version}"
        start, *rest = definition.split(before)
        definition = start + "".join(after + each.lstrip("0123456789") for each in rest)
    return definition


def _put_library(target: Target, library: bytes) -> None:
    """A build is never overwritten, except by root in a test."""
    found = target.client("lambda").get_function_configuration(FunctionName=f"{target.name}-plan-run")
    key = layout.build_artefact(found["Environment"]["Variables"]["ASSAY_BUILD_ID"], LIBRARY)
    target.client("s3").put_object(Bucket=target.bucket("artifacts"), Key=key, Body=library)


def _functions(client: Any) -> list[str]:
    pages = client.get_paginator("list_functions").paginate()
    return [each["FunctionName"] for page in pages for each in page["Functions"]]


def _with_contract(package: bytes, change: Callable[[str], str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        assert CONTRACT in old.namelist()
        for entry in old.infolist():
            body = old.read(entry)
            if entry.filename == CONTRACT:
                changed = change(body.decode())
                assert changed != body.decode()
                body = changed.encode()
            new.writestr(entry, body)
    return made.getvalue()
