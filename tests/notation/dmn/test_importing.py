"""Decisions of DMN become decisions of ours that say the same, or the file is refused in words."""

from decimal import Decimal
from fractions import Fraction

import pytest

from server.domain.decision import Hits
from server.domain.values import Kind
from server.notation.dmn import UnreadableError, imported, read
from tests.notation.dmn.asking import brought, said
from tests.notation.dmn.files import (
    VERSIONS,
    a_decision,
    a_file,
    a_function,
    a_table,
    data,
    escaped,
    formula,
)

AGE = data("Age")
RISK = """\
<itemDefinition name="tRisk"><typeRef>string</typeRef>
<allowedValues><text>"Very High", "Low"</text></allowedValues></itemDefinition>
<inputData id="i-Risk" name="Risk"><variable name="Risk" typeRef="tRisk"/></inputData>"""
WORDS = '<output typeRef="string"><outputValues><text>"Yes", "No"</text></outputValues></output>'


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_is_read(tmp_path, version):
    file = a_file(a_decision("Double", formula("2 * Age"), "Age"), AGE, version=version)

    assert said(brought(tmp_path, file)["double"], age=Decimal("1.5")) == 3


class TestATable:
    def test_has_cells_values_and_names_in_our_spelling(self, tmp_path):
        table = a_table(
            {"Age": "number", "Risk": "string"},
            '>= 18 | "Low" | "Yes"',
            '[1..18) | "Low" | "No"',
            '< 1, > 99 | "Low" | "No"',
            '- | not("Low") | "No"',
            policy='hitPolicy="FIRST"',
            outputs=WORDS,
        )
        file = a_file(a_decision("May Sign", table, "Age", "Risk"), AGE, RISK)

        found = brought(tmp_path, file)["may-sign"]

        assert found.inputs["risk"].choices == ("very_high", "low")
        assert found.outputs["may_sign"].choices == ("yes", "no")
        assert [rule.condition.text for rule in found.rules] == [
            "age >= 18 and risk = low",
            "age in [1..18) and risk = low",
            "age in [< 1, > 99] and risk = low",
            "risk is not(low)",
        ]
        assert said(found, age=Decimal(30), risk="low") == "yes"

    @pytest.mark.parametrize(
        ("policy", "expected"),
        [
            ('hitPolicy="UNIQUE"', None),
            ('hitPolicy="ANY"', None),
            ('hitPolicy="FIRST"', 10),
            ('hitPolicy="RULE ORDER"', (10, 5, 5)),
            ('hitPolicy="COLLECT"', (10, 5, 5)),
            ('hitPolicy="COLLECT" aggregation="SUM"', 20),
            ('hitPolicy="COLLECT" aggregation="MIN"', 5),
            ('hitPolicy="COLLECT" aggregation="MAX"', 10),
            ('hitPolicy="COLLECT" aggregation="COUNT"', 3),
        ],
    )
    def test_keeps_its_hit_policy(self, tmp_path, policy, expected):
        table = a_table({"Age": "number"}, "> 1 | 10", "> 2 | 5", "> 3 | 5", policy=policy)

        found = brought(tmp_path, a_file(a_decision("Fee", table, "Age"), AGE))["fee"]

        assert said(found, age=Decimal(9)) == expected

    @pytest.mark.parametrize(
        ("policy", "expected"), [("PRIORITY", "yes"), ("OUTPUT ORDER", ("yes", "no"))]
    )
    def test_goes_by_the_order_of_its_values(self, tmp_path, policy, expected):
        table = a_table(
            {"Age": "number"}, '> 1 | "No"', '> 2 | "Yes"',
            policy=f'hitPolicy="{policy}"', outputs=WORDS,
        )  # fmt: skip

        found = brought(tmp_path, a_file(a_decision("Fee", table, "Age"), AGE))["fee"]

        assert said(found, age=Decimal(9)) == expected

    def test_says_its_default_where_no_rule_holds(self, tmp_path):
        outputs = "<output><defaultOutputEntry><text>7</text></defaultOutputEntry></output>"
        table = a_table({"Age": "number"}, "> 1 | 10", outputs=outputs)

        found = brought(tmp_path, a_file(a_decision("Fee", table, "Age"), AGE))["fee"]

        assert said(found, age=Decimal(0)) == 7
        assert found.nullable == frozenset()

    def test_says_null_where_no_rule_holds_and_there_is_no_default(self, tmp_path):
        table = a_table({"Age": "number"}, "> 1 | 10", "< 1 | 5")

        found = brought(tmp_path, a_file(a_decision("Fee", table, "Age"), AGE))["fee"]

        assert said(found, age=Decimal(1)) is None
        assert found.nullable == {"fee"}

    @pytest.mark.parametrize("rows", [("> 1 | 10", "<= 1 | 5"), ("- | 3",), ("<= 7, > 7 | 3",)])
    def test_needs_nothing_else_where_some_rule_always_holds(self, tmp_path, rows):
        table = a_table({"Age": "number"}, *rows)

        found = brought(tmp_path, a_file(a_decision("Fee", table, "Age"), AGE))["fee"]

        assert found.nullable == frozenset()
        assert all(rule.condition is not None for rule in found.rules)

    def test_may_look_at_what_is_computed(self, tmp_path):
        table = a_table(
            {"Age * 2": "number", "Age > 3": "boolean"},
            "> 8 | true | 1", "<= 8 | - | 2", "- | false | 3",
            policy='hitPolicy="FIRST"',
        )  # fmt: skip

        found = brought(tmp_path, a_file(a_decision("Fee", table, "Age"), AGE))["fee"]

        assert [said(found, age=Decimal(age)) for age in (5, 4, 1)] == [1, 2, 2]

    def test_may_compare_an_input_with_another(self, tmp_path):
        table = a_table({"Age": "number"}, "> Limit | 1", "<= Limit + 1 | 2",
                        policy='hitPolicy="FIRST"')  # fmt: skip
        file = a_file(a_decision("Fee", table, "Age", "Limit"), AGE, data("Limit"))

        found = brought(tmp_path, file)["fee"]

        assert said(found, age=Decimal(5), limit=Decimal(4)) == 1
        assert said(found, age=Decimal(5), limit=Decimal(5)) == 2

    def test_has_reasons_and_the_ids_that_labels_give(self, tmp_path):
        table = a_table({"Age": "number"}, "> 1 | 10", "<= 1 | 5").replace(
            "<rule>", '<rule label="grown-up"><description>So it is.</description>', 1
        )

        found = brought(tmp_path, a_file(a_decision("Fee", table, "Age"), AGE))["fee"]

        assert [(rule.key, rule.because) for rule in found.rules] == [
            ("grown-up", "So it is."),
            ("r2", ""),
        ]


