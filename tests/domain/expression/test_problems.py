"""What is wrong with an expression, as examples in `problems.txt`."""

from pathlib import Path

import pytest

from server.domain.expression import Problem, parse
from server.domain.expression.kinds import MONEY
from server.domain.values import DATE_TIME, TEXT, WHOLE_NUMBER, YES_NO
from tests.builders import choice, ref
from tests.domain.expression.world import resolved

EXAMPLES = [
    tuple(part.strip() for part in line.split("||"))
    for line in Path(__file__).with_name("problems.txt").read_text().splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("text", "part", "message", "hint"), EXAMPLES)
def test_a_problem_points_says_and_helps(text, part, message, hint):
    problem = resolved(text)[0]

    assert text[problem.start : problem.end] == part
    assert problem.message == message
    assert problem.hint == hint


def test_all_problems_are_told_at_once():
    text = "incidnt.cost > 3 and incident.status = clsed or count(incident.cost) = yes"

    problems = resolved(text)

    assert [text[problem.start : problem.end] for problem in problems] == [
        "incidnt",
        "clsed",
        "count(incident.cost)",
    ]


@pytest.mark.parametrize(
    ("text", "expected", "message"),
    [
        ("3", TEXT, "This is a whole number; text is needed here."),
        ("2/3", MONEY, "This is a fraction; money is needed here."),
        ("0.5", WHOLE_NUMBER, "This is a number; a whole number is needed here."),
        ("incident", YES_NO, "This is an incident record; yes or no is needed here."),
        ("incident.service", ref("person"), "This is a service record; a person record is needed here."),
        ("incident.due", DATE_TIME, "This is a date; a moment is needed here."),
        ("minor", choice("high", "low"), "'minor' is not a value here."),
        (
            "incident.impact",
            choice("extensive", "minor"),
            "This is a choice of extensive, significant, moderate, minor; a choice of extensive, minor is needed here.",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_its_place_is_refused(text, expected, message):
    [problem] = resolved(text, expected)
    assert problem.message == message


class TestWhatMayBeNull:
    def test_a_condition_may_not(self):
        [problem] = resolved("incident.is_outage", YES_NO)
        assert problem.hint == "Write incident.is_outage = true, or = false."

    def test_a_value_to_be_written_may(self):
        assert not isinstance(resolved("incident.is_outage", YES_NO, nullable=True), tuple)
        assert not isinstance(resolved("incident.estimate", MONEY), tuple)
        assert not isinstance(resolved("null", MONEY), tuple)

    def test_unless_it_is_said_not_to(self):
        [problem] = resolved("incident.estimate", MONEY, nullable=False)
        assert problem.message == "This may be null here."


class TestADecisionGoesByItsInputsOnly:
    """Asked again tomorrow, in a world that has changed, it must say the same."""

    @pytest.mark.parametrize(
        ("text", "pointed_at", "sentence", "hint"),
        [
            (
                "since < now - 1 day",
                "now",
                "A decision does not look at the clock: asked again, it must say the same.",
                "Give it the moment, or the time that has passed, as an input.",
            ),
            (
                "incident.cost > 3",
                "cost",
                "A decision reads no records: what it says depends on its inputs only.",
                "Give it 'cost' of the incident as an input.",
            ),
            (
                "count(incidents) > 3",
                "incidents",
                "A decision reads no records: what it says depends on its inputs only.",
                "Give it the list, or what is counted of it, as an input.",
            ),
            (
                'count(holders("clerk")) > 1',
                'holders("clerk")',
                "A decision does not look up who holds a role: asked again, it must say the same.",
                "Give it the holders, or their number, as an input.",
            ),
        ],
    )
    def test_and_reads_neither_the_clock_nor_a_record(self, text, pointed_at, sentence, hint):
        assert not isinstance(resolved(text, YES_NO), tuple)
        [problem] = resolved(text, YES_NO, timeless=True)
        assert text[problem.start : problem.end] == pointed_at
        assert (problem.message, problem.hint) == (sentence, hint)


class TestLimits:
    def test_long_texts_are_refused(self):
        problem = parse("1 + " * 600 + "1")
        assert problem == Problem(
            "The expression has 2401 characters; at most 2000 are read.",
            2000,
            2401,
            "Let a decision, or a named computed value, say a part of it.",
        )

    @pytest.mark.parametrize(
        "text",
        [
            "(" * 900 + "1" + ")" * 900,
            "not " * 400 + "true",
            "-" * 1900 + "1",
            "[" * 900 + "1",
            "1" + " + 1" * 300,
            "if true then " * 90 + "1" + " else 2" * 90,
            "x in " + "[" * 900,
            "count(" * 250 + "x" + ")" * 250,
            "x where " * 200 + "y",
        ],
    )
    def test_deep_nesting_is_refused(self, text):
        problem = parse(text)
        assert isinstance(problem, Problem)
        assert problem.message == "The expression is nested deeper than 40 levels."

    def test_long_lists_of_conditions_are_not_deep(self):
        text = " and ".join(["incident.cost > 3"] * 90)
        assert not isinstance(resolved(text, YES_NO), tuple)
