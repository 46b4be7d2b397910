"""How durable-rules is told a table, and what must never reach it."""

import random
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from server.domain.decision import NoVerdict, Rule
from server.domain.expression.kinds import DATE, DURATION, FRACTION, MONEY, NUMBER
from server.domain.expression.tree import Comparison, Constant, Expression, IsNull, Path
from server.domain.values import DATE_TIME, TEXT, WHOLE_NUMBER, YES_NO, Kind, RecordRef, Type
from server.rules import DURABLE, PYTHON, Rules, compiled_text, hoisted_share, matcher
from server.rules.intake import fitness
from server.rules.tables import DurableTable
from tests.rules.tables import CAB, a_decision, answer

SERVED, ORACLE = Rules({}, DURABLE), Rules({}, PYTHON)
IMPACT = Type(Kind.CHOICE, choices=("high", "low"))


def same(decision, *questions):
    """Both evaluators' answers, which must be equal; and durable-rules must have served."""
    answers = [answer(SERVED, decision, inputs) for inputs in questions]
    assert answers == [answer(ORACLE, decision, inputs) for inputs in questions]
    return [found if isinstance(found, str) else found[0][0] for found in answers]


class TestTheCompiledText:
    def test_explains_every_name_and_number(self):
        decision = a_decision(
            {"age": WHOLE_NUMBER, "cost": MONEY, "impact": IMPACT},
            "age in [1..5] and impact = high -> x",
            "cost in [0.25, null] -> y",
            "cost is not null and cost > age -> z",
            "-> rest",
            optional=("cost",),
        )
        assert compiled_text(decision).splitlines() == [
            "# sample: 4 rules, 1 rulesets",
            "# f0 = age",
            "# f1 = cost  (times 4; n1 1 null, 0 known)",
            "# f2 = impact  (0 null, 1 another, 2 high, 3 low)",
            "# p0 = cost > age  (decided beforehand)",
            "# r0 = r0",
            "# r1 = r1",
            "# r2 = r2",
            "# r3 = r3  (otherwise: where no other holds)",
            '{"r0":{"all":[{"m":{"$and":[{"k":1},{"f2":2},{"$gte":{"f0":1}},{"$lte":{"f0":5}}]}}]},',
            '"r1":{"all":[{"m":{"$and":[{"k":1},{"$or":[{"f1":1},{"n1":1}]}]}}]},',
            '"r2":{"all":[{"m":{"$and":[{"k":1},{"n1":0},{"p0":1}]}}]},',
            '"z":{"all":[{"m":{"z":1}}]}}',
            "# hoisted: 1 of 5 tests (20%)",
        ]

    def test_shows_nothing_of_what_authors_wrote_to_the_engine(self):
        decision = a_decision({"sid": TEXT}, 'sid in ["$s", "id"] -> x', "-> y")
        told = [line for line in compiled_text(decision).splitlines() if not line.startswith("#")]
        assert not re.search(r'sid|\$s|"id"', "".join(told))


class TestHoisting:
    def test_spares_comparisons_with_constants_and_settings(self):
        decision = a_decision(
            {"age": WHOLE_NUMBER, "day": DATE, "word": TEXT, "flag": YES_NO},
            'not (age > 3 or word = "a") and flag and 5 >= age -> x',
            'day < date("2026-03-01") or not flag -> y',
            "if flag then age = 1 else age = 2 -> z",
        )
        assert hoisted_share(decision) == (0, 9)

    def test_takes_what_needs_two_inputs_or_a_list(self):
        decision = a_decision(
            {"a": WHOLE_NUMBER, "b": WHOLE_NUMBER, "list": Type(Kind.LIST, item=WHOLE_NUMBER)},
            "a > b and count(list) > 2 and a + 1 = 3 and 2 in list and b = 1 -> x",
        )
        assert hoisted_share(decision) == (4, 5)

    def test_asks_the_same_question_once(self):
        decision = a_decision(
            {"a": WHOLE_NUMBER, "b": WHOLE_NUMBER}, "a > b -> x", "a  >  b and a = 1 -> y"
        )
        assert compiled_text(decision).count("decided beforehand") == 1

    def test_of_the_board(self):
        assert hoisted_share(CAB) == (2, 2)


