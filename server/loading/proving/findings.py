"""The questions that are asked of a table, and what is found."""

from __future__ import annotations

import enum
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.domain.decision import Decision, Hits, ranks
from server.domain.expression import Expression, evaluate
from server.domain.expression.nowhere import EPOCH, NOWHERE
from server.domain.values import Value
from server.loading.proving.claims import every
from server.loading.proving.reading import Reading
from server.loading.proving.searching import (
    PIECES,
    Example,
    Given,
    Row,
    Rows,
    Search,
    TooLong,
    Work,
)
from server.loading.proving.space import Fact, Facts, Space, Statement

SHOWN = 3
"""Gaps, and pairs of rules, that are told of one table."""


class Fault(enum.StrEnum):
    """What may be wrong with the rules of a decision."""

    GAP = "gap"
    OVERLAP = "overlap"
    NEVER = "never"
    HIDDEN = "hidden"
    NO_OTHERWISE = "no-otherwise"
    NOTHING_FITS = "nothing-fits"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Finding:
    """`rules` are the numbers of the rules concerned; `example` inputs that show it.

    OPEN is no fault: `about` could be neither proved nor refuted; without it, the table is too large
    to be looked at whole.
    """

    fault: Fault
    rules: tuple[int, ...] = ()
    example: Example | None = None
    about: Fault | None = None


def survey(decision: Decision) -> Iterator[Finding]:
    """All that is wrong with the rules of a decision, and what could not be settled."""
    yield from _Survey(decision).findings()


