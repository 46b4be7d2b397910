"""Decisions in all their forms: rules in a CSV file, lists, computed outputs, what may be null."""

from decimal import Decimal

import pytest

from server import loading
from server.domain.decision import Hits
from server.domain.values import WHOLE_NUMBER, Kind, Type
from server.loading import bundles
from server.loading.rendering import written_out
from server.rules import Rules, failed_tests
from tests.loading.models import JUDGE, REVIEW, served, told
from tests.loading.patching import copy_of_minimal, lay_example_over

FEE = """\
decision: case-fee
title: What does the case cost?
inputs:
  pages: { type: whole_number }
  kind: { choice: [plain, sealed] }
  note: { type: text, optional: yes }
output: { fee: { type: money }, waived: { type: yes_no } }
hits: first
rules: case-fees.csv
"""
FEES = """\
rule,pages,kind,note,fee,waived,because
thick,>= 100,"plain, sealed",,20.50,no,"Thick, and ""heavy"" "
five,[1..5),,5,0,yes,
sealed,,sealed,-,5,no,
otherwise,,,,10,no,
"""


def with_fees(folder, text=FEES, decision=FEE):
    copy_of_minimal(folder)
    lay_example_over(folder, decision)
    (folder / "decisions" / "case-fees.csv").write_text(text, newline="")
    return loading.load([folder])


class TestRulesInACsvFile:
    def test_say_what_they_would_in_yaml(self, tmp_path):
        # given the same rules in both ways
        in_yaml = FEE.replace(
            "rules: case-fees.csv",
            """\
rules:
  - rule: thick
    if: { pages: ">= 100", kind: [plain, sealed] }
    then: { fee: 20.50, waived: no }
    because: "Thick, and \\"heavy\\" "
  - { rule: five, if: { pages: "[1..5)", note: "5" }, then: { fee: 0, waived: yes } }
  - { rule: sealed, if: { kind: sealed }, then: { fee: 5, waived: no } }
  - { otherwise: { fee: 10, waived: no } }""",
        )

        # when both are read
        one = with_fees(tmp_path / "csv").definitions
        other = served(tmp_path / "yaml", in_yaml)

        # then they are the same decision, whatever the layout
        pair = [item.decisions["case-fee"] for item in (one, other)]
        assert [[rule.key for rule in item.rules] for item in pair] == [
            ["thick", "five", "sealed", "otherwise"]
        ] * 2
        assert [item.rules[0].because for item in pair] == ['Thick, and "heavy" '] * 2
        for pages, kind, note in ((100, "plain", None), (3, "plain", "5"), (9, "sealed", "")):
            given = {"pages": pages, "kind": kind, "note": note}
            first, second = (Rules({}).decide(item, given) for item in pair)
            assert (first.hits, first.output) == (second.hits, second.output)

    @pytest.mark.parametrize(
        "text",
        [
            FEES.replace("\n", "\r\n"),
            FEES.rstrip("\n"),
            "\ufeff" + FEES,
            FEES + "\n\n",
            FEES.replace(",", ";").replace("plain; sealed", "plain, sealed"),
        ],
        ids=["windows", "no-last-newline", "byte-order-mark", "blank-lines", "semicolons"],
    )
    def test_are_read_as_spreadsheets_write_them(self, tmp_path, text):
        found = with_fees(tmp_path, text).definitions.decisions["case-fee"]

        assert [rule.then["fee"] for rule in found.rules] == [
            Decimal("20.50"), Decimal(0), Decimal(5), Decimal(10),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("before", "after", "place"),
        [
            (">= 100", ">= x100", "EXP003 2:10"),
            ('"plain, sealed"', '"plain, sealde"', "EXP003 2:22"),
            ("20.50", "much", "EXP003 2:31"),
            ("five", "Five", "SCH005 3:1"),
            ("5,no", "5,", "DEC005 4:1"),
            ("sealed,,", "thick,,", "DEC002 4:1"),
        ],
    )
    def test_are_told_about_where_they_stand(self, tmp_path, before, after, place):
        errors = [item for item in with_fees(tmp_path, FEES.replace(before, after)).diagnostics
                  if item.is_error]  # fmt: skip

        [found] = errors
        assert f"{found.code} {found.mark.line}:{found.mark.column}" == place
        assert found.mark.file.endswith("decisions/case-fees.csv")

    def test_are_shown_with_the_line_they_come_from(self, tmp_path):
        source = with_fees(tmp_path).sources["decision", "case-fee"]

        lines = [line for line in written_out(source) if "rule: five" in line.text]
        assert [(line.mark.line, line.is_grafted) for line in lines] == [(3, True)]

    def test_are_kept_whole_in_what_runs_are_pinned_to(self, tmp_path):
        loaded = with_fees(tmp_path)

        content = bundles.canonical(loaded.sources["decision", "case-fee"].data)
        assert '"rule":"five"' in content
        assert "case-fees.csv" not in content

    @pytest.mark.slow
    def test_may_be_five_thousand(self, tmp_path):
        decision = FEE.replace("  note: { type: text, optional: yes }\n", "")
        lines = [f"r{number},{number},plain,{number},no" for number in range(5_000)]
        text = "\n".join(["rule,pages,kind,fee,waived", *lines, "otherwise,,,0,yes"])

        found = with_fees(tmp_path, text, decision).definitions.decisions["case-fee"]

        verdict = Rules({}).decide(found, {"pages": 4_321, "kind": "plain"})
        assert verdict.output["fee"] == 4_321


