"""What travels beside the code: the contracts, in the repository, in a function's folder or inside a job's zip."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from zipfile import Path as ZipPath


def contracts_root() -> Traversable:
    """The folder `contracts` next to this package, in a folder or inside a zip."""
    package = files("lake")
    if isinstance(package, ZipPath):
        return ZipPath(package.root, "contracts/")
    return Path(str(package)).parent / "contracts"
