"""What is proved of a table is so: beside every input that there is, and by examples from life."""

import itertools
import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from server.domain.decision import Hits, Setting
from server.domain.expression import evaluate
from server.domain.expression.nowhere import EPOCH, NOWHERE
from server.domain.values import DATE_TIME, TEXT, WHOLE_NUMBER, YES_NO, Kind, Type
from server.loading.proving import Fault, survey
from server.loading.proving.wording import spoken
from tests.rules.tables import a_decision, sound

IMPACT = Type(Kind.CHOICE, choices=("minor", "moderate", "extensive"))
COUNT = replace(WHOLE_NUMBER, at_least=Decimal(0))
MEMBERS = replace(WHOLE_NUMBER, at_least=Decimal(1))
FRACTION = Type(Kind.FRACTION)
MONEY = Type(Kind.MONEY)
DURATION = Type(Kind.DURATION)


def told(decision):
    """What is found, as short sentences."""
    return [
        " ".join(
            filter(
                None,
                [
                    item.fault.value,
                    "/".join(decision.rules[number].key for number in item.rules),
                    spoken(item.example) if item.example else "",
                    f"({item.about.value})" if item.about else "",
                ],
            )
        )
        for item in survey(decision)
    ]


def cab(share, *assumptions, members=MEMBERS):
    """The vote of a change advisory board, as the white paper has it."""
    inputs = {"members": members, "rejects": COUNT, "includes": COUNT}
    setting = Setting("share", FRACTION, Fraction(share))
    names = {**inputs, "share": FRACTION}
    return a_decision(
        inputs,
        "rejects >= share * members -> rejected",
        "includes >= share * members -> included",
        "-> carried_over",
        hits="exactly-one",
        settings=[setting],
        assuming=tuple(sound(text, names, (), YES_NO) for text in assumptions),
    )


class TestTheVoteOfTheBoard:
    def test_is_proved_where_the_board_has_members_and_nobody_votes_twice(self):
        assert told(cab("2/3", "rejects + includes <= members")) == []

    def test_fails_for_an_empty_board(self):
        decision = cab("2/3", "rejects + includes <= members", members=COUNT)

        assert told(decision) == [
            "overlap r0/r1 when members is 0, rejects is 0 and includes is 0"
        ]

    def test_fails_where_a_member_may_mark_one_request_both_ways(self):
        decision = cab("2/3", "rejects <= members", "includes <= members")

        assert told(decision) == [
            "overlap r0/r1 when members is 1, rejects is 1 and includes is 1"
        ]

    def test_fails_where_an_organisation_lowers_the_share_to_one_half(self):
        decision = cab("1/2", "rejects + includes <= members")

        assert told(decision) == [
            "overlap r0/r1 when members is 2, rejects is 1 and includes is 1"
        ]

    @pytest.mark.parametrize("share", ["51/100", "3/5", "2/3", "3/4", "1"])
    def test_is_proved_for_every_larger_share(self, share):
        assert told(cab(share, "rejects + includes <= members")) == []


class TestGaps:
    def test_are_told_as_regions(self):
        decision = a_decision(
            {"impact": IMPACT, "external": YES_NO},
            "impact = extensive -> a",
            "external = false -> b",
        )

        assert told(decision) == ["gap when impact is minor or moderate and external is yes"]

    def test_between_two_bounds_are_found(self):
        decision = a_decision({"cost": MONEY}, "cost < 10 -> low", "cost > 10 -> high")

        assert told(decision) == ["gap when cost is 10"]

    def test_between_whole_numbers_there_is_nothing(self):
        decision = a_decision({"age": WHOLE_NUMBER}, "age <= 10 -> low", "age >= 11 -> high")

        assert told(decision) == []

    def test_of_unknown_inputs_are_found(self):
        decision = a_decision(
            {"age": WHOLE_NUMBER}, "age in [0..5] -> a", "age in [6..9] -> b", optional=["age"]
        )

        assert told(decision) == ["gap when age is at most -1, at least 10 or unknown"]

    def test_of_durations_are_told_in_days_and_hours(self):
        decision = a_decision(
            {"age": DURATION},
            'age < duration("P3D") -> a',
            'age >= duration("P4D") -> b',
        )

        [gap] = told(decision)
        assert gap.startswith("gap when age is from 3 days to ")

    def test_of_texts_are_those_not_named(self):
        decision = a_decision({"kind": TEXT}, 'kind = "door" -> a', 'kind in ["lock", "key"] -> b')

        assert told(decision) == ["gap when kind is something else"]

    def test_are_none_where_otherwise_stands(self):
        assert told(a_decision({"age": WHOLE_NUMBER}, "age < 3 -> a", "-> b")) == []

    def test_otherwise_is_told_where_it_is_never_needed(self):
        decision = a_decision({"sound": YES_NO}, "sound = true -> a", "sound = false -> b", "-> c")

        assert told(decision) == ["no-otherwise r2"]


