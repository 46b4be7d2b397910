"""What a decision says, by both evaluators alike."""

from dataclasses import FrozenInstanceError, replace
from decimal import Decimal
from fractions import Fraction

import pytest

from server.domain.decision import Hits, NoVerdict, Rule, Verdict
from server.domain.expression.kinds import MONEY
from server.domain.values import TEXT, WHOLE_NUMBER, YES_NO, Kind, RecordRef, Type
from server.rules import DURABLE, PYTHON, Rules, content_hash
from tests.rules.tables import CAB, MEMBERS, SHARE, VOTES, a_decision, sound

AGE = {"age": WHOLE_NUMBER}
IMPACT = Type(Kind.CHOICE, choices=("high", "low"))


def a_ladder(**over):
    """Rules that say low, high, high from 1, 2 and 3 on; high is listed before low."""
    decision = a_decision(AGE, "age > 1 -> low", "age > 2 -> high", "age > 3 -> high", **over)
    return replace(decision, outputs={"says": IMPACT})


def a_price_list(**over):
    """Rules that say 10.50, 10.25 and 0.10 from 1, 2 and 3 on."""
    decision = a_decision(AGE, "age > 1 -> a", "age > 2 -> b", "age > 3 -> c", **over)
    prices = ("10.50", "10.25", "0.10")
    told = tuple(
        replace(rule, then={"says": Decimal(price)})
        for rule, price in zip(decision.rules, prices, strict=True)
    )
    return replace(decision, outputs={"says": MONEY}, rules=told)


@pytest.fixture(params=[DURABLE, PYTHON])
def rules(request):
    return Rules({}, request.param)


class TestTheBoard:
    """Two thirds are a fraction of the members, never 66 % or 67 %."""

    @pytest.mark.parametrize(
        ("members", "rejects", "includes", "expected"),
        [
            (3, 2, 0, "rejected"),
            (3, 1, 2, "included"),
            (3, 1, 1, "carried over"),
            (50, 33, 0, "carried over"),
            (50, 34, 0, "rejected"),
            (99, 66, 0, "rejected"),
            (100, 0, 66, "carried over"),
            (1, 1, 0, "rejected"),
        ],
    )
    def test_decides_by_exact_shares(self, rules, members, rejects, includes, expected):
        inputs = {"members": members, "rejects": rejects, "includes": includes}
        assert rules.decide(CAB, inputs).value == expected

    def test_another_share_is_another_decision(self, rules):
        half = replace(SHARE, value=Fraction(1, 2))
        lowered = replace(CAB, settings={"share": half})
        inputs = {"members": 3, "rejects": 2, "includes": 2}
        with pytest.raises(NoVerdict, match="allows one rule to hold, and 'r0' and 'r1' hold for"):
            rules.decide(lowered, inputs)
        assert content_hash(lowered) != content_hash(CAB)


class TestAVerdict:
    def test_tells_all_that_is_needed_to_say_it_again(self, rules):
        decision = a_decision(AGE, "age > 3 -> old", "-> young", because="So it was agreed")
        verdict = rules.decide(decision, {"age": 5})
        assert verdict == Verdict(
            "sample",
            content_hash(decision),
            {"age": 5},
            ("r0",),
            {"says": "old"},
            ("So it was agreed",),
            rules.evaluator,
        )

    def test_leaves_out_what_was_not_asked_for(self, rules):
        verdict = rules.decide(a_decision(AGE, "-> x"), {"age": 5, "id": 7, "$s": "sid"})
        assert verdict.inputs == {"age": 5}

    def test_cannot_be_changed(self, rules):
        with pytest.raises(FrozenInstanceError):
            rules.decide(a_decision(AGE, "-> x"), {"age": 5}).hits = ()