class TestOtherLogic:
    def test_a_literal_expression_is_a_computed_output(self, tmp_path):
        file = a_file(a_decision("Rest", formula("100 / Age"), "Age"), AGE)

        found = brought(tmp_path, file)["rest"]

        assert found.outputs["rest"].kind is Kind.FRACTION
        assert said(found, age=Decimal(3)) == Fraction(100, 3)
        assert said(found, age=Decimal(0)) is None

    def test_a_context_is_an_output_for_each_entry(self, tmp_path):
        context = f"""<context>
<contextEntry><variable name="Net" typeRef="number"/>{formula("Age * 10")}</contextEntry>
<contextEntry><variable name="Tax" typeRef="number"/>{formula("Net * 0.2")}</contextEntry>
</context>"""

        found = brought(tmp_path, a_file(a_decision("Bill", context, "Age"), AGE))["bill"]

        assert said(found, age=Decimal(3)) == {"net": 30, "tax": 6}

    def test_a_context_may_end_in_a_result_or_a_table(self, tmp_path):
        entry = f'<contextEntry><variable name="Net"/>{formula("Age * 10")}</contextEntry>'
        table = a_table({"Net": "number"}, "> 20 | 1", "<= 20 | 2")
        for key, result in (("sum", formula("Net + 1")), ("fee", table)):
            context = f"<context>{entry}<contextEntry>{result}</contextEntry></context>"
            file = a_file(a_decision(key, context, "Age"), AGE)

            found = brought(tmp_path / key, file)[key]

            assert said(found, age=Decimal(3)) == {"sum": 31, "fee": 1}[key]

    def test_a_function_is_called_in_place(self, tmp_path):
        file = a_file(
            a_decision("Fee", formula("Tax(Age * 2) + 1"), "Age"),
            a_function("Tax", {"x": "number"}, formula("x / 10")),
            AGE,
        )

        assert said(brought(tmp_path, file)["fee"], age=Decimal(5)) == 2

    def test_a_function_that_is_a_table_is_asked_with_what_it_is_bound_to(self, tmp_path):
        invocation = (
            "<invocation><literalExpression><text>Band</text></literalExpression>"
            f'<binding><parameter name="x"/>{formula("Age + 1")}</binding></invocation>'
        )
        table = a_table({"x": "number"}, "> 5 | 1", "<= 5 | 2")
        file = a_file(
            a_decision("Fee", invocation, "Age"), a_function("Band", {"x": "number"}, table), AGE
        )

        found = brought(tmp_path, file)["fee"]

        assert [said(found, age=Decimal(age)) for age in (4, 5)] == [2, 1]

    def test_a_computed_decision_goes_into_what_needs_it(self, tmp_path):
        file = a_file(
            a_decision("Double", formula("2 * Age"), "Age"),
            a_decision("Fee", formula("Double + 1"), decisions=("Double",)),
            AGE,
        )

        assert said(brought(tmp_path, file)["fee"], age=Decimal(2)) == 5

    def test_what_a_table_says_is_an_input_of_what_needs_it(self, tmp_path):
        table = a_table({"Age": "number"}, '> 5 | "Yes"', '<= 5 | "No"', outputs=WORDS)
        second = a_table({"Old": "string"}, '"Yes" | 1', '"No" | 2')
        file = a_file(
            a_decision("Old", table, "Age"),
            a_decision("Fee", second, decisions=("Old",)),
            AGE,
        )

        found = brought(tmp_path, file)["fee"]

        assert found.inputs["old"].choices == ("yes", "no")
        assert said(found, old="no") == 2

    def test_structures_are_inputs_for_each_part_that_is_used(self, tmp_path):
        loan = """\
<itemDefinition name="tLoan"><itemComponent name="sum due"><typeRef>number</typeRef></itemComponent>
<itemComponent name="bank"><typeRef>string</typeRef></itemComponent></itemDefinition>"""
        file = a_file(
            loan, a_decision("Fee", formula("Loan.sum due * 2"), "Loan"), data("Loan", "tLoan")
        )

        found = brought(tmp_path, file)["fee"]

        assert list(found.inputs) == ["loan_sum_due"]


