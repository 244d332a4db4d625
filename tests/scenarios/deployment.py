"""Another contract in the build that runs, as if it had been deployed: in every function and in the jobs' library."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from assay.build import ARTIFACTS
from assay.target import Target

CONTRACT = "contracts/transactions/v1.yaml"


@contextmanager
def contract_changed(target: Target, change: Callable[[str], str]) -> Iterator[None]:
    """While the block lasts, functions and jobs work under the changed contract."""
    functions, library = ((ARTIFACTS / name).read_bytes() for name in ("functions.zip", "lake.zip"))
    _deploy(target, _with_contract(functions, change), _with_contract(library, change))
    try:
        yield
    finally:
        _deploy(target, functions, library)


def _deploy(target: Target, functions: bytes, library: bytes) -> None:
    client = target.client("lambda")
    for each in _functions(client):
        if each.startswith(f"{target.name}-"):
            client.update_function_code(FunctionName=each, ZipFile=functions)
    build = json.loads((ARTIFACTS / "manifest.json").read_text())["build_id"]
    target.client("s3").put_object(Bucket=target.bucket("artifacts"), Key=f"builds/{build}/lake.zip", Body=library)


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