class TestHitPolicies:
    RULES = ("age > 1 -> a", "age > 2 -> b", "age > 3 -> b")

    def test_first_goes_by_the_first_that_holds(self, rules):
        verdict = rules.decide(a_decision(AGE, *self.RULES), {"age": 9})
        assert (verdict.hits, verdict.value) == (("r0",), "a")

    def test_exactly_one_refuses_several(self, rules):
        decision = a_decision(AGE, *self.RULES, hits="exactly-one")
        assert rules.decide(decision, {"age": 2}).hits == ("r0",)
        with pytest.raises(NoVerdict) as caught:
            rules.decide(decision, {"age": 3})
        assert str(caught.value) == (
            "Decision 'sample' allows one rule to hold, and 'r0' and 'r1' hold for age = 3. "
            "Narrow their conditions."
        )

    def test_any_wants_them_to_agree(self, rules):
        decision = a_decision(AGE, *self.RULES[1:], hits="any")
        assert rules.decide(decision, {"age": 9}).hits == ("r0", "r1")
        assert rules.decide(decision, {"age": 9}).value == "b"
        decision = a_decision(AGE, *self.RULES, hits="any")
        with pytest.raises(NoVerdict) as caught:
            rules.decide(decision, {"age": 3})
        assert str(caught.value) == (
            "Rules 'r0' and 'r1' of decision 'sample' hold for age = 3 and do not agree. "
            "Let them say the same, or narrow them."
        )

    def test_all_gives_what_each_says_in_the_order_written(self, rules):
        decision = a_decision(AGE, *self.RULES, hits="all")
        verdict = rules.decide(decision, {"age": 9})
        assert verdict.hits == ("r0", "r1", "r2")
        assert verdict.output == {"says": ("a", "b", "b")}
        assert rules.decide(decision, {"age": 2}).output == {"says": ("a",)}

    def test_all_leaves_null_where_a_rule_says_nothing(self, rules):
        decision = a_decision(AGE, "age > 1 -> a", "age > 2 -> b", hits="all")
        quiet = replace(decision.rules[1], then={})
        decision = replace(decision, rules=(decision.rules[0], quiet))
        assert rules.decide(decision, {"age": 9}).output == {"says": ("a", None)}

    @pytest.mark.parametrize("hits", ["all", "output-order"])
    def test_an_otherwise_that_says_null_leaves_a_list_empty(self, rules, hits):
        decision = a_ladder(hits=hits)
        nothing = Rule("otherwise", {"says": None})
        decision = replace(decision, rules=(*decision.rules, nothing), nullable={"says"})
        assert rules.decide(decision, {"age": 0}).output == {"says": ()}
        assert rules.decide(decision, {"age": 2}).output == {"says": ("low",)}

    def test_priority_goes_by_the_output_that_is_listed_first(self, rules):
        decision = a_ladder(hits="priority")
        verdict = rules.decide(decision, {"age": 3})
        assert (verdict.hits, verdict.value) == (("r1",), "high")
        assert rules.decide(decision, {"age": 2}).value == "low"

    def test_of_equals_priority_takes_the_one_written_first(self, rules):
        decision = a_ladder(hits="priority")
        assert rules.decide(decision, {"age": 9}).hits == ("r1",)

    def test_the_first_output_counts_most(self, rules):
        ladder = a_ladder(hits="priority")
        says = [("low", "high"), ("high", "low"), ("high", "high")]
        told = tuple(
            replace(rule, then={"says": one, "also": other})
            for rule, (one, other) in zip(ladder.rules, says, strict=True)
        )
        decision = replace(ladder, outputs={"says": IMPACT, "also": IMPACT}, rules=told)
        assert rules.decide(decision, {"age": 9}).hits == ("r2",)
        assert rules.decide(decision, {"age": 3}).output == {"says": "high", "also": "low"}

    def test_output_order_gives_all_with_the_highest_on_top(self, rules):
        decision = a_ladder(hits="output-order")
        verdict = rules.decide(decision, {"age": 9})
        assert verdict.hits == ("r1", "r2", "r0")
        assert verdict.output == {"says": ("high", "high", "low")}

    @pytest.mark.parametrize(
        ("hits", "some", "one"),
        [
            ("collect-sum", Decimal("20.85"), Decimal("10.50")),
            ("collect-min", Decimal("0.10"), Decimal("10.50")),
            ("collect-max", Decimal("10.50"), Decimal("10.50")),
            ("collect-count", 3, 1),
        ],
    )
    def test_collecting_makes_one_value_of_what_all_say(self, rules, hits, some, one):
        decision = a_price_list(hits=hits)
        assert rules.decide(decision, {"age": 9}).output == {"says": some}
        assert rules.decide(decision, {"age": 9}).hits == ("r0", "r1", "r2")
        assert rules.decide(decision, {"age": 2}).output == {"says": one}

    @pytest.mark.parametrize("hits", ["collect-sum", "collect-min", "collect-max"])
    def test_collecting_nothing_needs_an_otherwise(self, rules, hits):
        decision = a_price_list(hits=hits)
        with pytest.raises(NoVerdict, match="No rule of decision 'sample' holds for age = 0"):
            rules.decide(decision, {"age": 0})
        whole = replace(decision, rules=(*decision.rules, Rule("otherwise", {"says": Decimal(1)})))
        assert rules.decide(whole, {"age": 0}).output == {"says": Decimal(1)}

    def test_no_rule_that_holds_is_a_count_of_nothing(self, rules):
        verdict = rules.decide(a_price_list(hits="collect-count"), {"age": 0})
        assert (verdict.hits, verdict.output) == ((), {"says": 0})

    def test_what_a_verdict_holds_has_a_type(self):
        says = {hits: a_price_list(hits=hits).says["says"] for hits in Hits}
        for hits in (Hits.ALL, Hits.OUTPUT_ORDER):
            assert says.pop(hits) == Type(Kind.LIST, item=MONEY)
        assert says.pop(Hits.COLLECT_COUNT).kind is Kind.WHOLE_NUMBER
        assert all(typ == MONEY for typ in says.values())

    @pytest.mark.parametrize("hits", ["first", "exactly-one", "any", "all"])
    def test_otherwise_holds_where_no_other_does(self, rules, hits):
        decision = a_decision(AGE, "-> none", "age > 2 -> some", hits=hits)
        assert rules.decide(decision, {"age": 1}).hits == ("r0",)
        assert rules.decide(decision, {"age": 3}).hits == ("r1",)

    @pytest.mark.parametrize("hits", ["first", "exactly-one", "any", "all"])
    def test_without_it_silence_is_refused(self, rules, hits):
        with pytest.raises(NoVerdict) as caught:
            rules.decide(a_decision(AGE, "age > 2 -> x", hits=hits), {"age": 1})
        assert str(caught.value) == (
            "No rule of decision 'sample' holds for age = 1. Add a rule for this, or 'otherwise'."
        )

    def test_rules_that_always_or_never_hold_are_no_trouble(self, rules):
        decision = a_decision(AGE, "false -> never", "true -> always", hits="all")
        assert rules.decide(decision, {"age": 1}).hits == ("r1",)
        assert rules.decide(a_decision({}, "1 > 2 -> a", "-> b"), {}).value == "b"


