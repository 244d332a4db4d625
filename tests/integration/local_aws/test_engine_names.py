"""MiniStack is pinned, and every name of it that an adapter uses is still there."""

import re
from pathlib import Path

from local_aws import engine

PACKAGE = Path(engine.__file__).parent


def test_the_installed_ministack_is_the_one_the_adapters_were_written_for() -> None:
    engine.require_tested_version()


def test_a_missing_name_is_told() -> None:
    names = {"ministack.services.sns": ("_fanout", "gone")}
    assert engine.missing_names(names) == ["ministack.services.sns.gone"]


def test_every_private_name_an_adapter_uses_is_listed() -> None:
    """A private name of MiniStack is reached as `module(…)._name`, `service(…)._name` or through replace()."""
    listed = {name for names in engine.NAMES.values() for name in names}
    used = set()
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text()
        used |= set(re.findall(r'replace\(\s*[\w".]+,\s*"(\w+)"', text))
        used |= set(
            re.findall(r"(?:module\([^)]*\)|service\([^)]*\)|\bsfn|\bsns|\biam|\bpersistence)\.(_[a-z]\w*)", text)
        )
    assert used, "the search found nothing: has the way adapters reach MiniStack changed?"
    assert used - listed == set()


def test_only_engine_imports_ministack() -> None:
    imports = [
        path.name for path in PACKAGE.rglob("*.py") if re.search(r"^\s*(from|import) ministack", path.read_text(), re.M)
    ]
    assert imports == []
