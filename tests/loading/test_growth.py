"""How the work of loading grows, counted in calls of functions: seconds are for the benchmarks."""

import sys
from pathlib import Path

from server import loading
from tests.loading.patching import MINIMAL, copy_of_minimal

MADE = """\
process: made
title: Made
purpose: More of the same.
procedures:
"""


def with_procedures(folder: Path, count: int) -> Path:
    """The minimal model with one of its procedures so many times more, each with its own table."""
    copy_of_minimal(folder)
    keys = [f"made-{number}" for number in range(count)]
    procedure = (MINIMAL / "procedures/case-management/case-reopening.yaml").read_text()
    decision = (MINIMAL / "decisions/case-verdict.yaml").read_text()
    (folder / "procedures" / "made").mkdir()
    for key in keys:
        text = procedure.replace("procedure: case-reopening", f"procedure: {key}")
        text = text.replace("process: case-management", "process: made")
        text = text.replace("decide: case-verdict", f"decide: {key}")
        (folder / "procedures" / "made" / f"{key}.yaml").write_text(text)
        text = decision.replace("decision: case-verdict", f"decision: {key}")
        (folder / "decisions" / f"{key}.yaml").write_text(text)
    listed = "".join(f"  - {key}\n" for key in keys)
    (folder / "processes" / "made.yaml").write_text(MADE + listed)
    return folder


def calls_to_load(folder: Path) -> int:
    """How many calls of Python's functions it takes to load and check all definitions."""
    calls = 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        loaded = loading.load([folder])
    finally:
        sys.setprofile(before)
    assert [str(item) for item in loaded.diagnostics if item.is_error] == []
    return calls


def test_twice_as_many_procedures_take_twice_the_work(tmp_path):
    # given a model, and the same with ten and with thirty procedures more
    loading.load([MINIMAL])  # what is read once a process is read
    few, some, many = (
        calls_to_load(with_procedures(tmp_path / str(count), count)) for count in (1, 11, 31)
    )

    # then each of the last twenty has cost hardly more than each of the first ten
    assert (many - some) / 20 < 1.1 * (some - few) / 10