class TestInputs:
    @pytest.mark.parametrize(
        ("inputs", "sentence"),
        [
            ({"rejects": 1, "includes": 1}, "Decision 'cab-verdict' needs its input 'members', and that is not known. See that it is filled in before, or declare the input optional."),
            ({"members": None, "rejects": 1, "includes": 1}, "Decision 'cab-verdict' needs its input 'members', and that is not known. See that it is filled in before, or declare the input optional."),
            ({"members": 0, "rejects": 1, "includes": 1}, "Decision 'cab-verdict' cannot take 0 for its input 'members': it must be a whole number, at least 1."),
            ({"members": True, "rejects": 1, "includes": 1}, "Decision 'cab-verdict' cannot take True for its input 'members': it must be a whole number, at least 1."),
            ({"members": 3, "rejects": "1", "includes": 1}, "Decision 'cab-verdict' cannot take '1' for its input 'rejects': it must be a whole number, at least 0."),
        ],
    )  # fmt: skip
    def test_that_are_unfit_are_refused_by_name(self, rules, inputs, sentence):
        with pytest.raises(NoVerdict) as caught:
            rules.decide(CAB, inputs)
        assert str(caught.value) == sentence

    def test_that_are_optional_may_be_unknown(self, rules):
        decision = a_decision(
            {"cost": MONEY, "impact": IMPACT, "group": Type(Kind.REF, entity="group")},
            "cost in [> 3] and impact = high -> both",
            "cost is null and impact != high and group is null -> nothing",
            "not (cost in [<= 3]) -> not cheap",
            "-> rest",
            optional=("cost", "impact", "group"),
        )  # fmt: skip
        three, four = Decimal(3), Decimal(4)
        group = RecordRef("group", 1)
        for given, expected in [
            ({"cost": four, "impact": "high"}, "both"),
            ({}, "nothing"),
            ({"impact": "low"}, "nothing"),
            ({"group": group}, "not cheap"),
            ({"cost": four}, "not cheap"),
            ({"cost": three, "impact": "high"}, "rest"),
        ]:
            assert rules.decide(decision, given).value == expected, given

    def test_yes_is_not_one(self, rules):
        decision = a_decision({"flag": YES_NO, "age": WHOLE_NUMBER}, "flag -> x", "-> y")
        assert rules.decide(decision, {"flag": True, "age": 1}).value == "x"
        with pytest.raises(NoVerdict, match="cannot take 1 for its input 'flag'"):
            rules.decide(decision, {"flag": 1, "age": 1})

    def test_texts_are_compared_as_they_are(self, rules):
        decision = a_decision(
            {"word": TEXT}, 'word = "5" -> five', 'word in ["a b", "", "漢"] -> known', "-> other"
        )
        for word, expected in {
            "5": "five", "": "known", "漢": "known", "a b": "known", "ab": "other", "5.0": "other",
            "true": "other", "x" * 90_000: "other", '"},{"k":1': "other", "\n\\": "other",
        }.items():  # fmt: skip
            assert rules.decide(decision, {"word": word}).value == expected