class TestNumbersAreComparedExactly:
    """C counts in floating point; what it is told lets it not matter."""

    def test_decimals_that_floating_point_takes_for_one(self):
        decision = a_decision(
            {"x": NUMBER},
            "x < 4503599627.370497 -> less",
            "x = 4503599627.370497 -> same",
            "-> more",
        )
        for text, expected in [
            ("4503599627.370496999999", "r0"),
            ("4503599627.370497", "r1"),
            ("4503599627.370497000000", "r1"),
            ("4503599627.370497000001", "r2"),
            ("9007199254740991", "r2"),
            ("-9007199254740991", "r0"),
            ("1E-12", "r0"),
        ]:
            assert same(decision, {"x": Decimal(text)}) == [expected]

    def test_thirds(self):
        decision = a_decision({"x": FRACTION}, "x = 1/3 -> third", "x > 1/3 -> more", "-> less")
        near = Fraction(333_333_333, 1_000_000_000)
        given = [Fraction(1, 3), near, Fraction(1, 3) + Fraction(1, 10**15), Decimal("0.333"), 1]
        assert same(decision, *({"x": x} for x in given)) == ["r0", "r2", "r1", "r2", "r1"]

    def test_constants_with_no_common_scale_are_hoisted_one_by_one(self):
        decision = a_decision(
            {"x": NUMBER},
            "x = 0.000000000001 -> tiny",
            "x = 9007199254740991 -> huge",
            "x > 12345678901.5 -> big",
            "-> rest",
        )
        assert hoisted_share(decision)[0] == 2
        given = ["1E-12", "9007199254740991", "9007199254740990.5", "2"]
        assert same(decision, *({"x": Decimal(x)} for x in given)) == ["r0", "r1", "r2", "r3"]

    def test_moments_to_the_microsecond_in_any_year(self):
        noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
        decision = a_decision(
            {"at": DATE_TIME},
            'at < date_time("2026-03-01T12:00:00Z") -> before',
            'at = date_time("2026-03-01T12:00:00Z") -> then',
            "-> after",
        )
        tick = timedelta(microseconds=1)
        given = [noon - tick, noon, noon + tick, datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)]  # fmt: skip
        assert same(decision, *({"at": at} for at in given)) == ["r0", "r1", "r2", "r2", "r0"]

    def test_a_constant_too_far_away_for_c_is_hoisted(self):
        decision = a_decision(
            {"at": DATE_TIME}, 'at >= date_time("9999-12-31T00:00:00Z") -> never', "-> some day"
        )
        assert hoisted_share(decision) == (1, 1)
        assert same(decision, {"at": datetime.max.replace(tzinfo=UTC)}) == ["r0"]

    def test_dates_and_durations(self):
        decision = a_decision(
            {"day": DATE, "span": DURATION},
            'day = date("9999-12-31") and span < 1 hour -> x',
            "span in [-1 * 1 day..0 days] -> y",
            "-> z",
        )
        given = [
            {"day": date.max, "span": timedelta(minutes=59)},
            {"day": date.min, "span": timedelta(hours=-1)},
            {"day": date.max, "span": timedelta.max},
            {"day": date.min, "span": timedelta.min},
        ]
        assert same(decision, *given) == ["r0", "r1", "r2", "r2"]


