"""Linear inequalities over exact numbers, some of them whole: a solution, or the proof of none.

Fourier and Motzkin's elimination: two inequalities that bound a variable from either side make one
without it. What is contradictory in the end was so in the beginning. Otherwise the variables are
given values in turn, the simplest that fit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from server.domain.values import DECIMAL_PLACES

MOST = 400
"""Inequalities that one elimination may come to."""
TRIES = 2_000
"""Values that are tried in all."""
WIDTH = 40
"""Whole numbers that are tried for one variable."""


class Undecided(Exception):  # noqa: N818  neither a solution nor a proof was found
    """It would take too long to tell."""


@dataclass(frozen=True, slots=True)
class Below:
    """The sum of `parts`, each a variable times its factor, plus `constant` is at most zero.

    With `strict` it is less than zero.
    """

    parts: tuple[tuple[str, Fraction], ...]
    constant: Fraction
    strict: bool = False


def below(
    parts: Mapping[str, Fraction], constant: Fraction, *, strict: bool, whole: frozenset[str]
) -> Below:
    """The inequality in the one form that all its equals have."""
    kept = tuple(sorted((name, factor) for name, factor in parts.items() if factor))
    if not kept:
        return Below((), constant, strict)
    if whole.issuperset(name for name, _ in kept):
        scale = Fraction(
            math.lcm(*(factor.denominator for _, factor in kept)),
            1,
        )
        scale /= math.gcd(*(int(factor * scale) for _, factor in kept))
        scaled = constant * scale
        # whole numbers below c are at most the next whole number under it
        rounded = math.floor(scaled) + 1 if strict else math.ceil(scaled)
        return Below(tuple((name, factor * scale) for name, factor in kept), Fraction(rounded))
    scale = 1 / abs(kept[0][1])
    return Below(tuple((name, factor * scale) for name, factor in kept), constant * scale, strict)


def solve(
    inequalities: Iterable[Below], whole: frozenset[str], decimal: frozenset[str] = frozenset()
) -> Mapping[str, Fraction] | None:
    """Values for all variables that meet every inequality; None where it is proved there are none.

    `whole` variables take whole numbers, `decimal` ones what can be written after a point.

    Raises:
        Undecided: neither was found.
    """
    stages: list[tuple[str, list[Below]]] = []
    left = list(dict.fromkeys(inequalities))
    names = dict.fromkeys(name for item in left for name, _ in item.parts)
    while True:
        if any(not item.parts and _is_false(item) for item in left):
            return None
        left = [item for item in left if item.parts]
        if not left:
            break
        name = _easiest(left)
        bounding = [item for item in left if any(part == name for part, _ in item.parts)]
        stages.append((name, bounding))
        rest = [item for item in left if item not in bounding]
        left = list(dict.fromkeys([*rest, *_without(name, bounding, whole)]))
        if len(left) > MOST:
            raise Undecided
    bounded = {name for name, _ in stages}
    stages.extend((name, []) for name in names if name not in bounded)
    return _Search(stages, whole, decimal).run()


def _is_false(item: Below) -> bool:
    return item.constant > 0 or (item.strict and item.constant == 0)


def _easiest(items: Sequence[Below]) -> str:
    """The variable whose elimination makes the fewest inequalities."""
    ups: dict[str, int] = {}
    downs: dict[str, int] = {}
    for item in items:
        for name, factor in item.parts:
            counts = ups if factor > 0 else downs
            counts[name] = counts.get(name, 0) + 1
    names = sorted(ups.keys() | downs.keys())
    return min(names, key=lambda name: ups.get(name, 0) * downs.get(name, 0))


def _without(name: str, items: Sequence[Below], whole: frozenset[str]) -> Iterator[Below]:
    ups = [item for item in items if dict(item.parts)[name] > 0]
    downs = [item for item in items if dict(item.parts)[name] < 0]
    for up in ups:
        for down in downs:
            one, other = dict(up.parts), dict(down.parts)
            first, second = -other[name], one[name]
            parts = {
                key: one.get(key, Fraction(0)) * first + other.get(key, Fraction(0)) * second
                for key in one.keys() | other.keys()
                if key != name
            }
            constant = up.constant * first + down.constant * second
            yield below(parts, constant, strict=up.strict or down.strict, whole=whole)


@dataclass(slots=True)
class _Search:
    """Gives the variables values, the last eliminated first."""

    stages: list[tuple[str, list[Below]]]
    whole: frozenset[str]
    decimal: frozenset[str]
    tries: int = 0
    is_complete: bool = True

    def run(self) -> Mapping[str, Fraction] | None:
        values: dict[str, Fraction] = {}
        if self._given(len(self.stages) - 1, values):
            return values
        if self.is_complete:
            return None
        raise Undecided

    def _given(self, at: int, values: dict[str, Fraction]) -> bool:
        if at < 0:
            return True
        name, items = self.stages[at]
        for value in self._candidates(name, items, values):
            self.tries += 1
            if self.tries > TRIES:
                self.is_complete = False
                return False
            values[name] = value
            if self._given(at - 1, values):
                return True
        values.pop(name, None)
        return False

    def _candidates(
        self, name: str, items: Sequence[Below], values: Mapping[str, Fraction]
    ) -> Iterator[Fraction]:
        low: tuple[Fraction, bool] | None = None
        high: tuple[Fraction, bool] | None = None
        for item in items:
            factor = dict(item.parts)[name]
            rest = item.constant + sum(
                other * values[key] for key, other in item.parts if key != name
            )
            bound = (-rest / factor, item.strict)
            if factor > 0 and (high is None or (bound[0], not bound[1]) < (high[0], not high[1])):
                high = bound
            if factor < 0 and (low is None or bound > low):
                low = bound
        if name in self.whole:
            yield from self._whole_numbers(low, high)
            return
        self.is_complete = False  # there are more numbers between any two than can be tried
        yield from (
            value
            for value in _numbers(low, high)
            if name not in self.decimal or (10**DECIMAL_PLACES) % value.denominator == 0
        )

    def _whole_numbers(
        self, low: tuple[Fraction, bool] | None, high: tuple[Fraction, bool] | None
    ) -> Iterator[Fraction]:
        first = None if low is None else math.floor(low[0]) + 1 if low[1] else math.ceil(low[0])
        last = None if high is None else math.ceil(high[0]) - 1 if high[1] else math.floor(high[0])
        if first is None or last is None or last - first >= WIDTH:
            self.is_complete = False
        start = 0
        if first is not None and first > 0:
            start = first
        if last is not None and last < 0:
            start = last
        for offset in range(WIDTH):
            for value in dict.fromkeys((start + offset, start - offset)):
                if (first is None or value >= first) and (last is None or value <= last):
                    yield Fraction(value)


def _numbers(
    low: tuple[Fraction, bool] | None, high: tuple[Fraction, bool] | None
) -> Iterator[Fraction]:
    """Simple numbers between two bounds: whole ones first."""

    def fits(value: Fraction) -> bool:
        above = low is None or value > low[0] or (value == low[0] and not low[1])
        under = high is None or value < high[0] or (value == high[0] and not high[1])
        return above and under

    near = Fraction(0) if low is None else low[0]
    if low is None and high is not None:
        near = high[0]
    tried = [Fraction(0), near, *(Fraction(math.floor(near) + step) for step in range(-2, 4))]
    if low is not None and high is not None:
        middle = (low[0] + high[0]) / 2
        tried += [middle, *(Fraction(round(middle * 10**n), 10**n) for n in range(DECIMAL_PLACES))]
        tried.append(high[0])
    yield from dict.fromkeys(value for value in tried if fits(value))
