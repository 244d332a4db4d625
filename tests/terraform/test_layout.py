"""What Terraform says about itself: files, descriptions, environments, backends, provider lock."""

import re
from pathlib import Path

import pytest

from assay.terraform import ROOT

MODULES = sorted(path.name for path in (ROOT / "modules").iterdir())
ENVIRONMENTS = ["local", "staging", "prod"]
LOCAL_ONLY = {"emulated_endpoint", "force_destroy"}
LONGEST = 200
BLOCK = re.compile(r'^(?P<kind>variable|output) "(?P<name>\w+)" \{\n(?P<body>.*?)^\}', re.MULTILINE | re.DOTALL)


def settings(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)\s*=\s*(.+)$", path.read_text(), re.MULTILINE))


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_the_usual_files(module: str) -> None:
    folder = ROOT / "modules" / module
    assert all((folder / name).is_file() for name in ("main.tf", "variables.tf", "outputs.tf", "terraform.tf"))
    assert (ROOT / "tests" / f"{module}.tftest.hcl").is_file()


@pytest.mark.parametrize("module", MODULES)
def test_a_readme_names_the_files_there_are(module: str) -> None:
    folder = ROOT / "modules" / module
    named = set(re.findall(r"`([\w.]+\.tf)`", (folder / "README.md").read_text()))
    there = {path.name for path in folder.glob("*.tf")} - {"variables.tf", "outputs.tf", "terraform.tf"}
    assert named == there


def test_the_readme_names_every_module() -> None:
    text = (ROOT / "README.md").read_text()
    assert all(f"`modules/{module}`" in text for module in MODULES)


def test_the_root_only_calls_modules() -> None:
    assert set(re.findall(r"^(\w+) ", (ROOT / "main.tf").read_text(), re.MULTILINE)) == {"module"}


def test_every_variable_and_output_is_described() -> None:
    for path in sorted(ROOT.rglob("*.tf")):
        for block in BLOCK.finditer(path.read_text()):
            assert re.search(r'^  description = ".{8,}"$', block["body"], re.MULTILINE), f"{path}: {block['name']}"


def test_every_variable_has_a_type() -> None:
    for path in sorted(ROOT.rglob("variables.tf")):
        for block in BLOCK.finditer(path.read_text()):
            assert re.search(r"^  type +=", block["body"], re.MULTILINE), f"{path}: {block['name']}"


def test_no_file_is_long() -> None:
    long = [path for path in ROOT.rglob("*.tf") if len(path.read_text().splitlines()) > LONGEST]
    assert long == []


def test_no_file_names_an_endpoint() -> None:
    named = [
        path
        for path in ROOT.rglob("*.tf*")
        if re.search(r"^\s*(endpoints|endpoint_url)\s*[={]", path.read_text(), re.MULTILINE)
    ]
    assert named == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_sets_declared_variables_only(environment: str) -> None:
    declared = {block["name"] for block in BLOCK.finditer((ROOT / "variables.tf").read_text())}
    assert set(settings(ROOT / "envs" / f"{environment}.tfvars")) <= declared


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_is_what_its_name_says(environment: str) -> None:
    found = settings(ROOT / "envs" / f"{environment}.tfvars")
    assert found["environment"] == f'"{environment}"'
    assert found["name"] == f'"assay-{environment}"'
    assert bool(LOCAL_ONLY & set(found)) == (environment == "local")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_state_is_locked_and_has_its_own_bucket(environment: str) -> None:
    found = settings(ROOT / "envs" / f"{environment}.s3.tfbackend")
    assert found["use_lockfile"] == "true"
    assert found["bucket"] == f'"assay-{environment}-state"'


def test_only_the_laptop_turns_lifecycle_rules_off() -> None:
    off = [name for name in ENVIRONMENTS if "lifecycle_rules" in settings(ROOT / "envs" / f"{name}.tfvars")]
    assert off == ["local"]


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_roles_have_their_boundary_wherever_bootstrap_was_applied(environment: str) -> None:
    assert settings(ROOT / "envs" / f"{environment}.tfvars")["bounded_roles"] == "true"


@pytest.mark.parametrize("folder", [ROOT, ROOT / "bootstrap"], ids=["root", "bootstrap"])
def test_the_provider_lock_serves_every_platform(folder: Path) -> None:
    text = (folder / ".terraform.lock.hcl").read_text()
    assert re.search(r'^  version     = "5\.100\.0"$', text, re.MULTILINE)
    assert '"h1:' in text, "the hash of an unpacked package, for installations from a mirror"
    assert len(re.findall(r'"zh:[0-9a-f]{64}"', text)) >= 14, "the hashes of every platform's download"