class TestTheFixedTablesOfTheModule:
    """Each of these crashes the C module, hangs it or makes it answer wrong, when told plainly."""

    @pytest.mark.parametrize("hits", ["first", "all"])
    def test_a_thousand_rules_that_begin_alike_and_all_hold(self, hits):
        rules = [f"age > {n} -> x" for n in range(1_000)]
        decision = a_decision({"age": WHOLE_NUMBER}, *rules, hits=hits)
        assert same(decision, *({"age": n} for n in (1, 500, 5_000))) == ["r0", "r0", "r0"]

    @pytest.mark.slow
    def test_thousands_of_equalities(self):
        rules = [f"a = {n // 50} and b = {n % 50} -> x" for n in range(1_500)]
        decision = a_decision({"a": WHOLE_NUMBER, "b": WHOLE_NUMBER}, *rules)
        assert same(decision, {"a": 27, "b": 17}, {"a": 29, "b": 49}) == ["r1367", "r1499"]

    def test_three_hundred_rules_of_one_condition(self):
        decision = a_decision({"age": WHOLE_NUMBER}, *["age = 1 -> x"] * 300, hits="any")
        verdict = SERVED.decide(decision, {"age": 1})
        assert len(verdict.hits) == 300

    def test_hundreds_of_tests_for_null(self):
        inputs = {f"x{n}": MONEY for n in range(100)}
        rules = [f"x{n} is null and x{(n * 7) % 100} in [> {n}] -> x" for n in range(100)]
        decision = a_decision(inputs, *rules, "-> none", optional=tuple(inputs))
        draw = random.Random(0)
        given = [
            {name: draw.choice((None, Decimal(5), Decimal(500))) for name in inputs}
            for _ in range(50)
        ]
        same(decision, *given)

    def test_a_rule_of_many_lists(self):
        names = {f"x{n}": WHOLE_NUMBER for n in range(30)}
        condition = " and ".join(f"x{n} in [1, 2, 3]" for n in range(30))
        decision = a_decision(names, f"{condition} -> x", "-> y")
        ones = dict.fromkeys(names, 1)
        assert same(decision, ones, {**ones, "x29": 4}) == ["r0", "r1"]

    def test_a_rule_of_many_ways(self):
        names = {f"x{n}": WHOLE_NUMBER for n in range(20)}
        condition = " and ".join(f"(x{n} > 1 or x{n + 1} > 1)" for n in range(0, 20, 2))
        decision = a_decision(names, *[f"{condition} -> x"] * 70, "-> y", hits="all")
        twos = dict.fromkeys(names, 2)
        assert same(decision, twos, {**twos, "x0": 0, "x1": 0}) == ["r0", "r70"]

    def test_a_list_of_hundreds_of_values(self):
        values = ", ".join(str(n) for n in range(0, 700, 2))
        decision = a_decision({"age": WHOLE_NUMBER}, f"age in [{values}] -> even", "-> odd")
        assert same(decision, {"age": 698}, {"age": 697}) == ["r0", "r1"]

    def test_a_rule_of_hundreds_of_conditions(self):
        condition = " and ".join(f"age != {n}" for n in range(100))
        decision = a_decision({"age": WHOLE_NUMBER}, f"{condition} -> x", "-> y")
        assert same(decision, {"age": 100}, {"age": 99}) == ["r0", "r1"]

    def test_more_inputs_than_a_fact_carries_are_left_to_python(self):
        inputs = {f"x{n}": WHOLE_NUMBER for n in range(200)}
        decision = a_decision(inputs, "x199 > 1 -> x", "-> y")
        verdict = SERVED.decide(decision, dict.fromkeys(inputs, 2))
        assert (verdict.value, verdict.evaluator) == ("x", PYTHON)

    def test_hundreds_of_questions(self):
        rules = [f"a > b + {n} -> x" for n in range(300)]
        decision = a_decision({"a": WHOLE_NUMBER, "b": WHOLE_NUMBER}, *rules, hits="all")
        verdict = SERVED.decide(decision, {"a": 251, "b": 0})
        assert (len(verdict.hits), verdict.evaluator) == (251, DURABLE)


NAMES = ["id", "sid", "$s", "k", "z", "f0", "p0", "n0", "a.b", "x y", "", '"', "\\", "{", "é", "\ud800", "liquid", "costarring", "x" * 5000, "$forward", "$and", "m"]  # fmt: skip
WEIRD = [None, True, False, 0, 1, -1, 2**53, 2**63, 2**70, -(2**63), 1e-7, 1e300, float("nan"), float("inf"), -0.0, 0.1, "", "a", "x" * 4001, "x" * 100_001, "\0", "\ud800", '"', '\\"', '{"a":1}', "[一-龥]+", "$s", [], [1], {}, {"a": {"b": 1}}, date(2024, 1, 1), datetime(2024, 1, 1), datetime(2024, 1, 1, tzinfo=UTC), Decimal("1.5"), Decimal("NaN"), Decimal("Infinity"), Decimal("1E+400"), Fraction(1, 3), timedelta(1), RecordRef("group", 1), b"x", object(), (1, 2), ()]  # noqa: DTZ001  # fmt: skip
TYPES = [TEXT, YES_NO, WHOLE_NUMBER, NUMBER, MONEY, FRACTION, DATE, DATE_TIME, DURATION, IMPACT, Type(Kind.REF, entity="group"), Type(Kind.LIST, item=TEXT)]  # fmt: skip


