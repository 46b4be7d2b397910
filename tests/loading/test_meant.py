"""Whatever kind of name is misspelt, the one that was meant is named. The cases: `misspelt.txt`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server import loading
from tests.loading.patching import copy_of_minimal, lay_example_over

_, *PARTS = re.split(
    r"^== (.+) => (.+)\n", (Path(__file__).parent / "misspelt.txt").read_text(), flags=re.MULTILINE
)
CASES = list(zip(PARTS[1::3], PARTS[2::3], strict=True))


@pytest.mark.parametrize(("meant", "example"), CASES, ids=PARTS[::3])
def test_the_near_name_is_named(tmp_path, meant, example):
    # given a model in which one name is misspelt
    folders = [copy_of_minimal(tmp_path / "definitions")]
    lay_example_over(folders[0], example)
    if (folders[0] / "site").exists():
        folders.append((folders[0] / "site").rename(tmp_path / "site"))

    # when it is loaded, then the right one is proposed
    found = loading.load(folders).diagnostics
    assert f"Did you mean '{meant}'?" in {item.hint for item in found}, list(map(str, found))