class TestWhatCannotBeCarried:
    @pytest.mark.parametrize(
        ("file", "sentence"),
        [
            ("<a>", "This is no XML: no element found."),
            ("<a/>", "This is no file of DMN 1.2, 1.3, 1.4 or 1.5."),
            (a_file(), "There is no decision in this file."),
            (
                a_file(a_decision("A", "<list/>")),
                "'A' is written as 'list'; tables, expressions, contexts and calls are read.",
            ),
            (
                a_file(a_decision("A", "")),
                "'A' has no logic; tables, expressions, contexts and calls are read.",
            ),
            (
                a_file(a_decision("A", formula("1"), "Age")),
                "What has the id 'i-Age' is not in this file; other files are not read.",
            ),
            (
                a_file(a_decision("A", formula("Age + 1"))),
                "Nothing that goes into this decision is 'Age'.",
            ),
            (a_file(a_decision("A", formula("1 +"))), "'the end' does not fit into this expression: 1 +"),
            (a_file(a_decision("A", formula("{}"))), "'{' belongs to no expression that is known here: {}"),
            (a_file(a_decision("A", formula("sqrt(4)"))), "The function 'sqrt' cannot be carried."),
            (
                a_file(a_decision("A", formula("T"), "T"), data("T", "time")),
                "The type 'time' cannot be carried.",
            ),
            (
                a_file(a_decision("A", a_table({"Age": "number"}, "> 1 | Age * 2"), "Age"), AGE),
                (
                    "A rule computes what it says (age * 2); that cannot be carried. "
                    "Let it say a constant, or make a decision of its own of it."
                ),
            ),
            (
                a_file(
                    a_decision("A", a_table({"Risk": "string"}, '"High" | 1'), "Risk"), RISK
                ),
                "A cell names 'High', which is no value of 'risk'.",
            ),
            (
                a_file(
                    a_decision("A", a_table({"Age": "number"}, "1 | 1", '2 | "two"'), "Age"), AGE
                ),
                "The rules say values of different kinds for 'a'.",
            ),
            (
                a_file(a_decision("A b", formula("1")), a_decision("A-b", formula("2"))),
                "Two decisions would be called 'a-b'.",
            ),
            (
                a_file(
                    a_decision("A", formula("f(1)")),
                    a_function("f", {"x": "number"}, formula("f(x)")),
                ),
                "An expression is nested too deep, or a function calls itself.",
            ),
            (
                a_file(
                    a_decision("A", formula("B"), decisions=("B",)),
                    a_decision("B", a_table({"A": "number"}, "1 | 1"), decisions=("A",)),
                ),
                "'B' needs itself.",
            ),
            (
                a_file(a_decision("A", formula("-" * 300 + "1"))),
                "This expression is nested too deep: " + "-" * 300 + "1",
            ),
        ],
    )  # fmt: skip
    def test_is_refused_in_a_sentence(self, file, sentence):
        with pytest.raises(UnreadableError) as caught:
            imported(read(file))
        assert str(caught.value) == sentence

    def test_is_told_with_its_line(self):
        with pytest.raises(UnreadableError) as caught:
            imported(read(a_file(AGE, "", "", a_decision("A", formula("sqrt(4)")))))
        assert caught.value.line == 5


