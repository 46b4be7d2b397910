"""Cells of decision tables: values, lists and unary tests."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from server.domain.expression import Problem, cell, conjunction, evaluate, nodes
from server.domain.expression.kinds import DATE, DURATION, FRACTION, MONEY, NUMBER
from server.domain.expression.nowhere import EPOCH, NOWHERE
from server.domain.values import TEXT, WHOLE_NUMBER, YES_NO, Kind, Type

IMPACT = Type(Kind.CHOICE, choices=("extensive", "moderate", "minor", "service-owner"))


def meets(written, typ, *values, **settings):
    """For each value, whether it meets the cell."""
    names = dict.fromkeys(settings, WHOLE_NUMBER)
    condition = cell(written, "x", typ, names)
    assert not isinstance(condition, Problem), condition
    return [evaluate(condition, {**settings, "x": value}, NOWHERE, EPOCH) for value in values]


@pytest.mark.parametrize(
    ("written", "typ", "met", "unmet"),
    [
        ("minor", IMPACT, ["minor"], ["moderate", None]),
        ("service-owner", IMPACT, ["service-owner"], ["minor"]),
        (["minor", "moderate"], IMPACT, ["minor", "moderate"], ["extensive", None]),
        ("minor, moderate", IMPACT, ["minor", "moderate"], ["extensive", None]),
        ("not(minor, moderate)", IMPACT, ["extensive", None], ["minor", "moderate"]),
        ("null", IMPACT, [None], ["minor"]),
        (None, IMPACT, [None], ["minor"]),
        ("not(null)", IMPACT, ["minor"], [None]),
        (["minor", None], IMPACT, ["minor", None], ["extensive"]),
        ("-", IMPACT, ["minor", None], []),
        ("yes", YES_NO, [True], [False, None]),
        (False, YES_NO, [False], [True, None]),
        ("not(true)", YES_NO, [False, None], [True]),
        (3, WHOLE_NUMBER, [3], [2, None]),
        ("3", WHOLE_NUMBER, [3], [2]),
        (">= 3", WHOLE_NUMBER, [3, 4], [2, None]),
        ("< -3", WHOLE_NUMBER, [-4], [-3, None]),
        ("[1..5)", WHOLE_NUMBER, [1, 4], [0, 5, None]),
        ("(1..5]", WHOLE_NUMBER, [2, 5], [1, None]),
        ("not([1..5], > 9)", WHOLE_NUMBER, [0, 6, 9, None], [1, 5, 10]),
        (["[1..2]", 7, "> 9"], WHOLE_NUMBER, [1, 2, 7, 10], [3, 8, None]),
        ("0.5", NUMBER, [Decimal("0.50")], [Decimal("0.51")]),
        (0.5, NUMBER, [Decimal("0.5")], [Decimal(1)]),
        ("2/3", FRACTION, [Fraction(2, 3)], [Decimal("0.666666666667"), None]),
        ("<= 10.50", MONEY, [Decimal("10.5")], [Decimal("10.51"), None]),
        ("< 3 days", DURATION, [timedelta(days=2)], [timedelta(days=3), None]),
        ("P3D", DURATION, [timedelta(days=3)], [timedelta(days=2)]),
        ("2026-03-01", DATE, [date(2026, 3, 1)], [date(2026, 3, 2), None]),
        (date(2026, 3, 1), DATE, [date(2026, 3, 1)], [date(2026, 3, 2)]),
        ('>= date("2026-03-01")', DATE, [date(2026, 3, 1)], [date(2026, 2, 28), None]),
        ("mail", TEXT, ["mail"], ["Mail", None]),
        ("mail, phone", TEXT, ["mail, phone"], ["mail"]),
        ('"mail", "phone"', TEXT, ["mail", "phone"], ["mail, phone"]),
        ('not("mail")', TEXT, ["phone", None], ["mail"]),
        ("null", TEXT, [None], ["null"]),
        ("null", Type(Kind.REF, entity="group"), [None], []),
    ],
)  # fmt: skip
def test_a_cell_is_met(written, typ, met, unmet):
    assert all(meets(written, typ, *met))
    assert not any(meets(written, typ, *unmet))


def test_a_cell_may_mention_a_setting():
    assert meets(">= limit + 1", WHOLE_NUMBER, 3, 4, limit=3) == [False, True]


@pytest.mark.parametrize(
    ("written", "typ", "text"),
    [
        ("minor", IMPACT, "impact = minor"),
        ("service-owner", IMPACT, 'impact = "service-owner"'),
        (["minor", "moderate"], IMPACT, "impact in [minor, moderate]"),
        ("not(minor)", IMPACT, "impact is not(minor)"),
        ("null", IMPACT, "impact is null"),
        ("yes", YES_NO, "impact = true"),
        (">= 3", WHOLE_NUMBER, "impact >= 3"),
        ("[1..5)", WHOLE_NUMBER, "impact in [1..5)"),
        (["[1..5)", 7], WHOLE_NUMBER, "impact in [[1..5), 7]"),
        ('a "b"', TEXT, 'impact = "a \\"b\\""'),
    ],
)
def test_a_cell_reads_as_a_sentence(written, typ, text):
    assert cell(written, "impact", typ).text == text


@pytest.mark.parametrize(
    ("written", "typ", "part", "message", "hint"),
    [
        ("mnior", IMPACT, "mnior", "'mnior' is not one of extensive, moderate, minor, service-owner.", "Did you mean 'minor'?"),
        ("not(mnior)", IMPACT, "mnior", "'mnior' is not a value here.", "Did you mean 'minor'?"),
        ("maybe", YES_NO, "maybe", "'maybe' is not yes or no.", "Known here: no, yes."),
        (">= three", WHOLE_NUMBER, "three", "Nothing is called 'three' here.", "Known here: x."),
        (">= ", WHOLE_NUMBER, "", "The expression stops too early.", ""),
        ("[5..1]", WHOLE_NUMBER, "[5..1]", "Nothing lies in this range.", "The lower end comes first."),
        ("> minor", IMPACT, "> minor", "A choice of extensive, moderate, minor, service-owner has no range.", "Numbers, dates, moments and durations have an order."),
        ("2026-02-30", DATE, "2026-02-30", "'2026-02-30' is not a date such as 2026-11-24.", ""),
        ("< now", Type(Kind.DATE_TIME), "now", "A decision does not look at the clock: asked again, it must say the same.", "Give it the moment, or the time that has passed, as an input."),
        ("null", Type(Kind.LIST, item=TEXT), "", "A list is never null.", "Write count(list) = 0."),
        ([], IMPACT, "", "An empty list holds nothing.", "Leave the cell out, or write '-'."),
        (["minor", "mnior"], IMPACT, "", "'mnior' is not one of extensive, moderate, minor, service-owner.", "Did you mean 'minor'?"),
        ({"a": 1}, WHOLE_NUMBER, "", "{'a': 1} is not a whole number.", ""),
    ],
)  # fmt: skip
def test_a_bad_cell_is_pointed_at(written, typ, part, message, hint):
    problem = cell(written, "x", typ)
    assert isinstance(problem, Problem)
    assert (problem.message, problem.hint) == (message, hint)
    if isinstance(written, str) and part:
        assert written[problem.start : problem.end] == part


class TestARowOfCells:
    def test_is_the_conjunction_of_them(self):
        row = conjunction([cell(">= 3", "x", WHOLE_NUMBER), cell(["a", "b"], "y", TEXT)])
        assert row.text == 'x >= 3 and y in ["a", "b"]'
        assert evaluate(row, {"x": 3, "y": "b"}, NOWHERE, EPOCH) is True
        assert evaluate(row, {"x": 3, "y": "c"}, NOWHERE, EPOCH) is False

    def test_keeps_where_each_part_stands(self):
        row = conjunction([cell(">= 3", "x", WHOLE_NUMBER), cell("minor", "y", IMPACT)])
        assert {row.text[slice(*node.span)] for node in nodes(row.tree)} >= {
            "x >= 3",
            "3",
            "y = minor",
            "y",
            "minor",
        }

    def test_without_cells_always_holds(self):
        assert evaluate(conjunction([]), {}, NOWHERE, EPOCH) is True
