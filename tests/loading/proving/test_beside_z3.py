"""What is proved of a table is what z3 says, which knows neither our pieces nor our bounds.

Tables are made by chance, each condition as text and as a formula of z3 at once. z3 is asked
whether inputs are left over, and whether two rules hold at once, over all whole numbers, fractions
and choices that there are.
"""

from __future__ import annotations

import importlib
import random
from fractions import Fraction
from typing import Any

import pytest

from server.domain.values import WHOLE_NUMBER, YES_NO, Kind, Type
from server.loading.proving import Fault, survey
from tests.conftest import REQUIRED
from tests.rules.tables import a_decision

pytestmark = pytest.mark.slow

CHOICES = ("minor", "moderate", "extensive")
INPUTS = {
    "count": WHOLE_NUMBER,
    "other": WHOLE_NUMBER,
    "share": Type(Kind.FRACTION),
    "impact": Type(Kind.CHOICE, choices=CHOICES),
    "external": YES_NO,
}
SIGNS = {
    "<": lambda one, two: one < two,
    "<=": lambda one, two: one <= two,
    "=": lambda one, two: one == two,
    "!=": lambda one, two: one != two,
    ">=": lambda one, two: one >= two,
    ">": lambda one, two: one > two,
}


class Draw:
    """Conditions by chance, as texts and as formulas."""

    def __init__(self, z3: Any, seed: int) -> None:
        self.z3 = z3
        self.chance = random.Random(seed)
        self.count, self.other, self.impact = z3.Ints("count other impact")
        self.share, self.external = z3.Real("share"), z3.Bool("external")

    def condition(self, depth: int = 2) -> tuple[str, Any]:
        kind = self.chance.choice(("atom", "atom", "and", "or", "not")) if depth else "atom"
        if kind == "atom":
            return self.atom()
        text, formula = self.condition(depth - 1)
        if kind == "not":
            return f"not({text})", self.z3.Not(formula)
        other_text, other = self.condition(depth - 1)
        join = self.z3.And if kind == "and" else self.z3.Or
        return f"({text} {kind} {other_text})", join(formula, other)

    def atom(self) -> tuple[str, Any]:
        chance, z3 = self.chance, self.z3
        sign = chance.choice(tuple(SIGNS))
        match chance.randrange(6):
            case 0:
                value = chance.choice(CHOICES)
                return f"impact = {value}", self.impact == CHOICES.index(value)
            case 1:
                return "external", self.external
            case 2:
                low, length = chance.randint(-3, 3), chance.randint(1, 3)
                inside = z3.And(self.count >= low, self.count < low + length)
                return f"count in [{low}..{low + length})", inside
            case 3:
                bound = Fraction(chance.randint(-4, 4), chance.randint(1, 3))
                text = f"share {sign} {bound.numerator} / {bound.denominator}"
                return text, SIGNS[sign](self.share, z3.Q(bound.numerator, bound.denominator))
            case 4:
                times, plus = chance.randint(1, 3), chance.randint(-4, 4)
                formula = SIGNS[sign](times * self.count + plus, self.other)
                return f"{times} * count + {plus} {sign} other", formula
            case _:
                formula = SIGNS[sign](2 * self.share, z3.ToReal(self.count))
                return f"2 * share {sign} count", formula

    def rules(self) -> list[tuple[str, Any]]:
        """Rules that share everything out among them; half of the times one is spoilt."""
        rules = [self.condition(1)]
        rules.append((f"not({rules[0][0]})", self.z3.Not(rules[0][1])))
        for _ in range(self.chance.randint(0, 2)):
            text, formula = rules.pop(self.chance.randrange(len(rules)))
            by, split = self.condition(1)
            rules.append((f"{text} and {by}", self.z3.And(formula, split)))
            rules.append((f"{text} and not({by})", self.z3.And(formula, self.z3.Not(split))))
        if self.chance.random() < 0.5:
            text, formula = rules.pop()
            by, other = self.atom()
            word, join = self.chance.choice((("and", self.z3.And), ("or", self.z3.Or)))
            rules.append((f"({text}) {word} {by}", join(formula, other)))
        return rules

    def is_possible(self, *formulas: Any) -> bool:
        solver = self.z3.Solver()
        solver.add(self.impact >= 0, self.impact < len(CHOICES), *formulas)
        answer = solver.check()
        assert answer != self.z3.unknown
        return bool(answer == self.z3.sat)


@pytest.fixture(scope="module")
def z3() -> Any:
    return importlib.import_module("z3") if REQUIRED else pytest.importorskip("z3")


@pytest.mark.parametrize("seed", range(12))
def test_gaps_overlaps_and_idle_rules_are_those_that_z3_finds(z3, seed):
    draw = Draw(z3, seed)
    settled = 0
    for turn in range(25):
        # given a table of two to four rules
        made = draw.rules() if turn % 4 else [draw.condition() for _ in range(3)]
        texts, formulas = [text for text, _ in made], [formula for _, formula in made]
        used = {name: typ for name, typ in INPUTS.items() if any(name in text for text in texts)}
        rules = [f"{text} -> {number}" for number, text in enumerate(texts)]

        # when it is proved
        found = list(survey(a_decision(used, *rules, hits="exactly-one")))

        # then there are gaps, overlaps and rules that never hold just where z3 finds them
        pairs = [(one, two) for i, one in enumerate(formulas) for two in formulas[:i]]
        never = {n for n, formula in enumerate(formulas) if not draw.is_possible(formula)}
        expected = {
            Fault.GAP: draw.is_possible(*(z3.Not(formula) for formula in formulas)),
            Fault.OVERLAP: any(draw.is_possible(one, two) for one, two in pairs),
            Fault.NEVER: bool(never),
        }
        not_proved = {item.about for item in found if item.fault is Fault.OPEN}
        told = {item.fault for item in found}
        for fault, there_is in expected.items():
            if not not_proved & {fault, None}:
                settled += 1
                assert (fault in told) == there_is, (fault, texts)
        if not not_proved:
            assert never == {item.rules[0] for item in found if item.fault is Fault.NEVER}, texts
    assert settled > 70
