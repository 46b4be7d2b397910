"""The files of the repository, as git tracks them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import missing

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def tracked() -> tuple[Path, ...]:
    """Every file that a clone would have, and new ones that are not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        missing("this is no git repository")
    found = (CHECKOUT / name for name in listed.stdout.splitlines())
    return tuple(path for path in found if path.is_file())
