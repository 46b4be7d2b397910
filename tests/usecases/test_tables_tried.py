"""A table that the engine does not take is told where it is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server import loading
from server.domain.decision import Decision
from server.usecases import publish
from tests.loading.patching import copy_of_minimal


def unread(decision: Decision) -> Decision:
    """The table with a condition that nobody has checked, as only a fault of ours could leave it."""
    first, *others = decision.rules
    assert first.condition is not None
    return replace(
        decision, rules=(replace(first, condition=replace(first.condition, type=None)), *others)
    )


@pytest.fixture
def loaded(tmp_path, monkeypatch):
    copy_of_minimal(tmp_path / "definitions")
    monkeypatch.chdir(tmp_path)
    return loading.load([tmp_path / "definitions"])


def test_a_decision_in_its_file(loaded):
    decisions = loaded.definitions.decisions
    spoilt = {**decisions, "case-verdict": unread(decisions["case-verdict"])}

    found = publish.checked(
        replace(loaded, definitions=replace(loaded.definitions, decisions=spoilt))
    )

    assert found.definitions is None
    [told] = found.diagnostics
    assert (told.code, str(told.mark)) == (
        "DEC901",
        "definitions/decisions/case-verdict.yaml:1:11",
    )
    assert told.message == "'lenient' of decision 'case-verdict' has not been checked."


def test_a_condition_in_the_file_of_its_procedure(loaded):
    procedures = loaded.definitions.procedures
    review = procedures["case-review"]
    spoilt = {**procedures, "case-review": replace(review, stops_when=unread(review.stops_when))}

    found = publish.checked(
        replace(loaded, definitions=replace(loaded.definitions, procedures=spoilt))
    )

    [told] = found.diagnostics
    assert (told.code, str(told.mark)) == (
        "DEC901",
        "definitions/procedures/case-management/case-review.yaml:1:12",
    )
