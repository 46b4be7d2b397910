"""All that may be given to a table, in pieces; and formulas over them, made of facts.

A fact says in which pieces of one variable a value lies, as a set of bits. Claims over several
variables are variables themselves, with the pieces *true* and *false*; they come last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from server.domain.values import Value
from server.loading.proving.claims import (
    Claim,
    Compared,
    Formula,
    Joined,
    Linear,
    Not,
    OneOf,
    Opaque,
    claims,
    opposite,
)
from server.loading.proving.variables import Piece, Same, Stretch, Unknown, Variable

TRUE, FALSE = 1, 2
"""The pieces of a claim over several variables."""


@dataclass(frozen=True, slots=True)
class Fact:
    """The value of the variable of this number lies in one of the pieces of these bits."""

    at: int
    bits: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All of them together, or at least one. `at` is the first variable that they speak of."""

    is_all: bool
    parts: frozenset[Statement]
    at: int = field(compare=False)


Statement = bool | Fact | Facts


@dataclass(slots=True)
class Space:
    """`pieces` of each variable, in the order of the inputs; then the claims over several."""

    variables: tuple[Variable, ...]
    pieces: tuple[tuple[Piece, ...], ...]
    wide: tuple[Linear | Opaque, ...]
    number: Mapping[str, int]
    _restricted: dict[tuple[Facts, int, int], Statement] = field(default_factory=dict)
    _places: dict[int, dict[Value, int]] = field(default_factory=dict)

    @classmethod
    def over(cls, variables: Mapping[str, Variable], formulas: Iterable[Formula]) -> Space:
        """The space in which these formulas can be told apart."""
        points: dict[str, list[Fraction]] = {name: [] for name in variables}
        named: dict[str, list[Value]] = {name: [] for name in variables}
        wide: dict[Linear | Opaque, None] = {}
        for formula in formulas:
            for claim in claims(formula):
                match claim:
                    case Compared(variable=name, bound=bound):
                        points[name].append(bound)
                    case OneOf(variable=name, values=values):
                        named[name].extend(values)
                    case Linear() | Opaque():
                        wide[claim] = None
        found = tuple(variables.values())
        return cls(
            found,
            tuple(item.pieces(points[item.name], named[item.name]) for item in found),
            tuple(wide),
            {item.name: index for index, item in enumerate(found)},
        )

    @property
    def count(self) -> int:
        return len(self.variables) + len(self.wide)

    def all_bits(self, at: int) -> int:
        return (1 << len(self.pieces[at])) - 1 if at < len(self.pieces) else TRUE | FALSE

    # -- formulas ---------------------------------------------------------------------------------

    def statement(self, formula: Formula) -> Statement:
        """The formula made of facts."""
        match formula:
            case bool():
                return formula
            case Not(claim=claim):
                return self._fact(claim, negated=True)
            case Joined(is_all=is_all, parts=parts):
                return self.joined(is_all, [self.statement(part) for part in parts])
            case _:
                return self._fact(formula, negated=False)

    def negated(self, formula: Formula) -> Statement:
        return self.statement(opposite(formula))

    def _fact(self, claim: Claim, *, negated: bool) -> Statement:
        match claim:
            case Linear() | Opaque():
                at = len(self.variables) + self.wide.index(claim)
                bits = TRUE
            case Compared(variable=name) | OneOf(variable=name):
                at = self.number[name]
                bits = self._bits(at, claim)
        whole = self.all_bits(at)
        return _of(at, whole & ~bits if negated else bits, whole)

    def _bits(self, at: int, claim: Compared | OneOf) -> int:
        """The pieces of which a claim about one variable is true."""
        pieces = self.pieces[at]
        if isinstance(claim, OneOf):
            places = self._places.get(at)
            if places is None:
                places = self._places[at] = {
                    None if isinstance(piece, Unknown) else piece.value: index
                    for index, piece in enumerate(pieces)
                    if isinstance(piece, Unknown | Same)
                }
            found = (places.get(value) for value in claim.values)
            return sum(1 << index for index in {item for item in found if item is not None})
        # what is less than a number comes first: look for the end of it by halves
        known = len(pieces) - sum(isinstance(piece, Unknown) for piece in pieces[-1:])
        if claim.operator == "=":
            upto = self._upto(at, Compared(claim.variable, "<=", claim.bound), known)
            under = self._upto(at, Compared(claim.variable, "<", claim.bound), known)
            return ((1 << upto) - 1) & ~((1 << under) - 1)
        return (1 << self._upto(at, claim, known)) - 1

    def _upto(self, at: int, claim: Compared, known: int) -> int:
        low, high = 0, known
        while low < high:
            middle = (low + high) // 2
            if _is_below(claim, self.pieces[at][middle]):
                low = middle + 1
            else:
                high = middle
        return low

    def joined(self, is_all: bool, parts: Sequence[Statement]) -> Statement:
        """Several statements as one, in the simplest form."""
        bits: dict[int, int] = {}
        others: dict[Facts, None] = {}
        waiting = list(parts)
        while waiting:
            part = waiting.pop()
            match part:
                case bool():
                    if part is not is_all:
                        return part
                case Fact(at=at, bits=found):
                    before = bits.get(at)
                    bits[at] = (
                        found if before is None else before & found if is_all else before | found
                    )
                case Facts(is_all=same, parts=inner):
                    if same is is_all:
                        waiting.extend(inner)
                    else:
                        others[part] = None
        facts: list[Statement] = []
        for at, found in bits.items():
            made = _of(at, found, self.all_bits(at))
            if isinstance(made, bool):
                if made is not is_all:
                    return made
            else:
                facts.append(made)
        kept = [*facts, *others]
        if not kept:
            return is_all
        if len(kept) == 1:
            return kept[0]
        first = min(item.at for item in kept if not isinstance(item, bool))
        return Facts(is_all, frozenset(kept), first)

    def restricted(self, statement: Statement, at: int, piece: int) -> Statement:
        """What is left of a statement once the value of a variable lies in this piece."""
        if isinstance(statement, bool) or statement.at > at:
            return statement
        if isinstance(statement, Fact):
            return bool(statement.bits >> piece & 1)
        key = (statement, at, piece)
        kept = self._restricted.get(key)
        if kept is None:
            kept = self._restricted[key] = self.joined(
                statement.is_all,
                [self.restricted(part, at, piece) for part in statement.parts],
            )
        return kept


def _of(at: int, bits: int, whole: int) -> Statement:
    if bits == 0:
        return False
    return True if bits == whole else Fact(at, bits)


def _is_below(claim: Compared, piece: Piece) -> bool:
    """Whether all of a stretch is less than a number, or at most that number."""
    assert isinstance(piece, Stretch)
    if piece.high < claim.bound:
        return True
    return piece.high == claim.bound and (claim.operator == "<=" or not piece.has_high)