class TestComputedValues:
    def test_are_compared_like_inputs(self, rules):
        decision = a_decision(
            {"impact": WHOLE_NUMBER, "urgency": WHOLE_NUMBER},
            "weight >= 24 -> critical",
            "weight in [18..23] -> high",
            "-> low",
            computed={"weight": "impact + urgency"},
        )
        says = [rules.decide(decision, {"impact": 9, "urgency": n}).value for n in (20, 9, 0)]
        assert says == ["critical", "high", "low"]

    def test_may_have_none(self, rules):
        decision = a_decision(
            {"cost": MONEY, "heads": WHOLE_NUMBER},
            "each is null -> nobody",
            "each in [> 5] -> dear",
            "-> cheap",
            computed={"each": "if heads != 0 then cost / heads else null"},
        )
        says = [
            rules.decide(decision, {"cost": Decimal(20), "heads": heads}).value
            for heads in (0, 1, 5)
        ]
        assert says == ["nobody", "dear", "cheap"]


class TestADecisionThatWasNotChecked:
    def test_is_refused(self, rules):
        raw = replace(CAB.rules[0].condition, type=None)
        unchecked = replace(CAB, rules=(replace(CAB.rules[0], condition=raw),))
        with pytest.raises(NoVerdict, match="'r0' of decision 'cab-verdict' has not been checked"):
            rules.decide(unchecked, {"members": 3, "rejects": 1, "includes": 1})


class TestContentHash:
    def test_is_the_same_for_the_same_content(self):
        assert content_hash(a_decision(AGE, "age > 3 -> x")) == content_hash(
            a_decision(AGE, "age   >   3 -> x")
        )
        assert len(content_hash(CAB)) == 64

    def test_does_not_mind_titles_and_tests(self):
        assert content_hash(replace(CAB, title="Another", tests=())) == content_hash(CAB)

    @pytest.mark.parametrize(
        "other",
        [
            replace(CAB, key="another"),
            replace(CAB, rules=CAB.rules[::-1]),
            replace(CAB, rules=(*CAB.rules, Rule("more", {"says": "x"}))),
            replace(CAB, optional=frozenset({"members"})),
            replace(CAB, inputs={**CAB.inputs, "members": VOTES}),
            replace(CAB, settings={"share": replace(SHARE, value=Fraction(3, 4))}),
            replace(CAB, rules=tuple(replace(rule, because="x") for rule in CAB.rules)),
        ],
    )
    def test_changes_with_whatever_may_change_a_verdict(self, other):
        assert content_hash(other) != content_hash(CAB)

    def test_tells_numbers_from_texts(self):
        one = a_decision({"x": TEXT, "y": MEMBERS}, 'x = "1" -> a')
        assert content_hash(one) != content_hash(
            a_decision({"x": TEXT, "y": MEMBERS}, "y = 1 -> a")
        )


VOTED = {"members": 3, "rejects": 2, "includes": 2}


class TestWhatIsAssumed:
    def an_honest_board(self):
        names = {"members": MEMBERS, "rejects": VOTES, "includes": VOTES}
        return replace(CAB, assuming=(sound("rejects + includes <= members", names),))

    def test_is_an_obligation_on_who_asks(self, rules):
        with pytest.raises(NoVerdict) as caught:
            rules.decide(self.an_honest_board(), VOTED)
        assert str(caught.value) == (
            "Decision 'cab-verdict' assumes rejects + includes <= members, and that is broken by "
            "members = 3, rejects = 2, includes = 2. "
            "See that the inputs meet it, or mend what the decision assumes."
        )

    def test_changes_nothing_where_it_holds(self, rules):
        inputs = {**VOTED, "includes": 1}
        assert rules.decide(self.an_honest_board(), inputs).value == "rejected"

    def test_makes_another_decision(self):
        assert content_hash(self.an_honest_board()) != content_hash(CAB)


class TestWhatIsComputed:
    def a_bill(self, **over):
        decision = a_decision(AGE, "age > 3 -> old", "-> young", **over)
        return replace(
            decision,
            outputs={"says": TEXT, "fee": WHOLE_NUMBER},
            derived={"fee": sound("2 * age", AGE, expected=WHOLE_NUMBER)},
        )

    def test_stands_beside_what_rules_say(self, rules):
        assert rules.decide(self.a_bill(), {"age": 5}).output == {"says": "old", "fee": 10}

    def test_is_one_value_whatever_rules_hold(self, rules):
        verdict = rules.decide(self.a_bill(hits="all"), {"age": 5})
        assert verdict.output == {"says": ("old",), "fee": 10}

    def test_needs_no_rules(self, rules):
        bill = self.a_bill()
        decision = replace(bill, rules=(), outputs={"fee": WHOLE_NUMBER})
        verdict = rules.decide(decision, {"age": 5})
        assert (verdict.hits, verdict.output) == ((), {"fee": 10})