class TestHostileNamesAndValues:
    def test_are_refused_with_a_sentence_or_answered_alike(self):
        refused = answered = 0
        for seed in range(150):
            draw = random.Random(seed)
            inputs = {name: draw.choice(TYPES) for name in draw.sample(NAMES, draw.randint(1, 8))}
            decision = a_decision({f"x{n}": typ for n, typ in enumerate(inputs.values())})
            hostile = renamed(draw, decision, list(inputs))
            for _ in range(10):
                given = {name: a_value(draw, typ) for name, typ in inputs.items()}
                given = {"id": draw.choice(WEIRD), "sid": "x", "$s": 1, **given}
                found = answer(SERVED, hostile, given)
                assert found == answer(ORACLE, hostile, given)
                if isinstance(found, str):
                    refused += 1
                    assert found.endswith(".")
                else:
                    answered += 1
        assert refused > 500
        assert answered > 50, answered

    def test_a_moment_without_zone_is_refused(self):
        decision = a_decision({"at": DATE_TIME}, "-> x")
        with pytest.raises(NoVerdict, match="it must be a moment"):
            SERVED.decide(decision, {"at": datetime(2026, 1, 1)})  # noqa: DTZ001

    def test_a_number_that_is_none_is_refused(self):
        decision = a_decision({"x": NUMBER}, "-> x")
        for value in (Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"), 2**53, 0.5):
            with pytest.raises(NoVerdict, match="it must be a number"):
                SERVED.decide(decision, {"x": value})

    def test_half_a_pair_is_refused(self):
        decision = a_decision({"x": TEXT}, "-> x")
        with pytest.raises(NoVerdict, match=r"cannot take '\\ud800' for its input 'x'"):
            SERVED.decide(decision, {"x": "\ud800"})


def renamed(draw, decision, names):
    """The decision under names that no author could write, with a rule on each input."""
    inputs = dict(zip(names, decision.inputs.values(), strict=True))
    rules = [
        Rule(draw.choice(NAMES), {"says": "x"}, a_cell(draw, name, typ))
        for name, typ in inputs.items()
    ]
    return replace(decision, inputs=inputs, rules=(*rules, Rule("o", {"says": "y"})))


def a_value(draw, typ):
    """Mostly one that is fit, of a weird sort; else any."""
    fit = [item for item in WEIRD if fitness(typ)(item)] or [None]
    return draw.choice(fit if draw.random() < 0.9 else WEIRD)


def a_cell(draw, name, typ):
    """A condition on an input of any name."""
    value = draw.choice([item for item in WEIRD if fitness(typ)(item)] or [None])
    path = Path((name,), (0, 1), typ)
    tree = IsNull(path, draw.random() < 0.5, (0, 1))
    if value is not None and typ.kind is not Kind.LIST:
        tree = Comparison(draw.choice(("=", "!=")), path, Constant(value, typ, (0, 1)), (0, 1))
    return Expression("hostile", tree, YES_NO)


class TestAfterAnError:
    def test_the_table_is_opened_anew(self):
        decision = a_decision({"age": WHOLE_NUMBER}, "age > 3 -> old", "-> young")
        table = DurableTable(decision, "hash")
        [handle] = table._matcher._handles
        # given an event that somebody began to handle, and never finished
        matcher._engine.assert_event(handle, '{"k":1,"id":"left","f0":9}')
        # when the table is asked
        verdict = table.decide({"age": 9})
        # then it answers all the same
        assert (verdict.value, verdict.evaluator) == ("old", DURABLE)

    def test_python_answers_where_the_module_keeps_failing(self, caplog):
        decision = a_decision({"age": WHOLE_NUMBER}, "age > 3 -> old", "-> young")
        table = DurableTable(decision, "hash")
        # given a fact that C cannot read, whatever is opened anew
        table._encoders = (("age", lambda _value: '"f0":1e-99'),)
        # when the table is asked
        verdict = table.decide({"age": 9})
        # then the second evaluator answers, and the log says why
        assert (verdict.value, verdict.evaluator) == ("old", PYTHON)
        assert "durable-rules gave up on 'sample'" in caplog.text
