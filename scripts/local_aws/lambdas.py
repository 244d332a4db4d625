"""AWS Lambda: errors under their class names, and functions that see only their zip and the AWS SDK."""

import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from local_aws import engine, function_logs
from local_aws.hooks import Json, replace
from local_aws.settings import Settings

_SERVICE = "ministack.services.lambda_svc"
_RUNTIME = "ministack.core.lambda_runtime"

# What AWS's Python runtime offers besides the standard library: boto3 with what it needs, by import name.
_SDK = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
_UNNAMED = "Runtime.HandlerError"
_NO_MODULE = re.compile(r"Worker init failed: No module named '(.+)'")


def install(settings: Settings) -> None:
    """Hook in."""
    replace(_SERVICE, "_execute_function_warm", _with_error_names)
    function_logs.install()
    launcher = write_launcher(settings.directory / "function-runtime")
    replace(_RUNTIME, "_detect_runtime_binary", lambda original: _with_launcher(original, launcher))


def write_launcher(folder: Path) -> Path:
    """A Python that finds no installed package but the AWS SDK."""
    packages = folder / "sdk"
    packages.mkdir(parents=True, exist_ok=True)
    for name in _SDK:
        found = find_spec(name)
        assert found is not None and found.origin is not None, f"{name} is not installed"
        source = Path(found.origin).parent if found.submodule_search_locations else Path(found.origin)
        link = packages / source.name
        link.unlink(missing_ok=True)
        link.symlink_to(source)
    launcher = folder / "python"
    launcher.write_text(f'#!/bin/sh\nPYTHONPATH="{packages}" exec "{engine.interpreter()}" -S -P "$@"\n')
    launcher.chmod(0o755)
    return launcher


def _with_launcher(original: Callable[[str], tuple[str, str]], launcher: Path) -> Callable[[str], tuple[str, str]]:
    def detect(runtime: str) -> tuple[str, str]:
        binary, script = original(runtime)
        return (str(launcher), function_logs.marked(script)) if runtime.startswith("python") else (binary, script)

    return detect


def _with_error_names(original: Callable[..., Json]) -> Callable[..., Json]:
    def execute(function: Json, event: Any, request_id: str) -> Json:
        result = original(function, event, request_id)
        body = result.get("body")
        if result.get("error") and isinstance(body, dict):
            result["body"] = {**named_error(body, result.get("log") or ""), "requestId": request_id}
        return result

    return execute


def named_error(body: Json, output: str) -> Json:
    """The error payload as AWS sends it, read from the traceback at the end of the function's output."""
    message = str(body.get("errorMessage", ""))
    missing = _NO_MODULE.match(message)
    if missing:
        text = f"Unable to import module: No module named '{missing[1]}'"
        return {**body, "errorType": "Runtime.ImportModuleError", "errorMessage": text}
    if body.get("errorType") != _UNNAMED:
        return body
    _, _, traceback = output.rpartition("Traceback (most recent call last):\n")
    lines = traceback.splitlines()
    frames = [line for line in lines if line.startswith("  ")]
    heads = (re.match(r"([A-Za-z_][\w.]*)(?:: |$)", line) for line in lines)
    names = [head[1] for head in heads if head]
    name = names[0].rsplit(".", 1)[-1] if names else _UNNAMED
    return {**body, "errorType": name, "stackTrace": frames}
