"""Conditions of a gateway become a table, and the table says the same."""

import random
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.decision import Hits
from server.domain.expression import evaluate
from server.domain.gateway import gateway
from server.domain.values import DATE_TIME, WHOLE_NUMBER, YES_NO, Kind
from server.rules import Rules
from tests.domain.expression.world import NOW, VALUES, World, resolved
from tests.strategies import INPUTS, a_condition, some_inputs
from tests.strategies import resolved as random_condition


def a_gateway(**rows):
    """Rows are `rule="condition -> target"`; without condition, `otherwise`."""
    found = []
    for rule, row in rows.items():
        condition, _, target = row.rpartition("->")
        sound = resolved(condition.strip(), YES_NO) if condition.strip() else None
        assert not isinstance(sound, tuple), sound
        found.append((rule, sound, target.strip()))
    return gateway("step", "Which way?", found)


def inputs_of(given, world=None):
    return {
        key: evaluate(expression, VALUES, world or World(), NOW)
        for key, expression in given.items()
    }


class TestPaths:
    def test_each_becomes_an_input_once(self):
        decision, given = a_gateway(
            urgent="incident.impact = extensive and incident.cost > 3 -> call",
            costly="incident.cost > 1000 -> ask",
            rest="-> done",
        )
        assert list(decision.inputs) == ["incident_impact", "incident_cost"]
        assert inputs_of(given)["incident_impact"] == "significant"
        assert decision.optional == frozenset()

    def test_those_that_may_be_null_are_optional(self):
        decision, _ = a_gateway(
            a="incident.estimate is not null and incident.estimate > 3 -> x", b="-> y"
        )
        assert decision.optional == {"incident_estimate"}

    def test_names_that_would_clash_are_told_apart(self):
        decision, _ = a_gateway(
            a="incident.service is null and count_of = 1 -> x",
            b="count(incident.lines) > 1 -> y",
            c="-> z",
        )
        assert list(decision.inputs) == ["incident_service", "count_of", "count_incident_lines"]


class TestWhatNoTableCanSay:
    def test_a_list_is_counted_before(self):
        decision, given = a_gateway(
            a="count(incident.lines where kind = work) >= 2 -> x", b="-> y"
        )
        assert list(decision.inputs) == ["count_incident_lines_where_kind_work"]
        assert [typ.kind for typ in decision.inputs.values()] == [Kind.WHOLE_NUMBER]
        assert list(inputs_of(given).values()) == [2]

    def test_the_time_is_given(self):
        decision, given = a_gateway(a="incident.reported + 2 days < now -> x", b="-> y")
        assert decision.inputs == {"incident_reported": DATE_TIME, "now": DATE_TIME}
        assert inputs_of(given)["now"] == NOW

    def test_a_question_about_members_is_answered_before(self):
        decision, given = a_gateway(
            a="some line in incident.lines satisfies line.kind = travel -> x", b="-> y"
        )
        assert [typ.kind for typ in decision.inputs.values()] == [Kind.YES_NO]
        assert list(inputs_of(given).values()) == [True]

    def test_the_same_question_is_asked_once(self):
        decision, _ = a_gateway(
            a="count(incident.lines) > 5 -> x", b="count( incident.lines ) > 2 -> y", c="-> z"
        )
        assert list(decision.inputs) == ["count_incident_lines"]


class TestTheTable:
    def test_has_one_output_and_goes_by_the_first_rule(self):
        decision, _ = a_gateway(a="incident.cost > 3 -> x", b="-> y")
        assert decision.hits is Hits.FIRST
        assert [rule.then for rule in decision.rules] == [{"then": "x"}, {"then": "y"}]
        assert [rule.key for rule in decision.rules] == ["a", "b"]

    def test_keeps_the_words_of_its_conditions(self):
        decision, _ = a_gateway(a="incident.cost > 3 -> x", b="-> y")
        assert decision.rules[0].condition.text == "incident.cost > 3"

    def test_bounds_of_fields_do_not_stop_a_run(self):
        decision, _ = a_gateway(a="incident.members > 3 -> x", b="-> y")
        assert decision.inputs == {"incident_members": WHOLE_NUMBER}

    def test_is_decided_like_any_other(self):
        decision, given = a_gateway(
            closed="incident.status in [closed, cancelled] -> end",
            outage="escalation is not null and incident.is_outage = true -> tell",
            late="incident.reported + 2 days < now and ability.skills -> hurry",
            rest="-> wait",
        )
        verdict = Rules({}).decide(decision, inputs_of(given))
        assert (verdict.value, verdict.hits) == ("hurry", ("late",))
        verdict = Rules({}).decide(decision, inputs_of(given, World(status="closed")))
        assert verdict.value == "end"


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_a_gateway_says_what_its_conditions_say(seed):
    # given two conditions, and inputs
    draw = random.Random(seed)
    names = [name for name in INPUTS if name != "age"]
    texts = [a_condition(draw, 2, names) for _ in range(2)]
    rows = [(f"r{n}", random_condition(text), f"t{n}") for n, text in enumerate(texts)]
    settings = {"limit": 3, "part": Fraction(2, 3), "wanted": "minor"}
    run = {**some_inputs(draw), **settings}
    world = World()
    # when they are a gateway
    decision, asked = gateway("g", "G", [*rows, ("otherwise", None, "none")])
    inputs = {key: evaluate(item, run, world, NOW) for key, item in asked.items()}
    # then the first that holds decides
    expected = next((key for key, row, _ in rows if evaluate(row, run, world, NOW)), "otherwise")
    assert Rules({}).decide(decision, inputs).hits == (expected,)
