"""Changed tables are tried in a process of their own."""

import random
import sys
from dataclasses import replace
from decimal import Decimal

import pytest

from server.domain.decision import Example, Hits
from server.domain.values import WHOLE_NUMBER
from server.rules import DURABLE, Rules, failed_tests, try_tables
from server.rules.tables import DurableTable
from server.rules.trial import Wrong, supervised, wrongs
from server.rules.witnesses import witnesses
from tests.rules.tables import CAB, a_decision
from tests.strategies import OPTIONAL, a_table

AGE = {"age": WHOLE_NUMBER}


def a_program(code):
    return [sys.executable, "-c", f"import json, os, signal, sys, time\n{code}"]


TELLS = "print(json.dumps({'trying': 'cab-verdict'}), flush=True)\n"


class TestASoundTable:
    def test_passes(self):
        assert try_tables([CAB, a_decision(AGE, "age > 3 -> x", "-> y")], 30) == ()

    def test_nothing_to_try_is_no_trouble(self):
        assert try_tables([], 30) == ()

    def test_passes_with_its_own_tests(self):
        tests = (Example({"age": 4}, {"says": "x"}), Example({"age": 3}, {"says": "y"}))
        assert try_tables([a_decision(AGE, "age > 3 -> x", "-> y", tests=tests)], 30) == ()

    def test_gives_no_verdict_where_none_is_expected(self):
        bounded = {"age": replace(WHOLE_NUMBER, at_least=Decimal(0))}
        tests = (Example({"age": -1}, None),)
        assert try_tables([a_decision(bounded, "age > 3 -> x", "-> y", tests=tests)], 30) == ()


class TestATableThatIsNot:
    def test_fails_by_its_own_tests(self):
        tests = (Example({"age": 4}, {"says": "y"}), Example({}, {"says": "y"}))
        decision = a_decision(AGE, "age > 3 -> x", "-> y", tests=tests)
        first, second = try_tables([CAB, decision], 30)
        assert first.decision == second.decision == "sample"
        assert first.sentence == (
            "Test 1 of decision 'sample' expects says = y, and the rules say x."
        )
        assert second.sentence.startswith(
            "Test 2 of decision 'sample' fails. Decision 'sample' needs its"
        )

    def test_fails_where_it_gives_a_verdict_and_none_is_expected(self):
        decision = a_decision(AGE, "age > 3 -> x", "-> y", tests=(Example({"age": -1}, None),))
        [found] = try_tables([decision], 30)
        assert found.sentence == (
            "Test 1 of decision 'sample' expects no verdict, and there is one."
        )

    def test_that_was_never_checked_is_told(self):
        unchecked = replace(CAB.rules[0], condition=replace(CAB.rules[0].condition, type=None))
        assert try_tables([replace(CAB, rules=(unchecked,))], 30) == (
            Wrong("cab-verdict", "'r0' of decision 'cab-verdict' has not been checked."),
        )

    def test_on_which_the_evaluators_differ_is_told(self, monkeypatch):
        monkeypatch.setattr(DurableTable, "_matched", lambda *_: (1,))
        [sentence] = wrongs(a_decision(AGE, "age > 3 -> x", "age > 5 -> y"))
        assert sentence.startswith("The two evaluators differ on decision 'sample' for age = ")


class TestATrialThatBreaksOff:
    def test_by_a_crash_says_which_table(self):
        program = a_program(TELLS + "os.kill(os.getpid(), signal.SIGSEGV)")
        assert supervised(program, b"", 30) == (
            Wrong(
                "cab-verdict",
                "Decision 'cab-verdict' ended the trial by SIGSEGV; it is not safe to serve.",
            ),
        )

    def test_by_hanging_says_which_table(self):
        assert supervised(a_program(TELLS + "time.sleep(60)"), b"", 0.5) == (
            Wrong("cab-verdict", "Decision 'cab-verdict' could not be tried within 0.5 seconds."),
        )

    def test_by_a_fault_says_so(self):
        assert supervised(a_program("sys.exit(3)"), b"", 30) == (
            Wrong(None, "The tables could not be tried: the trial stopped with code 3."),
        )

    def test_keeps_what_was_found_before(self):
        program = a_program("print(json.dumps({'wrong': 'A.'}))\n" + TELLS + "sys.exit(1)")
        assert supervised(program, b"", 30) == (
            Wrong(None, "A."),
            Wrong(
                "cab-verdict",
                "Decision 'cab-verdict' could not be tried: the trial stopped with code 1.",
            ),
        )


class TestWitnesses:
    def test_stand_at_and_beside_every_constant(self):
        decision = a_decision(AGE, "age >= 18 -> x", "-> y")
        assert {17, 18, 19} <= {item["age"] for item in witnesses(decision)}

    def test_leave_out_what_is_optional_too(self):
        decision = a_decision(AGE, "age is null -> x", "-> y", optional=("age",))
        assert None in {item["age"] for item in witnesses(decision)}

    @pytest.mark.parametrize("seed", range(5))
    def test_are_fit_for_any_table(self, seed):
        decision = a_table(random.Random(seed), Hits.ALL)
        rules = Rules({}, DURABLE)
        found = list(witnesses(decision))
        assert len(found) > 250
        assert any(item["note"] is None for item in found) == ("note" in OPTIONAL)
        for item in found:
            rules.explain(decision, item)

    def test_are_the_same_every_time(self):
        assert list(witnesses(CAB)) == list(witnesses(CAB))


def test_examples_are_played_with_any_evaluator():
    decision = a_decision(AGE, "-> x", tests=(Example({"age": 1}, {"says": "z"}),))
    rules = Rules({}, "python")
    [sentence] = failed_tests(decision, lambda given: rules.decide(decision, given))
    assert sentence == "Test 1 of decision 'sample' expects says = z, and the rules say x."
