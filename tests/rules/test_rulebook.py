"""All decisions together: which evaluator serves, what is kept ready, why rules failed."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from server.domain.decision import NoVerdict
from server.domain.values import WHOLE_NUMBER
from server.rules import DURABLE, PYTHON, FailedCondition, RuleExplanation, Rules
from tests.rules.tables import CAB, a_decision

HOME = Path(__file__).parents[2]
AGE = {"age": WHOLE_NUMBER}


class TestTheEvaluator:
    def test_is_durable_rules_unless_told_otherwise(self):
        rules = Rules({"cab-verdict": CAB})
        assert (rules.evaluator, rules.notice) == (DURABLE, "")

    def test_is_python_where_the_settings_say_so(self):
        rules = Rules({"cab-verdict": CAB}, PYTHON)
        assert rules.evaluator == PYTHON
        assert rules.notice == (
            "Decisions are evaluated in Python, as the settings say; durable-rules is not used."
        )

    def test_is_python_where_the_module_cannot_be_imported(self):
        code = """
import sys
sys.modules["durable_rules_engine"] = None
from server.rules import Rules, try_tables
from tests.rules.tables import CAB
rules = Rules({"cab-verdict": CAB})
print(rules.decide(CAB, {"members": 3, "rejects": 2, "includes": 0}).evaluator)
print(rules.notice)
"""
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True
        )
        evaluator, notice = done.stdout.splitlines()
        assert evaluator == PYTHON
        assert notice.startswith("durable-rules cannot be used here (import of durable_rules")
        assert notice.endswith("where a C compiler is at hand.")


class TestWhatIsKept:
    def test_equal_decisions_are_made_ready_once(self):
        rules = Rules({"cab-verdict": CAB})
        rules.decide(replace(CAB, title="Again"), {"members": 1, "rejects": 1, "includes": 0})
        assert len(rules._tables) == 1

    def test_no_more_than_is_allowed(self):
        rules = Rules({}, kept=3)
        for number in range(20):
            rules.decide(a_decision(AGE, f"age > {number} -> x", "-> y"), {"age": 1})
        assert len(rules._tables) == 3
        assert {known[1].definition for known in rules._known.values()} == set(rules._tables)

    def test_no_more_identities_than_are_useful(self):
        rules = Rules({}, kept=3)
        for _ in range(50):
            rules.decide(replace(CAB), {"members": 1, "rejects": 1, "includes": 0})
        assert len(rules._tables) == 1
        assert len(rules._known) <= 12

    def test_another_decision_at_the_same_place_in_memory_is_not_mistaken(self):
        rules = Rules({}, kept=1)
        for number in range(200):
            decision = a_decision(AGE, f"age = {number} -> {number}", "-> no")
            assert rules.decide(decision, {"age": number}).value == str(number)


class TestExplaining:
    def test_names_the_condition_that_failed_and_what_was_found(self):
        decision = a_decision(
            {**AGE, "cost": WHOLE_NUMBER},
            "age > 3 and cost in [1..5] -> a",
            "age > 100 or cost > 100 -> b",
            "-> c",
            because="Agreed",
        )  # fmt: skip
        assert Rules({}).explain(decision, {"age": 2, "cost": 9}) == (
            RuleExplanation(
                "r0",
                False,
                (
                    FailedCondition("age > 3", {"age": 2}),
                    FailedCondition("cost in [1..5]", {"cost": 9}),
                ),
                "Agreed",
            ),
            RuleExplanation(
                "r1",
                False,
                (FailedCondition("age > 100 or cost > 100", {"age": 2, "cost": 9}),),
                "Agreed",
            ),
            RuleExplanation("r2", True, (), "Agreed"),
        )

    def test_tells_the_settings_that_a_condition_reads(self):
        inputs = {"members": 3, "rejects": 1, "includes": 0}
        first, *_ = Rules({}).explain(CAB, inputs)
        [failed] = first.failed
        assert failed.text == "rejects >= share * members"
        assert {key: str(value) for key, value in failed.found.items()} == {
            "rejects": "1",
            "share": "2/3",
            "members": "3",
        }

    def test_tells_a_rule_that_came_too_late(self):
        decision = a_decision(AGE, "age > 1 -> a", "age > 2 -> b", "-> c")
        first, second, rest = Rules({}).explain(decision, {"age": 9})
        assert (first.held, first.passed_over) == (True, False)
        assert (second.held, second.passed_over) == (True, True)
        assert rest.held is False

    def test_agrees_with_the_verdict(self):
        decision = a_decision(AGE, "age > 1 -> a", "age > 2 -> b", "age > 3 -> c", hits="all")
        rules = Rules({})
        held = tuple(item.rule for item in rules.explain(decision, {"age": 3}) if item.held)
        assert held == rules.decide(decision, {"age": 3}).hits

    def test_refuses_unfit_inputs_likewise(self):
        with pytest.raises(NoVerdict, match="needs its input 'age'"):
            Rules({}).explain(a_decision(AGE, "-> x"), {})