class TestADecisionOverLists:
    TEXT = """\
decision: case-load
title: Is it too much for one clerk?
inputs:
  pages: { list_of: { type: whole_number, at_least: 0 } }
  owners: { list_of: { ref: person } }
output: { verdict: { choice: [too_much, fine] } }
hits: first
rules:
  - { rule: many, if: "count(pages) > 3 or some page in pages satisfies page > 100", then: { verdict: too_much } }
  - { rule: shared, if: count(distinct(owners)) > 1, then: { verdict: fine } }
  - { otherwise: { verdict: fine } }
tests:
  - { given: { pages: [1, 2, 3, 4], owners: [] }, expect: { verdict: too_much } }
  - { given: { pages: [101], owners: [1, 2] }, expect: { verdict: too_much } }
  - { given: { pages: [], owners: [1] }, expect: { verdict: fine } }
"""

    def test_has_inputs_that_are_lists(self, tmp_path):
        found = served(tmp_path, self.TEXT).decisions["case-load"]

        assert found.inputs["pages"].item.kind is Kind.WHOLE_NUMBER
        assert found.inputs["owners"].item == Type(Kind.REF, entity="person")

    def test_is_tried_by_its_tests(self, tmp_path):
        wrong = served(tmp_path, self.TEXT.replace("[101]", "[99]")).decisions["case-load"]

        [sentence] = failed_tests(wrong, lambda given: Rules({}).decide(wrong, given))
        assert sentence == (
            "Test 2 of decision 'case-load' expects verdict = too_much, and the rules say fine."
        )

    def test_takes_members_of_its_kind_only(self, tmp_path):
        assert told(tmp_path, self.TEXT.replace("[101]", "[much]")) == ["EXP003 14:23"]


