"""Looks for inputs of which all statements are true and that no excluded row takes.

One variable after another is given a piece, and what is left of the statements is looked at; what
has been found to lead nowhere is not tried again. At the end the claims over several variables are
settled, values are chosen, and whoever asked tries them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from server.domain.values import Kind, Value
from server.loading.proving.claims import Linear, Opaque
from server.loading.proving.linear import WIDTH, Below, Undecided, below, solve
from server.loading.proving.space import TRUE, Space, Statement
from server.loading.proving.variables import Other, Piece, Stretch, Variable

STATES = 30_000
"""States that one search may look at."""
PIECES = 400_000
"""Pieces that all searches about one table may look at."""
SAMPLES = 200
"""Combinations of values that are tried where something is not looked into."""

Given = Mapping[str, Value]
Row = Mapping[int, int]
"""A row of cells: for some variables the bits of the pieces that it takes."""


@dataclass(frozen=True, slots=True)
class Example:
    """Inputs that were asked for. `pieces` says how far they may be varied, where that is sure."""

    given: Given
    pieces: tuple[tuple[Variable, tuple[Piece, ...]], ...]
    is_exact: bool
    """The inputs as they are, and not all of their pieces, are what was asked for."""


@dataclass(slots=True)
class Rows:
    """Rows of cells, kept so that many can be excluded at once. A set of rows is a set of bits."""

    space: Space
    rows: Sequence[Row]
    _taking: list[list[int]] = field(default_factory=list)
    _celled: list[int] = field(default_factory=list)
    _done: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        whole = (1 << len(self.rows)) - 1
        last = [max(row, default=-1) for row in self.rows]
        done = 0
        for at in range(len(self.space.variables)):
            self._done.append(done := done | _bits(last, at - 1))
            celled = 0
            turning = [0] * (len(self.space.pieces[at]) + 1)
            for number, row in enumerate(self.rows):
                if at in row:
                    celled |= 1 << number
                    for start, end in _runs(row[at]):
                        turning[start] ^= 1 << number
                        turning[end] ^= 1 << number
            self._celled.append(celled)
            taking = whole & ~celled
            self._taking.append([])
            for turn in turning[:-1]:
                taking ^= turn
                self._taking[at].append(taking)
        self._done.append(whole)

    def taking(self, at: int, piece: int) -> int:
        """The rows that take this piece."""
        return self._taking[at][piece]

    def is_done(self, at: int, rows: int) -> bool:
        """Whether one of these rows has no cell from this variable on: it takes all that is left."""
        return bool(rows & self._done[at])

    def speaks_of(self, at: int, rows: int) -> bool:
        """Whether one of these rows has a cell of this variable."""
        return bool(rows & self._celled[at])

    def overlapping(self, row: int) -> int:
        """The rows that take something which this row takes too."""
        found = (1 << len(self.rows)) - 1
        for at, bits in self.rows[row].items():
            taking = 0
            for piece, rows in enumerate(self._taking[at]):
                if bits >> piece & 1:
                    taking |= rows
            found &= taking
        return found & ~(1 << row)


def _bits(places: Sequence[int], wanted: int) -> int:
    return sum(1 << number for number, place in enumerate(places) if place == wanted)


def _runs(bits: int) -> Iterator[tuple[int, int]]:
    """Where the ones of a number stand together: from, and up to."""
    start = 0
    while bits:
        skipped = (bits & -bits).bit_length() - 1
        bits >>= skipped
        length = (~bits & (bits + 1)).bit_length() - 1
        yield start + skipped, start + skipped + length
        bits >>= length
        start += skipped + length


class TooLong(Exception):  # noqa: N818  the question stays open
    """The search was given up."""


@dataclass(frozen=True, slots=True)
class _Tried:
    """Inputs to try; `is_all` where no others could be what is looked for."""

    givens: Iterator[Given]
    is_all: bool


_Path = tuple[tuple[int, int], ...]
"""For each variable that mattered its number and the bits of the pieces chosen."""


@dataclass(slots=True)
class Work:
    """How many pieces may still be looked at."""

    left: int

    def spend(self, pieces: int) -> None:
        """Count what is looked at.

        Raises:
            TooLong: it is more than may be.
        """
        self.left -= pieces
        if self.left < 0:
            raise TooLong


@dataclass(slots=True)
class Search:
    """One question about a space. `is_answer` tries inputs on the real rules.

    `is_open` after the search: something could be neither found nor excluded.
    """

    space: Space
    rows: Rows
    is_answer: Callable[[Given], bool]
    work: Work = field(default_factory=lambda: Work(PIECES))
    is_open: bool = False
    _states: int = 0
    _dead: set[tuple[object, ...]] = field(default_factory=set)
    _entangled: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        names: set[str] = set()
        for claim in self.space.wide:
            names.update(
                claim.variables if isinstance(claim, Opaque) else (name for name, _ in claim.parts)
            )
        for variable in self.space.variables:
            names.update((*variable.reads, variable.name) if variable.node is not None else ())
        self._entangled = frozenset(self.space.number[name] for name in names)

    def examples(self, statements: Sequence[Statement], excluded: int) -> Iterator[Example]:
        """Inputs for which every statement is true and no excluded row holds.

        Raises:
            TooLong: there may be more.
        """
        whole = self.space.joined(True, statements)
        yield from self._from(0, whole, excluded, ())

    def first(self, statements: Sequence[Statement], excluded: int = 0) -> Example | None:
        """One example, or None: there is none where `is_open` is False, else it is not known."""
        try:
            return next(self.examples(statements, excluded), None)
        except TooLong:
            self.is_open = True
            return None

    def _from(self, at: int, left: Statement, rows: int, path: _Path) -> Iterator[Example]:
        if left is False or self.rows.is_done(min(at, len(self.space.variables)), rows):
            return
        if (left is True and rows == 0) or at == self.space.count:
            yield from self._settle(path)
            return
        key = (at, left, rows, *(step for step in path if self._is_entangled(step[0])))
        if key in self._dead:
            return
        self._states += 1
        if self._states > STATES:
            raise TooLong
        found = False
        for bits, after, rest in self._ways(at, left, rows):
            step = path if bits == self.space.all_bits(at) else (*path, (at, bits))
            for example in self._from(at + 1, after, rest, step):
                found = True
                yield example
        if not found:
            self._dead.add(key)

    def _is_entangled(self, at: int) -> bool:
        """Whether what is chosen there matters when a path is settled."""
        return at in self._entangled or at >= len(self.space.variables)

    def _ways(self, at: int, left: Statement, rows: int) -> Iterator[tuple[int, Statement, int]]:
        """Sets of pieces with what is left of statements and rows; those that come to the same."""
        is_wide = at >= len(self.space.variables)
        said = not isinstance(left, bool) and _speaks_of(left, at)
        if not said and (is_wide or not self.rows.speaks_of(at, rows)):
            yield self.space.all_bits(at), left, rows
            return
        pieces = range(2 if is_wide else len(self.space.pieces[at]))
        self.work.spend(len(pieces))
        groups: dict[tuple[Statement, int, int], int] = {}
        for piece in pieces:
            after = self.space.restricted(left, at, piece)
            if after is False:
                continue
            rest = rows if is_wide else rows & self.rows.taking(at, piece)
            alone = piece if at in self._entangled else -1
            group = (after, rest, alone)
            groups[group] = groups.get(group, 0) | 1 << piece
        for (after, rest, _), bits in groups.items():
            yield bits, after, rest

    # -- the end of a path ------------------------------------------------------------------------

    def _settle(self, path: _Path) -> Iterator[Example]:
        """The inputs that a path leads to, if they are found."""
        chosen = dict(path)
        linear: list[tuple[Linear, bool]] = []
        opaque: list[Opaque] = []
        for index, claim in enumerate(self.space.wide):
            bits = chosen.get(len(self.space.variables) + index)
            if bits is None:
                continue
            if isinstance(claim, Linear):
                linear.append((claim, bits == TRUE))
            else:
                opaque.append(claim)
        is_exact = bool(linear or opaque)
        is_open = True
        for system in _systems(linear):
            try:
                solved = self._solved(system, chosen)
            except Undecided:
                continue
            if solved is None:
                is_open = False
                continue
            wide = self._loose(chosen, linear, opaque)
            tried = self._tried(chosen, solved, wide)
            for given in itertools.islice(tried.givens, SAMPLES):
                if self.is_answer(given):
                    yield Example(given, self._pieces(chosen), is_exact)
                    return
            if tried.is_all and wide.issuperset(solved):
                return
        if is_open:
            self.is_open = True

    def _loose(
        self,
        chosen: Mapping[int, int],
        linear: Sequence[tuple[Linear, bool]],
        opaque: Sequence[Opaque],
    ) -> frozenset[str]:
        """The inputs of which values are only guessed: what depends on them is not looked into."""
        names = {name for claim in opaque for name in claim.variables}
        reckoned = {name for claim, _ in linear for name, _ in claim.parts}
        for at, variable in enumerate(self.space.variables):
            if at in chosen or variable.name in reckoned:
                names.update(variable.reads)
        return frozenset(names | reckoned) if names else frozenset()

    def _solved(
        self, system: Sequence[tuple[Linear, str]], chosen: Mapping[int, int]
    ) -> Mapping[str, Fraction] | None:
        names = {name for claim, _ in system for name, _ in claim.parts}
        variables = [item for item in self.space.variables if item.name in names]
        whole = frozenset(item.name for item in variables if item.is_whole)
        found: list[Below] = []
        for variable in variables:
            found.extend(self._ends(variable, chosen, whole))
        for claim, operator in system:
            parts = dict(claim.parts)
            flipped = {name: -factor for name, factor in parts.items()}
            if operator in {"<", "<=", "="}:
                found.append(below(parts, claim.constant, strict=operator == "<", whole=whole))
            if operator in {">", ">=", "="}:
                found.append(below(flipped, -claim.constant, strict=operator == ">", whole=whole))
        decimal = frozenset(
            item.name for item in variables if item.type.kind in {Kind.NUMBER, Kind.MONEY}
        )
        return solve(found, whole, decimal)

    def _ends(
        self, variable: Variable, chosen: Mapping[int, int], whole: frozenset[str]
    ) -> Iterator[Below]:
        """The bounds that the variable's piece puts on it, or else its type."""
        at = self.space.number[variable.name]
        stretch = Stretch(*variable.ends)
        bits = chosen.get(at)
        if bits is not None:
            piece = self.space.pieces[at][_first(bits)]
            if isinstance(piece, Stretch):
                stretch = piece
        one = Fraction(1)
        name = variable.name
        yield below({name: one}, -stretch.high, strict=not stretch.has_high, whole=whole)
        yield below({name: -one}, stretch.low, strict=not stretch.has_low, whole=whole)

    def _tried(
        self,
        chosen: Mapping[int, int],
        solved: Mapping[str, Fraction],
        wide: frozenset[str],
    ) -> _Tried:
        """Inputs out of the chosen pieces; several of those that are `wide`."""
        options: list[tuple[str, Sequence[Value]]] = []
        is_all = True
        for at, variable in enumerate(self.space.variables):
            if variable.node is not None:
                continue
            if variable.name in solved and variable.name not in wide:
                options.append((variable.name, [variable.value(solved[variable.name])]))
                continue
            bits = chosen.get(at, self.space.all_bits(at))
            members = [
                piece_values(variable, piece)
                for index, piece in enumerate(self.space.pieces[at])
                if bits >> index & 1
            ]
            values = [value for found, _ in members for value in found]
            if variable.name in wide:
                is_all = is_all and all(whole for _, whole in members)
            options.append((variable.name, values if variable.name in wide else values[:1]))
        names = [name for name, _ in options]
        is_all = is_all and math.prod(len(values) for _, values in options) <= SAMPLES
        combinations = itertools.product(*(values for _, values in options))
        return _Tried((dict(zip(names, item, strict=True)) for item in combinations), is_all)

    def _pieces(self, chosen: Mapping[int, int]) -> tuple[tuple[Variable, tuple[Piece, ...]], ...]:
        return tuple(
            (
                self.space.variables[at],
                tuple(
                    piece for index, piece in enumerate(self.space.pieces[at]) if bits >> index & 1
                ),
            )
            for at, bits in chosen.items()
            if at < len(self.space.variables) and self.space.variables[at].node is None
        )


