"""Each case that the ledger works out for a policy gets the same answer from the decision."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from server.domain.definitions import Definitions
from server.domain.values import Value
from server.rules import Rules
from tests.model import ledger
from tests.model.test_trace import TRACE


@dataclass(frozen=True)
class Policy:
    """The decision for a policy: its inputs in the ledger's order, and its outputs in our words.

    `besides` are inputs of which the ledger's cases do not speak. `named` goes by the names of the
    inputs, where cases leave out those that do not matter: our input for each of theirs.
    """

    decision: str
    inputs: tuple[str, ...]
    outputs: Mapping[str, Value]
    besides: Mapping[str, Value] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)

    def given(self, case: Any) -> Iterator[Mapping[str, Value]]:
        """The inputs of a case; of those that it leaves out, every answer."""
        if not self.named:
            values = case.values() if isinstance(case, dict) else case
            yield {**dict(zip(self.inputs, values, strict=True)), **self.besides}
            return
        known = {self.named[key]: value for key, value in case.items()}
        left = [ours for ours in self.named.values() if ours not in known]
        for answers in itertools.product((True, False), repeat=len(left)):
            yield {**known, **dict(zip(left, answers, strict=True)), **self.besides}


CHANGE = Policy(
    "change-management-needed",
    ("outage_in_hours", "function_changes", "cmdb_update"),
    {"required": True, "escalate": True, "not-required": False, "resolve": False},
)
POLICIES = {
    "analyst-able-to-resolve": Policy(
        "may-resolve", ("skills", "access_rights", "time"), {"able": True, "not-able": False}
    ),
    "return-to-service-desk": Policy(
        "return-to-service-desk",
        ("information_complete", "right_group"),
        {"return": "send_back", "proceed": "proceed"},
    ),
    "change-management-required": CHANGE,
    "outage-escalation": Policy(
        "outage-escalation",
        ("is_outage", "threshold_exceeded"),
        {"escalate": "escalate", "keep-tracking": "keep_tracking"},
    ),
    "problem-signal": Policy(
        "problem-signal",
        ("workaround_used", "likely_to_recur"),
        {"inform": "inform", "not": "leave"},
    ),
    "continuity-site-preferred": Policy(
        "continuity-site-preferred",
        ("recovery_fixes", "recovery_better"),
        {"recover": "recover", "continue": "continue"},
    ),
    "immediate-closure": Policy(
        "immediate-closure",
        ("still_in_contact", "verified_by_user"),
        {"close": "close", "leave": "leave"},
    ),
}
BY_ROLE = {"service-owner-substitution": ("service-owner", "on-duty-manager")}
"""Policies that the fallback of a role carries."""

procedures = pytest.mark.parametrize("name", TRACE)


@procedures
def test_decisions_answer_the_cases_of_the_ledger(name: str, shipped: Definitions) -> None:
    rules = Rules(shipped.decisions, "python")

    for policy, case, expected in _cases(name):
        asked = POLICIES[policy]
        for inputs in asked.given(case):
            verdict = rules.decide(shipped.decisions[asked.decision], inputs)
            assert verdict.value == asked.outputs[expected], (policy, inputs)


@procedures
def test_the_cases_of_the_ledger_stand_among_the_tests_of_the_decision(
    name: str, shipped: Definitions
) -> None:
    missing = []
    for policy, case, _ in _cases(name):
        asked = POLICIES[policy]
        tests = [dict(test.given) for test in shipped.decisions[asked.decision].tests]
        if not any(inputs in tests for inputs in asked.given(case)):
            missing.append((policy, case))

    assert missing == []


def test_a_role_stands_in_where_the_ledger_says_so(shipped: Definitions) -> None:
    for role, substitute in BY_ROLE.values():
        assert shipped.roles[role].fallback == substitute


def _cases(name: str) -> Iterator[tuple[str, Any, str]]:
    for policy in ledger.procedures()[name]["policies"]:
        if policy["name"] in BY_ROLE:
            continue
        for case in policy.get("cases", ()):
            yield policy["name"], case["in"], case["out"]