class TestWhatADecisionSays:
    def test_is_a_list_where_all_rules_count(self, tmp_path):
        verdict = """\
decision: case-verdict
hits: output-order
tests:
  - { given: { sound: yes }, expect: { verdict: [accept, accept] } }
"""
        steps = f"""\
{REVIEW}steps:
{JUDGE}  - {{ step: verdict, decide: case-verdict, given: judgement, as: said }}
  - step: sort
    choose:
      - {{ rule: any, if: accept in said.verdict, then: finish }}
      - {{ rule: rest, otherwise: done }}
  - {{ step: finish, end: judged }}
"""
        found = served(tmp_path, verdict, steps)

        assert found.decisions["case-verdict"].hits is Hits.OUTPUT_ORDER
        assert told(tmp_path / "x", verdict, steps.replace("accept in said.verdict",
                    "said.verdict = accept")) == ["EXP002 24:41"]  # fmt: skip

    def test_may_be_null_only_where_it_says_so_and_is_tested(self, tmp_path):
        weight = """\
decision: case-verdict
output: { pages: { type: whole_number, optional: yes } }
rules:
  - { rule: sound, if: { sound: yes }, then: { pages: 3 } }
  - { otherwise: { pages: null } }
tests:
  - { given: { sound: no }, expect: { pages: null } }
"""
        steps = f"""\
{REVIEW}steps:
{JUDGE}  - {{ step: verdict, decide: case-verdict, given: judgement, as: said }}
  - step: sort
    choose:
      - {{ rule: long, if: said.pages > 3, then: finish }}
      - {{ rule: rest, otherwise: done }}
  - {{ step: finish, end: judged }}
"""
        tested = steps.replace("said.pages > 3", "said.pages is not null and said.pages > 3")

        assert told(tmp_path / "untested", weight, steps) == ["EXP002 24:27"]
        assert told(tmp_path / "tested", weight, tested) == []

    def test_may_be_computed(self, tmp_path):
        fee = """\
decision: case-fee
title: What does the case cost?
inputs: { pages: { type: whole_number } }
settings: { rate: { type: money, value: 0.10, why: By statute. } }
output: { fee: { type: money, is: rate * pages } }
tests:
  - { given: { pages: 3 }, expect: { fee: 0.30 } }
"""
        found = served(tmp_path, fee).decisions["case-fee"]

        assert (found.rules, list(found.derived)) == ((), ["fee"])
        assert Rules({}).decide(found, {"pages": 3}).value == Decimal("0.30")

    def test_needs_rules_and_what_several_mean_unless_all_is_computed(self, tmp_path):
        bare = """\
decision: case-fee
title: What does the case cost?
inputs: { pages: { type: whole_number } }
output: { fee: { type: money } }
"""
        assert told(tmp_path, bare) == ["SCH002 1:1", "SCH002 1:1"]


class TestEachHitPolicy:
    """What each says where two of three rules hold, written and tried as administrators do."""

    @pytest.mark.parametrize(
        ("hits", "output", "third", "says"),
        [
            ("first", "type: whole_number", 7, "3"),
            ("any", "type: whole_number", 3, "3"),
            ("priority", "choice: [much, some, bit]", "much", "much"),
            ("all", "type: whole_number", 1, "[3, 1]"),
            ("output-order", "choice: [much, some, bit]", "much", "[much, some]"),
            ("collect-sum", "type: whole_number", 7, "10"),
            ("collect-min", "type: whole_number", 7, "3"),
            ("collect-max", "type: whole_number", 7, "7"),
            ("collect-count", "type: whole_number", 7, "2"),
        ],
    )
    def test_is_written_and_tried(self, tmp_path, hits, output, third, says):
        second, last = (3, 2) if output.startswith("type") else ("some", "bit")
        text = f"""\
decision: case-fee
title: What does the case cost?
inputs: {{ pages: {{ type: whole_number, at_least: 0 }} }}
output: {{ fee: {{ {output} }} }}
hits: {hits}
rules:
  - {{ rule: few, if: {{ pages: "< 5" }}, then: {{ fee: {last} }} }}
  - {{ rule: many, if: {{ pages: "[5..20]" }}, then: {{ fee: {second} }} }}
  - {{ rule: more, if: {{ pages: ">= 10" }}, then: {{ fee: {third} }} }}
tests:
  - {{ given: {{ pages: 12 }}, expect: {{ fee: {says} }} }}
"""
        found = served(tmp_path, text).decisions["case-fee"]

        assert found.hits.value == hits
        assert list(failed_tests(found, lambda given: Rules({}).decide(found, given))) == []

    def test_exactly_one_is_proved_before_anything_is_decided(self, tmp_path):
        text = FEE.replace("rules: case-fees.csv", "").replace("first", "exactly-one")
        rules = """\
rules:
  - { rule: many, if: { pages: ">= 5" }, then: { fee: 3, waived: no } }
  - { rule: more, if: { pages: ">= 10" }, then: { fee: 7, waived: no } }
  - { otherwise: { fee: 1, waived: no } }
"""
        assert [item.split()[0] for item in told(tmp_path, text + rules)] == ["DEC021"]


def test_the_outcomes_of_a_count_are_none(tmp_path):
    assert WHOLE_NUMBER.choices == ()
    verdict = "decision: case-verdict\nhits: collect-count\n"
    assert "PRC006" in {item.split()[0] for item in told(tmp_path, verdict)}