class TestRulesThatNeverDecide:
    def test_because_their_conditions_contradict_themselves(self):
        decision = a_decision({"age": WHOLE_NUMBER}, "age > 5 and age < 3 -> a", "-> b")

        assert told(decision) == ["never r0"]

    def test_because_others_hold_before_them(self):
        decision = a_decision(
            {"age": WHOLE_NUMBER}, "age > 3 -> a", "age < 9 -> b", "age = 5 -> c", "-> d"
        )

        assert told(decision) == ["hidden r2/r0/r1", "no-otherwise r3"]

    def test_because_of_what_a_setting_says(self):
        decision = a_decision(
            {"impact": IMPACT},
            "weight >= limit -> high",
            "-> low",
            settings=[Setting("limit", WHOLE_NUMBER, 9)],
            computed={
                "weight": "if impact = extensive then 5 else if impact = minor then 0 else 3"
            },
        )

        assert told(decision) == ["never r0"]

    def test_because_of_two_inputs_at_once(self):
        decision = a_decision(
            {"begins": DATE_TIME, "ends": DATE_TIME},
            "begins <= ends -> fine",
            "begins > ends and ends > begins -> never",
            "-> wrong",
        )

        assert told(decision) == ["never r1"]


def test_rules_of_any_may_agree_and_not_differ():
    decision = a_decision(
        {"a": YES_NO, "b": YES_NO}, "a -> x", "b -> x", "not(a) and b -> y", "-> z", hits="any"
    )

    assert told(decision) == ["overlap r1/r2 when a is no and b is yes"]


def test_what_cannot_be_settled_is_said_to_be_open_and_nothing_is_claimed():
    decision = a_decision(
        {"a": WHOLE_NUMBER, "b": WHOLE_NUMBER},
        "a * a * a + b * b * b = 33 -> x",
        "a * a * a + b * b * b = 34 -> y",
        hits="exactly-one",
    )

    assert all("gap" in item or "open" in item for item in told(decision))