def _speaks_of(statement: Statement, at: int) -> bool:
    """Whether the first variable that a statement speaks of is this one."""
    return not isinstance(statement, bool) and statement.at <= at


def _first(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _systems(linear: Sequence[tuple[Linear, bool]]) -> Iterator[list[tuple[Linear, str]]]:
    """The claims as inequalities. What is not equal is less or more, so there may be several."""
    ways = [_operators(claim, truth) for claim, truth in linear]
    for operators in itertools.product(*ways):
        yield [(claim, sign) for (claim, _), sign in zip(linear, operators, strict=True)]


def _operators(claim: Linear, truth: bool) -> tuple[str, ...]:
    if truth:
        return (claim.operator,)
    return {"<": (">=",), "<=": (">",), "=": ("<", ">")}[claim.operator]


def piece_values(variable: Variable, piece: Piece) -> tuple[Sequence[Value], bool]:
    """Some values of a piece, the plainest first; and whether they are all there are."""
    if not isinstance(piece, Stretch):
        return list(variable.samples(piece)), not isinstance(piece, Other)
    if variable.is_whole and piece.high - piece.low < WIDTH:
        numbers = [Fraction(number) for number in range(int(piece.low), int(piece.high) + 1)]
        numbers.sort(key=abs)
        return [variable.value(number) for number in numbers], True
    one = Fraction(1)
    whole = frozenset({variable.name}) if variable.is_whole else frozenset[str]()
    low = below({variable.name: -one}, piece.low, strict=not piece.has_low, whole=whole)
    high = below({variable.name: one}, -piece.high, strict=not piece.has_high, whole=whole)
    found: list[Fraction] = []
    try:
        solved = solve([low, high], whole, frozenset({variable.name}) - whole)
        found += [] if solved is None else [solved[variable.name]]
    except Undecided:
        pass
    found += [
        end
        for end, has in ((piece.low, piece.has_low), (piece.high, piece.has_high))
        if has and variable.holds(end)
    ]
    return [variable.value(number) for number in dict.fromkeys(found)], False