class _Survey:
    def __init__(self, decision: Decision) -> None:
        self._decision = decision
        reading = Reading(decision)
        conditions = [
            None if rule.condition is None else reading.condition(rule.condition.tree)
            for rule in decision.rules
        ]
        assumed = every(reading.condition(item.tree) for item in decision.assuming)
        told = [item for item in conditions if item is not None]
        switched = reading.switched()
        space = Space.over(reading.variables, [*told, assumed, switched])
        self._space = space
        self._assumed = space.statement(assumed)
        self._switched = space.statement(switched)
        self._holds = [None if item is None else space.statement(item) for item in conditions]
        self._fails = [None if item is None else space.negated(item) for item in conditions]
        self._boxes = [_row(item, len(space.variables)) for item in self._holds]
        self._rows = Rows(space, [row if row is not None else {} for row in self._boxes])
        self._boxed = sum(1 << index for index, row in enumerate(self._boxes) if row is not None)
        self._loose = [
            index
            for index, row in enumerate(self._boxes)
            if row is None and self._holds[index] is not None
        ]
        self._places = ranks(decision) if decision.hits is Hits.PRIORITY else ()
        self._living: frozenset[int] | None = None
        self._work = Work(PIECES)

    def findings(self) -> Iterator[Finding]:
        decision = self._decision
        if decision.assuming and (yield from self._contradictory()):
            return
        numbers = [index for index, item in enumerate(self._holds) if item is not None]
        states = {number: self._state(number) for number in numbers}
        alive = [number for number in numbers if states[number] is not Fault.NEVER]
        for number in numbers:
            if states[number] is Fault.NEVER:
                yield Finding(Fault.NEVER, (number,))
                continue
            hidden = self._hidden(number, alive)
            if hidden is not None:
                yield hidden
            elif states[number] is Fault.OPEN:
                yield Finding(Fault.OPEN, (number,), about=Fault.NEVER)
            if self._work.left < 0:
                yield Finding(Fault.OPEN)
                return
        if decision.hits in {Hits.EXACTLY_ONE, Hits.ANY}:
            yield from self._overlaps(alive)
        yield from self._gaps(numbers)

    # -- the questions ------------------------------------------------------------------------

    def _contradictory(self) -> Generator[Finding, None, bool]:
        example, is_open = self._ask([], [], lambda _given: True)
        if example is None and not is_open:
            yield Finding(Fault.NOTHING_FITS)
            return True
        return False

    def _state(self, number: int) -> Fault | None:
        """NEVER where a rule holds for nothing at all, OPEN where that is not known."""
        box = self._boxes[number]
        if self._assumed is True and box is not None and self._is_plain(box):
            return None  # every cell of a row over inputs takes something
        example, is_open = self._ask([number], [], self._holding([number]))
        if example is not None:
            return None
        return Fault.OPEN if is_open else Fault.NEVER

    def _is_plain(self, box: Iterable[int]) -> bool:
        """Whether a row asks for inputs alone; what is computed need not reach its cells."""
        return all(self._space.variables[place].node is None for place in box)

    def _before(self, number: int, alive: Sequence[int]) -> Sequence[int]:
        """The rules that decide instead of this one where both hold, and that may."""
        if self._decision.hits not in {Hits.FIRST, Hits.PRIORITY}:
            return ()
        found = [item for item in self._meeting(number) if item in self._alive_of(alive)]
        if self._decision.hits is Hits.FIRST:
            return [item for item in found if item < number]
        mine = (self._places[number], number)
        return [item for item in found if (self._places[item], item) < mine]

    def _meeting(self, number: int) -> Sequence[int]:
        """The other rules that may hold where this one does."""
        if self._boxes[number] is None:
            return [item for item in range(len(self._holds)) if item != number]
        bits = self._rows.overlapping(number) & self._boxed
        found = [item for item in self._loose if item != number]
        while bits:
            low = bits & -bits
            found.append(low.bit_length() - 1)
            bits ^= low
        return sorted(found)

    def _alive_of(self, alive: Sequence[int]) -> frozenset[int]:
        if self._living is None:
            self._living = frozenset(alive)
        return self._living

    def _hidden(self, number: int, alive: Sequence[int]) -> Finding | None:
        """That rules which decide instead of it hold wherever a rule does."""
        before = self._before(number, alive)
        if not before:
            return None
        example, is_open = self._ask(
            [number],
            before,
            lambda given: (
                self._held(number, given) and not any(self._held(item, given) for item in before)
            ),
        )
        if example is not None:
            return None
        if is_open:
            return Finding(Fault.OPEN, (number,), about=Fault.HIDDEN)
        hiding = tuple(item for item in before if self._meet(item, number))
        return Finding(Fault.HIDDEN, (number, *hiding))

    def _meet(self, one: int, other: int) -> bool:
        example, is_open = self._ask([one, other], [], lambda _given: True)
        return example is not None or is_open

    def _overlaps(self, numbers: Sequence[int]) -> Iterator[Finding]:
        """Pairs of rules that hold at once though they must not."""
        told: list[Finding] = []
        is_open: list[tuple[int, int]] = []
        for one, other in self._pairs(numbers):
            rules = self._decision.rules
            if self._decision.hits is Hits.ANY and rules[one].then == rules[other].then:
                continue
            if len(told) == SHOWN and len(numbers) > SHOWN * SHOWN:
                break
            search, statements, _ = self._question([one, other], [], self._holding((one, other)))
            example = search.first([*statements, self._switched])
            if example is not None:
                told.append(Finding(Fault.OVERLAP, (one, other), example))
            elif search.is_open:
                is_open.append((one, other))
        yield from told
        yield from (Finding(Fault.OPEN, pair, about=Fault.OVERLAP) for pair in is_open[:SHOWN])

    def _pairs(self, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Pairs whose cells have something in common."""
        kept = set(numbers)
        for one in numbers:
            for other in self._meeting(one):
                if other > one and other in kept:
                    yield one, other

    def _gaps(self, numbers: Sequence[int]) -> Iterator[Finding]:
        """Inputs for which no rule holds; or that `otherwise` is never needed."""
        otherwise = [index for index, item in enumerate(self._holds) if item is None]
        search, statements, excluded = self._question(
            [], numbers, lambda given: not any(self._held(item, given) for item in numbers)
        )
        if otherwise:
            if search.first(statements, excluded) is None and not search.is_open:
                yield Finding(Fault.NO_OTHERWISE, (otherwise[0],))
            return
        if not numbers or self._decision.hits is Hits.COLLECT_COUNT:
            return  # without rules, and where they are counted, none need hold
        statements.append(self._switched)
        found: list[Example] = []
        try:
            for example in search.examples(statements, excluded):
                found.append(example)
                if len(found) == SHOWN:
                    break
        except TooLong:
            search.is_open = True
        yield from (Finding(Fault.GAP, example=example) for example in found)
        if not found and search.is_open:
            yield Finding(Fault.OPEN, about=Fault.GAP)

    # -- asking -------------------------------------------------------------------------------

    def _ask(
        self, holding: Sequence[int], failing: Sequence[int], is_answer: Callable[[Given], bool]
    ) -> tuple[Example | None, bool]:
        """Inputs for which some rules hold and others do not; and whether it stays open."""
        search, statements, excluded = self._question(holding, failing, is_answer)
        return search.first(statements, excluded), search.is_open

    def _question(
        self, holding: Sequence[int], failing: Sequence[int], is_answer: Callable[[Given], bool]
    ) -> tuple[Search, list[Statement], int]:
        statements: list[Statement] = [self._assumed]
        statements += [item for number in holding if (item := self._holds[number]) is not None]
        excluded = 0
        for number in failing:
            fails = self._fails[number]
            assert fails is not None
            if self._boxes[number] is None:
                statements.append(fails)
            else:
                excluded |= 1 << number

        def is_fit(given: Given) -> bool:
            names = self._names(given)
            return all(_is_true(item, names) for item in self._decision.assuming) and is_answer(
                given
            )

        return Search(self._space, self._rows, is_fit, self._work), statements, excluded

    def _names(self, given: Given) -> Mapping[str, Value]:
        """Everything that conditions read, as the rules engine makes it of the inputs."""
        names = {
            **{name: setting.value for name, setting in self._decision.settings.items()},
            **given,
        }
        for name, expression in self._decision.computed.items():
            names[name] = evaluate(expression, names, NOWHERE, EPOCH)
        return names

    def _holding(self, numbers: Sequence[int]) -> Callable[[Given], bool]:
        """Whether all of these rules hold, as a question about inputs."""
        return lambda given: all(self._held(number, given) for number in numbers)

    def _held(self, number: int, given: Given) -> bool:
        condition = self._decision.rules[number].condition
        return condition is not None and _is_true(condition, self._names(given))


def _is_true(condition: Expression, names: Mapping[str, Value]) -> bool:
    return bool(evaluate(condition, names, NOWHERE, EPOCH))


def _row(statement: Statement | None, variables: int) -> Row | None:
    """The statement as a row of cells, where it is one: no claim over several variables in it."""
    match statement:
        case True:
            return {}
        case Fact():
            facts = [statement]
        case Facts(is_all=True, parts=parts):
            facts = [part for part in parts if isinstance(part, Fact)]
            if len(facts) < len(parts):
                return None
        case _:
            return None
    row = {fact.at: fact.bits for fact in facts}
    return row if all(at < variables for at in row) else None