class TestHostileFiles:
    def test_entities_are_refused_before_they_stand_for_anything(self):
        bomb = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><definitions>&b;</definitions>'
        with pytest.raises(UnreadableError, match="declares a document type"):
            read(bomb)

    def test_other_files_are_never_fetched(self):
        with pytest.raises(UnreadableError, match="declares a document type"):
            read('<!DOCTYPE d SYSTEM "file:///etc/passwd"><definitions/>')

    def test_deep_and_large_files_are_refused(self):
        with pytest.raises(UnreadableError, match="nested over 100 deep"):
            read("<a>" * 500)
        with pytest.raises(UnreadableError, match="over 5,000,000 characters"):
            read("<a>" + " " * 5_000_001)

    def test_functions_that_call_each_other_many_times_end(self):
        functions = [
            a_function(f"f{n}", {"x": "number"}, formula(f"f{n + 1}(x) + f{n + 1}(x)"))
            for n in range(20)
        ]
        file = a_file(
            a_decision("A", formula("f0(Age)"), "Age"),
            *functions,
            a_function("f20", {"x": "number"}, formula("x")),
            AGE,
        )
        with pytest.raises(UnreadableError, match="too large, with all the functions"):
            imported(read(file))


def test_texts_stay_what_they_are(tmp_path):
    words = 'He said "no",\nthen: {left} # and'
    table = a_table({"Age": "number"}, f"- | {escaped_text(words)}")

    found = brought(tmp_path, a_file(a_decision("Fee", table, "Age"), AGE))["fee"]

    assert said(found, age=Decimal(1)) == words
    assert found.hits is Hits.EXACTLY_ONE
    assert escaped("<") == "&lt;"


def escaped_text(words: str) -> str:
    inner = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{inner}"'