class TestBesideEveryInputThereIs:
    """A thousand random tables over few inputs: what is told is what trying them all tells."""

    CONDITIONS = (
        "n < {i}", "n >= {i}", "n = {i}", "n in [{i}..{j}]", "not(n = {i})", "n != {i}",
        "m is null", "m is not null", "m = {i}", "m is not null and m > {i}", "m in [{i}, null]",
        "n + k > {i}", "n <= k", "2 * n - k = {i}", "n + {i} > 2 * k", "k * n >= {j}",
        "c = minor", "c in [minor, extensive]", "c != d", "d is null", "c = d", "d = extensive",
        "y", "y = false", "y = (n > {i})", "n - k > share * {j}", "weight > {i}", "weight + n = k",
        "(if y then n else k) > {i}", "min(n, k) = {i}", "n between {i} and k",
    )  # fmt: skip
    LOW, HIGH = 0, 3

    def table(self, chance):
        number = Type(Kind.WHOLE_NUMBER, at_least=Decimal(self.LOW), at_most=Decimal(self.HIGH))
        inputs = {"n": number, "k": number, "m": number, "c": IMPACT, "d": IMPACT, "y": YES_NO}

        def condition():
            text = chance.choice(self.CONDITIONS)
            text = text.format(i=chance.randrange(-1, 4), j=chance.randrange(4, 7))
            return f"not({text})" if chance.random() < 0.15 else f"({text})"

        def joined():
            parts = [condition() for _ in range(chance.choice((1, 1, 2, 2, 3)))]
            return chance.choice((" and ", " and ", " or ")).join(parts)

        rules = [f"{joined()} -> {chance.choice('uvw')}" for _ in range(chance.randrange(1, 6))]
        assuming = [joined()] if chance.random() < 0.3 else []
        settings = [Setting("share", FRACTION, Fraction(1, 2))]
        names = {**inputs, "share": FRACTION, "weight": WHOLE_NUMBER}
        return a_decision(
            inputs,
            *rules,
            *(["-> z"] if chance.random() < 0.3 else []),
            hits=chance.choice(("first", "exactly-one", "any")),
            settings=settings,
            computed={"weight": "if c = minor then n else if y then 2 else k + 1"},
            optional=["m", "d"],
            assuming=tuple(sound(text, names, ("m", "d"), YES_NO) for text in assuming),
        )

    @pytest.mark.parametrize(
        "seeds", [range(60), pytest.param(range(60, 1000), marks=pytest.mark.slow)], ids=str
    )
    def test_the_same_is_found(self, seeds):
        opened = 0
        for seed in seeds:
            decision = self.table(random.Random(seed))
            found = list(survey(decision))
            opened += self.compare(decision, found, seed)
        assert opened <= len(seeds) / 10

    def compare(self, decision, found, seed):
        """Compare with every input; how many questions stayed open."""
        values = [*range(self.LOW, self.HIGH + 1)]
        choices = IMPACT.choices
        options = (values, values, [*values, None], choices, [*choices, None], (True, False))
        asked = [index for index, rule in enumerate(decision.rules) if rule.condition is not None]
        hits = set()
        for combination in itertools.product(*options):
            names = {
                **dict(zip(decision.inputs, combination, strict=True)),
                "share": Fraction(1, 2),
            }
            for key, item in decision.computed.items():
                names[key] = evaluate(item, names, NOWHERE, EPOCH)
            if all(evaluate(item, names, NOWHERE, EPOCH) for item in decision.assuming):
                hits.add(
                    tuple(
                        number
                        for number in asked
                        if evaluate(decision.rules[number].condition, names, NOWHERE, EPOCH)
                    )
                )
        faults = {(item.fault, item.rules[:1]) for item in found}
        pairs = {item.rules for item in found if item.fault is Fault.OVERLAP}
        open_about = {(item.about, item.rules[:1]) for item in found if item.fault is Fault.OPEN}
        if not hits:
            assert open_about or (Fault.NOTHING_FITS, ()) in faults, seed
            return 0
        assert (Fault.NOTHING_FITS, ()) not in faults, seed
        for number in asked:
            never = not any(number in hit for hit in hits)
            decides = any(hit[:1] == (number,) for hit in hits)
            claimed = {fault for fault, rules in faults if rules == (number,)}
            if Fault.OPEN not in claimed:
                idle = decision.hits is Hits.FIRST and not decides
                assert bool(claimed & {Fault.NEVER, Fault.HIDDEN}) is (never or idle), seed
            assert Fault.NEVER not in claimed or never, seed
            assert Fault.HIDDEN not in claimed or not decides, seed
        if decision.hits is not Hits.FIRST:
            rules = decision.rules
            for one, other in itertools.combinations(asked, 2):
                both = any(one in hit and other in hit for hit in hits)
                if decision.hits is Hits.ANY:
                    both = both and rules[one].then != rules[other].then
                if (Fault.OVERLAP, (one,)) not in open_about:
                    assert ((one, other) in pairs) is both, (seed, one, other)
        gap = () in hits
        if (Fault.GAP, ()) not in open_about:
            if len(asked) < len(decision.rules):
                assert not gap or (Fault.NO_OTHERWISE, (len(asked),)) not in faults, seed
            else:
                assert ((Fault.GAP, ()) in faults) is gap, seed
        return len(open_about)


def test_a_duration_is_written_as_people_say_it():
    decision = a_decision({"age": DURATION}, 'age != duration("PT36H") -> a')

    assert told(decision) == ["gap when age is 36 hours"]


def test_by_priority_a_rule_is_hidden_by_those_that_rank_higher():
    decision = replace(
        a_decision({"age": WHOLE_NUMBER}, "age > 5 -> low", "age > 3 -> high", "-> none"),
        hits=Hits.PRIORITY,
        outputs={"says": Type(Kind.CHOICE, choices=("high", "low", "none"))},
    )

    assert told(decision) == ["hidden r0/r1"]


def test_where_rules_are_counted_none_need_hold():
    decision = a_decision({"age": WHOLE_NUMBER}, "age > 5 -> a", hits="collect-count")

    assert told(decision) == []
