"""Each case that the ledger works out for a policy gets the same answer from the decision."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from server.domain.definitions import Definitions
from server.domain.step import Choose
from server.domain.values import Value
from server.rules import Rules
from tests.model import ledger
from tests.model.facts import Facts
from tests.model.test_trace import TRACE, verdict_of


@dataclass(frozen=True)
class Policy:
    """The decision for a policy: its inputs in the ledger's order, and its outputs in our words.

    Where the ledger has one word for several outputs, they stand together.

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
POLICIES |= {
    "release-management-required": Policy(
        "release-management-needed",
        (),
        {"required": True, "not-required": False},
        besides={"origin": "problem_management"},
        named={
            "standard": "standard_change",
            "for_problem": "fixes_problem",
            "single_coordinator": "one_coordinator",
            "functionality_changes": "function_changes",
            "extra_funding": "extra_funding",
        },
    ),
    "cab-approval-required": Policy(
        "cab-needed",
        ("fixes_problem", "function_changes"),
        {"required": True, "not-required": False},
    ),
    "cab-two-thirds-vote": Policy(
        "cab-verdict",
        ("members", "rejects", "includes"),
        {"rejected": "rejected", "included": "included", "carried-over": "carried_over"},
    ),
    "business-case-required": Policy(
        "business-case-needed",
        ("cost", "available"),
        {"required": True, "not-required": False},
    ),
    "corrective-change-needed": Policy(
        "corrective-changes",
        ("achievable", "back_out_incomplete"),
        {"additional": ("complete", "back_out"), "none": "none"},
    ),
    "unmet-requests-to-backlog": Policy(
        "unmet-request", ("defined_by_cab", "fulfilled"), {"move": "move", "leave": "leave"}
    ),
}
BY_ROLE = {"service-owner-substitution": ("service-owner", "on-duty-manager")}
"""Policies that the fallback of a role carries."""
BY_WAY = {"release-result-recipients": "release-management/release-coordination"}
"""Policies that the ways of a procedure carry, and that procedure."""

procedures = pytest.mark.parametrize("name", TRACE)


@procedures
def test_decisions_answer_the_cases_of_the_ledger(name: str, shipped: Definitions) -> None:
    rules = Rules(shipped.decisions, "python")

    for policy, case, expected in _cases(name):
        asked = POLICIES[policy]
        for inputs in asked.given(case):
            verdict = rules.decide(shipped.decisions[asked.decision], inputs)
            meant = asked.outputs[expected]
            assert verdict.value in (meant if isinstance(meant, tuple) else (meant,)), (
                policy,
                inputs,
            )


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


def test_the_result_of_a_release_is_told_to_those_whom_the_ledger_names(
    shipped: Definitions,
) -> None:
    procedure = shipped.procedures["release-coordination"]
    [policy] = [
        policy
        for policy in ledger.procedures()[BY_WAY["release-result-recipients"]]["policies"]
        if policy["name"] in BY_WAY
    ]
    for case in policy["cases"]:
        given = case["in"]
        facts = Facts(
            shipped,
            procedure,
            {
                "release.defined_by_cab": given["cab"],
                "release.justification": "completed" if given["business_case"] else "cancelled",
            },
        )

        told = ["requesters"]
        for step, rule, who in (
            ("by-the-board", "cab-defined", "cab-members"),
            ("had-case", "business-case", "approvers"),
        ):
            action = procedure.step(step).action
            assert isinstance(action, Choose)
            if verdict_of(shipped, action.gateway, action.given, facts).hits == (rule,):
                told.append(who)

        assert told == case["out"]


def _cases(name: str) -> Iterator[tuple[str, Any, str]]:
    for policy in ledger.procedures()[name]["policies"]:
        if policy["name"] in {*BY_ROLE, *BY_WAY}:
            continue
        for case in policy.get("cases", ()):
            yield policy["name"], case["in"], case["out"]
